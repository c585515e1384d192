import Foundation
import XCTest

@testable import Handstamp

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// What a network does to an app, over real connections to a server that misbehaves.
final class FaultTests: XCTestCase {
  private func later(_ fault: String, timeout: Double = 5, line: UInt = #line) async throws
    -> (after: Double, reason: TokenError.Reason)
  {
    let world = try World.load()
    let service = TokenService(world.faulty, timeout: timeout)
    let error = await failure(line) { try await service.fetch(world.fault(fault)) }
    guard case .tryLater(let after, let reason)? = error else {
      XCTFail("\(error as Any)", line: line)
      throw CancellationError()
    }
    return (after, reason)
  }

  func testAServerThatHangs() async throws {
    let began = BootClock().now()
    let (_, reason) = try await later("hang", timeout: 0.5)
    XCTAssertEqual(reason.code, TokenError.Code.timeout)
    XCTAssertLessThan(BootClock().now() - began, 3)
  }

  func testAServerThatDripsIsTimedAsAWhole() async throws {
    let began = BootClock().now()
    let (_, reason) = try await later("drip", timeout: 0.5)
    XCTAssertEqual(reason.code, TokenError.Code.timeout)
    XCTAssertLessThan(BootClock().now() - began, 3)
  }

  func testAWebPageInsteadOfAToken() async throws {
    let (_, reason) = try await later("html")
    XCTAssertEqual(reason.code, TokenError.Code.notAToken)
    XCTAssertTrue(reason.message.contains("web page"), reason.message)
  }

  func testAWebPageIsNoBareTokenEither() async throws {
    let world = try World.load()
    let service = TokenService(world.faulty)
    let route = world.fault("html", as: BareTokenAnswer.self)
    guard case .tryLater(_, let reason)? = await failure(of: { try await service.fetch(route) })
    else { return XCTFail("not later") }
    XCTAssertEqual(reason.code, TokenError.Code.notAToken)
  }

  func testAnEmptyAnswer() async throws {
    let (_, reason) = try await later("empty")
    XCTAssertEqual(reason.code, TokenError.Code.notAToken)
  }

  func testAConnectionCutMidAnswer() async throws {
    let (_, reason) = try await later("cut")
    XCTAssertTrue(
      [TokenError.Code.network, TokenError.Code.notAToken].contains(reason.code), "\(reason)")
    XCTAssertFalse(reason.message.contains("ey"), "a part of a token is shown")
  }

  func testAConnectionDroppedBeforeAnyAnswer() async throws {
    let (_, reason) = try await later("drop")
    XCTAssertEqual(reason.code, TokenError.Code.network)
  }

  func testNobodyListening() async throws {
    let service = TokenService(try XCTUnwrap(URL(string: "http://127.0.0.1:1")))
    guard case .tryLater(_, let reason)? = await failure(of: { try await service.fetch(.twilioToken()) })
    else { return XCTFail("not later") }
    XCTAssertEqual(reason.code, TokenError.Code.network)
  }

  func test503WithRetryAfter() async throws {
    let (after, reason) = try await later("unavailable")
    XCTAssertEqual(after, 7)
    XCTAssertEqual(reason.status, 503)
    XCTAssertEqual(reason.code, "store_unavailable")
    XCTAssertEqual(reason.message, "The record cannot be written now.")
  }

  func testA500ThatIsAWebPage() async throws {
    let (after, reason) = try await later("broken")
    XCTAssertEqual(after, 0)
    XCTAssertEqual(reason.status, 500)
    XCTAssertEqual(reason.message, "The service answered with status 500.")
  }

  func testAnotherOriginIsNeverAsked() async throws {
    let world = try World.load()
    let service = TokenService(world.faulty, credential: .bearer { _ in "app-secret" })
    guard case .refused(let reason)? = await failure(of: {
      try await service.fetch(world.fault("elsewhere"))
    }) else { return XCTFail("not refused") }
    XCTAssertEqual(reason.status, 302)
  }

  func testARedirectWithinTheOriginIsFollowed() async throws {
    let world = try World.load()
    let answer = try await TokenService(world.faulty).fetch(world.fault("slash"))
    XCTAssertFalse(answer.token.isEmpty)
  }

  func testATokenWithoutTimesIsReadForThem() async throws {
    let world = try World.load()
    let source = TokenService(world.faulty).source(world.fault("bare"))
    let token = try await source.token()
    XCTAssertEqual(token.ttl, 3600)
  }

  func testAServerThatRecoversIsAskedAgain() async throws {
    let world = try World.load()
    var options = TokenSource.Options()
    options.random = { 0 }
    let source = TokenService(world.faulty).source(world.fault("recovers"), options: options)
    var token: Token?
    while token == nil {
      do {
        token = try await source.token()
      } catch TokenError.tryLater(let after, _) {
        try await Task.sleep(nanoseconds: UInt64((after + 0.01) * 1e9))
      }
    }
    XCTAssertEqual(token?.identity, "alice")
    let count = try await world.count("recovers")
    XCTAssertEqual(count, 3)
  }

  func testAnotherIdentityAtARenewalIsRefusedAndTheOldTokenKept() async throws {
    let world = try World.load()
    let source = TokenService(world.faulty).source(world.fault("renames"))
    let first = try await source.token()
    guard case .refused(let reason)? = await failure(of: { try await source.refresh() }) else {
      return XCTFail("not refused")
    }
    XCTAssertEqual(reason.code, TokenError.Code.identityChanged)
    let kept = try await source.token()
    XCTAssertEqual(kept, first)
    await source.reset()
    let other = try await source.token()
    XCTAssertNotEqual(other.identity, first.identity)
  }

  func testCancellingTheOnlyCallEndsTheExchange() async throws {
    let world = try World.load()
    let service = TokenService(world.faulty, timeout: 30)
    let route = world.fault("hang")
    let began = BootClock().now()
    let task = Task { try await service.fetch(route) }
    try await Task.sleep(nanoseconds: 100_000_000)
    task.cancel()
    do {
      _ = try await task.value
      XCTFail("nothing was thrown")
    } catch { XCTAssertTrue(error is CancellationError, "\(error)") }
    XCTAssertLessThan(BootClock().now() - began, 5)
  }
}
