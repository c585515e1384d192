import Foundation
import XCTest

@testable import Handstamp

// Stand-ins with the SDKs' own signatures. The SDKs exist on Apple's systems only.

@MainActor
private final class Engine: AgoraRtcRenewing {
  nonisolated(unsafe) var tokens: [String] = []
  @discardableResult
  nonisolated func renewToken(_ token: String) -> Int32 {
    tokens.append(token)
    return 0
  }
}

private final class ConversationsResult {}

private final class ConversationsClient: TwilioTokenUpdating {
  nonisolated(unsafe) var tokens: [String] = []
  func updateToken(_ token: String, completion: ((ConversationsResult) -> Void)? = nil) {
    tokens.append(token)
    completion?(ConversationsResult())
  }
}

private struct ConnectOptions {
  let token: String
}
private protocol RoomDelegate: AnyObject {}
private final class Room {
  let token: String
  init(_ token: String) { self.token = token }
}

private final class VideoSDK: TwilioConnecting {
  static func connect(options: ConnectOptions, delegate: (any RoomDelegate)?) -> Room {
    Room(options.token)
  }
}

private final class VoiceSDK: TwilioConnecting, TwilioVoiceRegistering {
  struct Failed: Error {}
  static func connect(options: ConnectOptions, delegate: NSObject) -> Room {
    Room(options.token)
  }
  static func register(
    accessToken: String, deviceToken: Data, completion: ((Error?) -> Void)? = nil
  ) {
    completion?(deviceToken.isEmpty ? Failed() : nil)
  }
}

/// The recipes against stand-ins; tokens come from the real service where a route matters.
@MainActor
final class RecipeTests: XCTestCase {
  private func until(_ condition: () -> Bool) async throws {
    for _ in 0..<300 where !condition() { try await Task.sleep(nanoseconds: 10_000_000) }
    XCTAssertTrue(condition())
  }

  func testAgoraGetsEachNewTokenAndNotTheOneItHas() async throws {
    let source = try World.load().asTutor().source(.agoraRtc(channel: "lesson-12", uid: 7))
    let engine = Engine()
    let token = try await source.token()
    let binding = TokenBinding.agoraRtc(engine, source, using: token)
    binding.tokenWillExpire()
    try await until { engine.tokens.count == 1 }
    XCTAssertNotEqual(engine.tokens[0], token.text)
    XCTAssertTrue(engine.tokens[0].hasPrefix("007"))
    try Received.note(engine.tokens[0], provider: "agora")
    binding.stop()
  }

  func testARenewalReachesTheEngineByItself() async throws {
    let bench = Bench()
    let engine = Engine()
    let token = try await bench.source.token()
    let binding = TokenBinding.agoraRtc(engine, bench.source, using: token)
    try await Task.sleep(nanoseconds: 50_000_000)
    try await bench.advance(until: 2)
    try await until { engine.tokens == ["token-2"] }
    binding.stop()
  }

  func testAWarningWithANewerTokenAtHandMakesNoRequest() async throws {
    let bench = Bench()
    let engine = Engine()
    let old = try await bench.source.token()
    _ = try await bench.source.refresh()
    let binding = TokenBinding.agoraRtc(engine, bench.source, using: old)
    binding.tokenWillExpire()
    try await until { engine.tokens == ["token-2"] }
    let asked = await bench.script.asked
    XCTAssertEqual(asked, 2)
  }

  func testNothingGoesToAnEngineThatIsGone() async throws {
    let bench = Bench()
    var engine: Engine? = Engine()
    weak var gone = engine
    let token = try await bench.source.token()
    let binding = TokenBinding.agoraRtc(try XCTUnwrap(engine), bench.source, using: token)
    engine = nil
    XCTAssertNil(gone, "the binding keeps the engine")
    binding.tokenWillExpire()
    try await bench.script.wasAsked(2)
  }

  func testConversations() async throws {
    let bench = Bench()
    let client = ConversationsClient()
    let token = try await bench.source.token()
    let binding = TokenBinding.twilioConversations(client, bench.source, using: token)
    binding.tokenWillExpire()
    try await until { client.tokens == ["token-2"] }
    binding.stop()
  }

  func testAVideoRoomGetsATokenForTheWholeSession() async throws {
    let bench = Bench()
    _ = try await bench.source.token()
    bench.clock.advance(1000)
    let room = try await bench.source.joinVideo(VideoSDK.self, lasting: 3000, delegate: nil) {
      ConnectOptions(token: $0)
    }
    XCTAssertEqual(room.token, "token-2")
  }

  func testACallStartsWithATokenThatIsGood() async throws {
    let bench = Bench()
    let call = try await bench.source.placeCall(VoiceSDK.self, delegate: NSObject()) {
      ConnectOptions(token: $0)
    }
    XCTAssertEqual(call.token, "token-1")
  }

  func testADeviceIsRegisteredForCallsOrTheFailureThrown() async throws {
    let bench = Bench()
    try await bench.source.registerForCalls(VoiceSDK.self, deviceToken: Data([1]))
    do {
      try await bench.source.registerForCalls(VoiceSDK.self, deviceToken: Data())
      XCTFail("nothing was thrown")
    } catch { XCTAssertTrue(error is VoiceSDK.Failed) }
  }
}

/// The form for Objective-C.
final class CompletionTests: XCTestCase {
  private func headers() throws -> @Sendable () -> [String: String] {
    let jwt = try World.load().tutor
    return { ["Authorization": "Bearer \(jwt)"] }
  }

  private func token(_ source: CompletionTokenSource) async -> (String?, Error?) {
    await withCheckedContinuation { continuation in
      source.token { continuation.resume(returning: ($0, $1)) }
    }
  }

  func testTheNativeRoute() async throws {
    let request = Data(
      #"{"provider": "agora", "grants": {"rtc": {"channel": "lesson-12", "role": "publisher"}}}"#
        .utf8)
    let source = try CompletionTokenSource(
      url: World.load().production, request: request, headers: headers())
    let (text, error) = await token(source)
    XCTAssertNil(error)
    try Received.note(try XCTUnwrap(text), provider: "agora")
    let (again, _) = await token(source)
    XCTAssertEqual(again, text)
    let refreshed: String? = await withCheckedContinuation { continuation in
      source.refresh { text, _ in continuation.resume(returning: text) }
    }
    XCTAssertNotEqual(refreshed, text)
  }

  func testASampleServersRoutes() async throws {
    for (path, key, provider) in [
      ("/rtc/lesson-12/publisher/uid/7/", "rtcToken", "agora"),
      ("/rtm/tutor/", "rtmToken", "agora"), ("/chat/account/tutor/", "chatToken", "agora"),
      ("/voice-token", "token", "twilio"),
    ] {
      let source = try CompletionTokenSource(
        url: World.load().production, path: path, tokenKey: key, headers: headers())
      let (text, error) = await token(source)
      XCTAssertNil(error, "\(path): \(error as Any)")
      try Received.note(try XCTUnwrap(text), provider: provider)
    }
  }

  func testAnErrorIsTold() async throws {
    let source = try CompletionTokenSource(
      url: World.load().production, path: "/voice-token", tokenKey: "token", headers: { [:] })
    let (text, error) = await token(source)
    XCTAssertNil(text)
    let told = try XCTUnwrap(error) as NSError
    XCTAssertEqual(told.domain, "HandstampTokenError")
    XCTAssertEqual(told.code, 1)
    XCTAssertEqual(told.userInfo["HandstampStatus"] as? Int, 401)
  }

  func testObserversHearOfNewTokens() async throws {
    let bench = Bench()
    let source = CompletionTokenSource(bench.source)
    let heard = expectation(description: "a token")
    heard.assertForOverFulfill = false
    source.observe { text, _ in if text == "token-1" { heard.fulfill() } }
    try await Task.sleep(nanoseconds: 50_000_000)
    _ = await token(source)
    await fulfillment(of: [heard], timeout: 5)
    source.close()
  }

  func testWrongPathsAndKeysAreRefusedAtOnce() throws {
    let url = try World.load().production
    for (path, key) in [("rtc/", "rtcToken"), ("/%zz", "token"), ("/token", "secret")] {
      XCTAssertThrowsError(
        try CompletionTokenSource(url: url, path: path, tokenKey: key, headers: { [:] }), path)
    }
  }
}
