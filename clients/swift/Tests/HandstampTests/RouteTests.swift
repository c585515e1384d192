import Foundation
import XCTest

@testable import Handstamp

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Every route of the real service in production mode, as a signed-in user.
final class RouteTests: XCTestCase {
  func testNativeTwilio() async throws {
    let route = Route.tokens(
      .twilio, grants: ["video": ["room": "lesson-12"], "chat": [:]], ttl: 1800)
    let answer = try await World.load().asTutor().fetch(route)
    XCTAssertEqual(answer.provider, "twilio")
    XCTAssertEqual(answer.identity, "tutor")
    XCTAssertEqual(answer.expiresAt.timeIntervalSince(answer.issuedAt), 1800)
    XCTAssertLessThan(answer.refreshAt, answer.expiresAt)
    XCTAssertEqual(answer.grants["video"]?["room"], "lesson-12")
    XCTAssertEqual(
      answer.grants["chat"]?["service_sid"], "IS0123456789abcdef0123456789abcdef")
    XCTAssertNil(answer.uid)
    try Received.note(answer.token, provider: "twilio")
  }

  func testNativeAgora() async throws {
    let grants: [String: JSONValue] = ["rtc": ["channel": "lesson-12", "role": "publisher"]]
    let answer = try await World.load().asTutor().fetch(.tokens(.agora, grants: grants))
    XCTAssertEqual(answer.uid, 7)
    XCTAssertTrue(answer.token.hasPrefix("007"))
    try Received.note(answer.token, provider: "agora")
  }

  func testTwilioToken() async throws {
    let service = try World.load().asTutor()
    for route in [
      Route.twilioToken(), .twilioToken(identity: "tutor", device: "iphone7", ttl: 600),
      .twilioToken(for: "tutor"), .twilioTokenByPost(identity: "tutor"),
    ] {
      let answer = try await service.fetch(route)
      XCTAssertEqual(answer.identity, "tutor")
      XCTAssertNotNil(answer.expiresAt)
      XCTAssertNil(answer.roomType)
      try Received.note(answer.token, provider: "twilio")
    }
  }

  func testVideoApp() async throws {
    let route = Route.videoApp(
      userIdentity: "tutor", room: "lesson-12", createsConversation: true)
    let answer = try await World.load().asTutor().fetch(route)
    XCTAssertEqual(answer.roomType, "group")
    let life = try XCTUnwrap(answer.expiresAt).timeIntervalSinceNow
    XCTAssertEqual(life, 14_400, accuracy: 60)
    try Received.note(answer.token, provider: "twilio")
  }

  func testFunctionTemplates() async throws {
    let service = try World.load().asTutor()
    for route in [
      Route.videoToken(room: "lesson-12"), .chatToken(device: "iphone7"), .syncToken(),
      .voiceToken(identity: "tutor"),
    ] { try Received.note(try await service.fetch(route).token, provider: "twilio") }
  }

  func testBareAccessToken() async throws {
    let answer = try await World.load().asTutor().fetch(.accessToken(identity: "tutor"))
    XCTAssertEqual(answer.token.split(separator: ".").count, 3)
    try Received.note(answer.token, provider: "twilio")
  }

  func testAgoraRtc() async throws {
    let service = try World.load().asTutor()
    for member in [ChannelMember.uid(7), 7, .account("tutor")] {
      let answer = try await service.fetch(
        .agoraRtc(channel: "lesson-12", uid: member, expiry: 900))
      XCTAssertEqual(
        try XCTUnwrap(answer.expiresAt).timeIntervalSinceNow, 900, accuracy: 30)
      try Received.note(answer.rtcToken, provider: "agora")
    }
  }

  func testAgoraRtm() async throws {
    let answer = try await World.load().asTutor().fetch(.agoraRtm(userID: "tutor"))
    try Received.note(answer.rtmToken, provider: "agora")
  }

  func testAgoraRte() async throws {
    let route = Route.agoraRte(channel: "lesson-12", uid: 7, rtmUserID: "tutor")
    let answer = try await World.load().asTutor().fetch(route)
    XCTAssertNotEqual(answer.rtcToken, answer.rtmToken)
    XCTAssertEqual(answer.contents.rtmText, answer.rtmToken)
    try Received.note(answer.rtcToken, answer.rtmToken, provider: "agora")
  }

  func testAgoraChat() async throws {
    let answer = try await World.load().asTutor().fetch(.agoraChat(userID: "tutor"))
    try Received.note(answer.chatToken, provider: "agora")
  }

  func testAgoraGetToken() async throws {
    let service = try World.load().asTutor()
    for route in [
      Route.agoraGetToken(channel: "lesson-12", uid: 7), .agoraGetToken(rtmUserID: "tutor"),
      .agoraGetToken(chatUserID: "tutor", expire: 600),
    ] { try Received.note(try await service.fetch(route).token, provider: "agora") }
  }

  func testAgoraGenerate() async throws {
    let route = Route.agoraGenerate(
      channel: "lesson-12", uid: .account("tutor"), services: [.rtc, .rtm, .chat])
    let answer = try await World.load().asTutor().fetch(route)
    XCTAssertEqual(answer.code, 0)
    try Received.note(answer.data.token, provider: "agora")
  }

  /// Development mode: an app written for a sample server, without a credential.
  func testSampleServersClientsWithoutACredential() async throws {
    let service = TokenService(try World.load().development)
    let jane = try await service.fetch(.twilioToken(identity: "Jane", device: "iphone7"))
    XCTAssertEqual(jane.identity, "Jane")
    try Received.note(jane.token, provider: "twilio")
    let rte = try await service.fetch(.agoraRte(channel: "lesson-12", uid: 5))
    try Received.note(rte.rtcToken, rte.rtmToken, provider: "agora")
  }

  func testASourceKnowsTheLifeOfEveryKindOfAnswer() async throws {
    let service = try World.load().asTutor()
    let sources = [
      service.source(Route.twilioToken()), service.source(Route.accessToken()),
      service.source(Route.agoraRtc(channel: "lesson-12", uid: 7)),
      service.source(Route.agoraRtm(userID: "tutor")),
      service.source(Route.agoraGenerate(channel: "lesson-12", uid: 7, services: [.rtc])),
    ]
    for source in sources {
      let token = try await source.token()
      XCTAssertEqual(token.ttl, 3600, accuracy: 3)
      XCTAssertLessThan(token.renewsAt, token.endsAt - 290)
      XCTAssertGreaterThan(token.renewsAt, token.endsAt - 420)
    }
  }

  func testPartsOfAPathAreEncodedEachOnItsOwn() throws {
    let base = try XCTUnwrap(URL(string: "https://tokens.example.com/rtc-tokens"))
    let route = Route.agoraRtc(channel: "a/b ?#%+ü", uid: .account("x&y"), expiry: 60)
    let request = try route.request(to: base, renewing: nil)
    XCTAssertEqual(
      request.url?.absoluteString,
      "https://tokens.example.com/rtc-tokens/rtc/a%2Fb%20%3F%23%25%2B%C3%BC/publisher/userAccount/x%26y/?expiry=60"
    )
  }

  func testAnAddressThatIsNoHttpIsRefused() async throws {
    let service = TokenService(try XCTUnwrap(URL(string: "file:///etc/passwd")))
    guard case .refused(let reason)? = await failure(of: { try await service.fetch(.accessToken()) })
    else { return XCTFail("not refused") }
    XCTAssertEqual(reason.code, TokenError.Code.badRequest)
  }
}
