import Foundation
import XCTest

@testable import Handstamp

/// Sleep, background and foreground.
final class ActivityTests: XCTestCase {
  private let offline = TokenError.later("offline", TokenError.Code.network)

  func testADeviceThatSleptRenewsOnWaking() async throws {
    let bench = Bench()
    _ = try await bench.source.token()
    // The stopwatch went on; every sleeper slept at most its slice of 30 s.
    for _ in 0..<100 where bench.clock.nextDue == nil {
      try await Task.sleep(nanoseconds: 10_000_000)
    }
    XCTAssertLessThanOrEqual(try XCTUnwrap(bench.clock.nextDue), 30)
    bench.clock.advance(8 * 3600)
    try await bench.script.wasAsked(2)
    let token = try await bench.source.token()
    XCTAssertEqual(token.text, "token-2")
  }

  func testTheForegroundEndsAPauseOfTheNetwork() async throws {
    let bench = Bench([.token(ttl: 3600, identity: "alice"), .fail(offline)])
    _ = try await bench.source.token()
    try await bench.advance(until: 2)
    try await Task.sleep(nanoseconds: 50_000_000)
    await bench.source.enterForeground()
    try await bench.script.wasAsked(3)
    let asked = await bench.script.asked
    XCTAssertEqual(asked, 3)
  }

  func testInTheBackgroundItRestsWhereItIsToldTo() async throws {
    let bench = Bench { $0.renewsInBackground = false }
    _ = try await bench.source.token()
    await bench.source.enterBackground()
    for _ in 0..<100 where bench.clock.nextDue != nil {
      try await Task.sleep(nanoseconds: 10_000_000)
    }
    XCTAssertNil(bench.clock.nextDue)
    bench.clock.advance(3500)
    await bench.source.enterForeground()
    try await bench.script.wasAsked(2)
    let asked = await bench.script.asked
    XCTAssertEqual(asked, 2)
  }

  func testItFollowsTheAppsOwnNotifications() async throws {
    let bench = Bench([.token(ttl: 3600, identity: "alice")]) { $0.renewsInBackground = false }
    _ = try await bench.source.token()
    let post = { (name: String) in
      NotificationCenter.default.post(name: Notification.Name(name), object: nil)
    }
    post("UIApplicationDidEnterBackgroundNotification")
    for _ in 0..<100 where bench.clock.nextDue != nil {
      try await Task.sleep(nanoseconds: 10_000_000)
    }
    XCTAssertNil(bench.clock.nextDue)
    bench.clock.advance(3500)
    post("UIApplicationWillEnterForegroundNotification")
    try await bench.script.wasAsked(2)
    let asked = await bench.script.asked
    XCTAssertEqual(asked, 2)
  }
}
