import Foundation
import XCTest

@testable import Handstamp

/// The source alone, with a clock that the test moves: what takes hours takes milliseconds.
final class SourceTests: XCTestCase {
  private let offline = TokenError.later("offline", TokenError.Code.network)

  func testATokenIsKeptUntilItIsDue() async throws {
    let bench = Bench([.token(ttl: 3600, identity: "alice")])
    let first = try await bench.source.token()
    bench.clock.advance(3000)
    let second = try await bench.source.token()
    XCTAssertEqual(first, second)
    let asked = await bench.script.asked
    XCTAssertEqual(asked, 1)
  }

  func testItRenewsByItselfAheadOfTheEnd() async throws {
    let bench = Bench()
    let events = await bench.source.events()
    let first = try await bench.source.token()
    try await bench.advance(until: 2)
    XCTAssertEqual(bench.clock.now(), 1000 + 3300, accuracy: 1)
    var seen: [TokenEvent] = []
    for await event in events {
      seen.append(event)
      if seen.count == 3 { break }
    }
    guard case .renewed(first) = seen[0], case .expiring(first, let left) = seen[1],
      case .renewed(let second) = seen[2]
    else { return XCTFail("\(seen)") }
    XCTAssertEqual(left, 300, accuracy: 1)
    XCTAssertEqual(second.text, "token-2")
  }

  func testWithoutRenewalItWaitsToBeAsked() async throws {
    let bench = Bench { $0.renews = false }
    _ = try await bench.source.token()
    XCTAssertNil(bench.clock.nextDue)
    bench.clock.advance(3595)
    let next = try await bench.source.token()
    XCTAssertEqual(next.text, "token-2")
  }

  func testADueTokenIsGivenAtOnceWhileTheNextIsFetched() async throws {
    let bench = Bench([.token(ttl: 3600, identity: "alice"), .wait]) { $0.renews = false }
    let first = try await bench.source.token()
    bench.clock.advance(3400)
    let again = try await bench.source.token()
    XCTAssertEqual(first, again)
    try await bench.script.wasAsked(2)
    let asked = await bench.script.asked
    XCTAssertEqual(asked, 2)
    await bench.script.open()
    let renewed = try await bench.source.refresh()
    XCTAssertEqual(renewed.text, "token-2")
  }

  func testManyCallersMakeOneRequest() async throws {
    let bench = Bench([.wait])
    let source = bench.source
    let tasks = (0..<100).map { _ in Task { try await source.token() } }
    try await bench.script.wasAsked(1)
    await bench.script.open()
    for task in tasks {
      let token = try await task.value
      XCTAssertEqual(token.text, "token-1")
    }
    let asked = await bench.script.asked
    XCTAssertEqual(asked, 1)
  }

  func testACancelledCallerLeavesTheOthersAndTheRequest() async throws {
    let bench = Bench([.wait])
    let source = bench.source
    let impatient = Task { try await source.token() }
    let patient = Task { try await source.token() }
    try await bench.script.wasAsked(1)
    impatient.cancel()
    do {
      _ = try await impatient.value
      XCTFail("nothing was thrown")
    } catch { XCTAssertTrue(error is CancellationError, "\(error)") }
    await bench.script.open()
    let token = try await patient.value
    XCTAssertEqual(token.text, "token-1")
    let asked = await bench.script.asked
    XCTAssertEqual(asked, 1)
  }

  func testWhereEveryCallerIsCancelledTheAnswerIsStillKept() async throws {
    let bench = Bench([.wait])
    let source = bench.source
    let only = Task { try await source.token() }
    try await bench.script.wasAsked(1)
    only.cancel()
    _ = await only.result
    await bench.script.open()
    let token = try await source.token()
    XCTAssertEqual(token.text, "token-1")
    let asked = await bench.script.asked
    XCTAssertEqual(asked, 1)
  }

  func testACallerThatIsCancelledAlreadyAsksNothing() async throws {
    let bench = Bench()
    let source = bench.source
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await source.token()
    }
    let result = await task.result
    XCTAssertThrowsError(try result.get()) { XCTAssertTrue($0 is CancellationError) }
    let asked = await bench.script.asked
    XCTAssertEqual(asked, 0)
  }

  func testAFailedRenewalIsTriedAgainWithGrowingPauses() async throws {
    let bench = Bench([
      .token(ttl: 3600, identity: "alice"), .fail(offline), .fail(offline), .fail(offline),
    ])
    _ = try await bench.source.token()
    try await bench.advance(until: 2)
    let due = bench.clock.now()
    try await bench.advance(until: 5)
    // Half of 1 s, 2 s and 4 s: the lot is 0.
    XCTAssertEqual(bench.clock.now() - due, 0.5 + 1 + 2, accuracy: 0.01)
    let token = try await bench.source.token()
    XCTAssertEqual(token.text, "token-5")
  }

  func testRetryAfterIsNeverUndercut() async throws {
    let busy = TokenError.tryLater(after: 40, .init(message: "busy", status: 429))
    let bench = Bench([.token(ttl: 3600, identity: "alice"), .fail(busy)])
    _ = try await bench.source.token()
    try await bench.advance(until: 2)
    let due = bench.clock.now()
    try await bench.advance(until: 3)
    XCTAssertEqual(bench.clock.now() - due, 40, accuracy: 0.01)
  }

  func testInAPauseCallersAreToldAtOnce() async throws {
    let bench = Bench([.fail(offline)])
    _ = await failure { try await bench.source.token() }
    bench.clock.advance(0.2)
    guard case .tryLater(let after, let reason)? = await failure(of: { try await bench.source.token() })
    else { return XCTFail("not later") }
    XCTAssertEqual(after, 0.3, accuracy: 0.001)
    XCTAssertEqual(reason.code, TokenError.Code.network)
    bench.clock.advance(0.4)
    let token = try await bench.source.token()
    XCTAssertEqual(token.text, "token-2")
  }

  func testARefusalEndsRenewalAndKeepsTheToken() async throws {
    let refusal = TokenError.signInAgain(.init(message: "who?", status: 401))
    let bench = Bench([.token(ttl: 3600, identity: "alice"), .fail(refusal)])
    let events = await bench.source.events()
    let first = try await bench.source.token()
    try await bench.advance(until: 2)
    for await event in events {
      if case .failed(let error) = event {
        XCTAssertEqual(error, refusal)
        break
      }
    }
    XCTAssertNil(bench.clock.nextDue)
    let kept = try await bench.source.token()
    XCTAssertEqual(kept, first)
    // Signed in again: the app asks for a new one, and renewal goes on.
    let second = try await bench.source.refresh()
    XCTAssertEqual(second.text, "token-3")
    try await bench.advance(until: 4)
  }

  func testASessionThatNeedsMoreLifeGetsANewToken() async throws {
    let bench = Bench()
    let first = try await bench.source.token(validFor: 1800)
    bench.clock.advance(2400)
    let second = try await bench.source.token(validFor: 1800)
    XCTAssertNotEqual(first, second)
  }

  func testALifeShorterThanWishedForIsGivenAllTheSame() async throws {
    let bench = Bench([.token(ttl: 60, identity: "alice")])
    let token = try await bench.source.token(validFor: 3600)
    XCTAssertEqual(token.ttl, 60)
  }

  func testAResetForgetsTheUser() async throws {
    let bench = Bench([.token(ttl: 3600, identity: "alice"), .token(ttl: 3600, identity: "bob")])
    _ = try await bench.source.token()
    await bench.source.reset()
    let token = try await bench.source.token()
    XCTAssertEqual(token.identity, "bob")
  }

  func testAResetDropsAnAnswerThatIsOnItsWay() async throws {
    let bench = Bench([.wait, .token(ttl: 3600, identity: "bob")])
    let source = bench.source
    let waiting = Task { try await source.token() }
    try await bench.script.wasAsked(1)
    await source.reset()
    let result = await waiting.result
    XCTAssertThrowsError(try result.get()) { XCTAssertTrue($0 is CancellationError) }
    await bench.script.open()
    let token = try await source.token()
    XCTAssertEqual(token.identity, "bob")
  }

  func testAClosedSourceEndsItsStreamsAndGivesNothing() async throws {
    let bench = Bench()
    let events = await bench.source.events()
    await bench.source.close()
    let event = await next(events)
    XCTAssertNil(event)
    do {
      _ = try await bench.source.token()
      XCTFail("nothing was thrown")
    } catch { XCTAssertTrue(error is CancellationError) }
  }

  func testASourceThatNobodyHoldsEnds() async throws {
    let clock = ManualClock()
    let script = Script(clock, [])
    var source: TokenSource? = TokenSource(options: .init(), stopwatch: clock) { _ in
      try await script.answer()
    }
    _ = try await source?.token()
    let events = await source?.events()
    weak var gone = source
    source = nil
    for _ in 0..<100 where gone != nil || clock.nextDue != nil {
      try await Task.sleep(nanoseconds: 10_000_000)
    }
    XCTAssertNil(gone)
    XCTAssertNil(clock.nextDue, "its timer goes on")
    if let events {
      let event = await next(events)
      XCTAssertNil(event)
    }
  }

  func testAPrintedTokenShowsNoToken() async throws {
    let bench = Bench()
    let token = try await bench.source.token()
    var dumped = ""
    dump(token, to: &dumped)
    for text in ["\(token)", String(reflecting: token), dumped, "\(TokenEvent.renewed(token))"] {
      XCTAssertFalse(text.contains(token.text), text)
    }
  }
}
