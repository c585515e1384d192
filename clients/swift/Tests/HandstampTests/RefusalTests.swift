import Foundation
import XCTest

@testable import Handstamp

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

private let video: [String: JSONValue] = ["video": ["room": "lesson-12"]]

/// How failures are sorted: sign in again, try later, refused.
final class RefusalTests: XCTestCase {
  func testNoCredentialIs401AndMeansSignIn() async throws {
    let service = TokenService(try World.load().production)
    let error = await failure { try await service.fetch(.tokens(.twilio, grants: video)) }
    guard case .signInAgain(let reason)? = error else { return XCTFail("\(error as Any)") }
    XCTAssertEqual(reason.status, 401)
    XCTAssertEqual(reason.code, "unauthenticated")
    XCTAssertNotNil(reason.requestID)
    XCTAssertEqual(error?.recoverySuggestion, "Sign in again.")
  }

  func testAnExpiredSignInIs401OnEveryFamilyOfRoutes() async throws {
    let world = try World.load()
    let service = world.service(world.production, world.expired)
    for error in [
      await failure { try await service.fetch(.tokens(.twilio, grants: video)) },
      await failure { try await service.fetch(.twilioToken()) },
      await failure { try await service.fetch(.agoraRtc(channel: "lesson-12", uid: 7)) },
      await failure {
        try await service.fetch(.agoraGenerate(uid: 7, services: [.rtm]))
      },
    ] {
      guard case .signInAgain(let reason)? = error else { return XCTFail("\(error as Any)") }
      XCTAssertEqual(reason.code, "unauthenticated")
      XCTAssertFalse(reason.message.contains("status"), "the service's own words are there")
    }
  }

  func testTheCredentialIsAskedOnceMoreAfter401() async throws {
    let world = try World.load()
    let (old, new) = (world.expired, world.tutor)
    let service = TokenService(
      world.production, credential: .bearer { wasRefused in wasRefused ? new : old })
    let answer = try await service.fetch(.tokens(.twilio, grants: video))
    XCTAssertEqual(answer.identity, "tutor")
    try Received.note(answer.token, provider: "twilio")
  }

  func testASignInThatFailsMeansSignIn() async throws {
    struct SignedOut: Error {}
    let service = TokenService(
      try World.load().production, credential: .bearer { _ in throw SignedOut() })
    guard case .signInAgain(let reason)? = await failure(of: { try await service.fetch(.twilioToken()) })
    else { return XCTFail("not to sign in") }
    XCTAssertEqual(reason.code, TokenError.Code.credential)
  }

  func testWhatPolicyForbidsIsRefused() async throws {
    let world = try World.load()
    let service = world.service(world.production, world.pupil)
    for error in [
      await failure { try await service.fetch(.tokens(.twilio, grants: video)) },
      await failure { try await service.fetch(.videoToken(room: "lesson-12")) },
      await failure { try await service.fetch(.agoraRtc(channel: "lesson-12", uid: 8)) },
    ] {
      guard case .refused(let reason)? = error else { return XCTFail("\(error as Any)") }
      XCTAssertEqual(reason.status, 403)
      XCTAssertEqual(reason.code, "forbidden")
    }
  }

  func testAnotherIdentityIsRefused() async throws {
    let service = try World.load().asTutor()
    guard case .refused(let reason)? = await failure(of: {
      try await service.fetch(.twilioToken(identity: "pupil"))
    }) else { return XCTFail("not refused") }
    XCTAssertEqual(reason.status, 403)
  }

  func testAnInvalidRequestNamesItsFields() async throws {
    let service = try World.load().asTutor()
    guard case .refused(let reason)? = await failure(of: {
      try await service.fetch(.tokens(.twilio, grants: ["vido": [:]]))
    }) else { return XCTFail("not refused") }
    XCTAssertEqual(reason.status, 400)
    XCTAssertTrue(reason.fields.contains { $0.pointer.hasPrefix("/grants") }, "\(reason)")
  }

  func testTooManyRequestsSayHowLongToWait() async throws {
    let world = try World.load()
    let service = world.service(world.limited, world.tutor)
    var error: TokenError?
    for _ in 0..<4 where error == nil {
      do {
        _ = try await service.fetch(.tokens(.twilio, grants: video))
      } catch let caught as TokenError { error = caught }
    }
    guard case .tryLater(let after, let reason)? = error else { return XCTFail("\(error as Any)") }
    XCTAssertEqual(reason.status, 429)
    XCTAssertEqual(reason.code, "rate_limited")
    XCTAssertGreaterThan(after, 0)
    XCTAssertLessThanOrEqual(after, 60)
  }

  func testASourceSendsNothingBeforeRetryAfterIsOver() async throws {
    let world = try World.load()
    let service = world.service(world.limited, world.pupil)
    let source = service.source(.tokens(.twilio, grants: ["chat": [:]]))
    for _ in 0..<2 { _ = try await service.fetch(.tokens(.twilio, grants: ["chat": [:]])) }
    guard case .tryLater(let first, _)? = await failure(of: { try await source.token() }),
      case .tryLater(let second, let reason)? = await failure(of: { try await source.token() })
    else { return XCTFail("not later") }
    XCTAssertEqual(reason.status, 429)
    XCTAssertLessThan(second, first)
    // What the server has named is not undone by coming back to the foreground either.
    await source.enterForeground()
    guard case .tryLater? = await failure(of: { try await source.token() }) else {
      return XCTFail("not later")
    }
  }

  func testTheThreeKindsToldToObjectiveC() {
    let reason = TokenError.Reason(message: "Wait.", status: 429, code: "rate_limited", requestID: "r")
    let error = TokenError.tryLater(after: 3.2, reason) as NSError
    XCTAssertEqual(error.domain, "HandstampTokenError")
    XCTAssertEqual(error.code, 2)
    XCTAssertEqual(error.userInfo["HandstampRetryAfter"] as? Double, 3.2)
    XCTAssertEqual(error.localizedDescription, "Wait.")
    XCTAssertEqual((TokenError.signInAgain(reason) as NSError).code, 1)
    XCTAssertEqual((TokenError.refused(reason) as NSError).code, 3)
    XCTAssertEqual(TokenError.tryLater(after: 3.2, reason).recoverySuggestion, "Try again in 4 s.")
  }
}
