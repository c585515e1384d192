import Foundation
import XCTest

@testable import Handstamp

/// The rule of renewal, and the ways in which servers write times.
final class ScheduleTests: XCTestCase {
  func testTheLeadIsTheServices() {
    for (ttl, lead) in [
      (4.0, 2.0), (60, 30), (120, 60), (180, 60), (600, 60), (1200, 120), (3600, 300),
      (86_400, 300),
    ] { XCTAssertEqual(Schedule.lead(ttl: ttl), lead, "ttl \(ttl)") }
  }

  func testRenewalIsAheadOfTheHintAndNeverAfterTheEnd() {
    for ttl in stride(from: 1.0, through: 90_000, by: 97) {
      for random in [0, 0.5, 0.999_999] {
        let own = Schedule.renewal(remaining: ttl, hint: nil, random: random)
        XCTAssertGreaterThanOrEqual(own, 0)
        XCTAssertLessThan(own, ttl)
        XCTAssertGreaterThanOrEqual(ttl - own, Schedule.lead(ttl: ttl) - 1e-6)
        XCTAssertLessThanOrEqual(ttl - own, Schedule.lead(ttl: ttl) * 1.2 + 1e-6)
        let hinted = Schedule.renewal(remaining: ttl, hint: ttl * 0.9, random: random)
        XCTAssertLessThanOrEqual(hinted, ttl * 0.9 + 1e-6)
        XCTAssertGreaterThanOrEqual(hinted, 0)
      }
    }
  }

  func testHintsBeyondReasonAreBounded() {
    XCTAssertEqual(Schedule.renewal(remaining: 100, hint: 5000, random: 0), 100)
    XCTAssertEqual(Schedule.renewal(remaining: 100, hint: -5000, random: 0), 0)
  }

  func testPausesDoubleToAMinute() {
    let longest = (1...9).map { Schedule.pause(failures: $0, retryAfter: nil, random: 1) }
    XCTAssertEqual(longest, [1, 2, 4, 8, 16, 32, 60, 60, 60])
    XCTAssertEqual(Schedule.pause(failures: 1, retryAfter: nil, random: 0), 0.5)
    XCTAssertEqual(Schedule.pause(failures: 1, retryAfter: 30, random: 0), 30)
    XCTAssertEqual(Schedule.pause(failures: 1, retryAfter: 1e12, random: 0), 86_400)
    XCTAssertEqual(Schedule.pause(failures: .max, retryAfter: nil, random: 1), 60)
  }

  func testTimesAsServersWriteThem() {
    let date = Date(timeIntervalSince1970: 1_792_073_056)
    XCTAssertEqual(Times.rfc3339("2026-10-15T14:04:16Z"), date)
    XCTAssertEqual(Times.rfc3339("2026-10-15T16:04:16+02:00"), date)
    XCTAssertEqual(
      Times.rfc3339("2026-10-15T14:04:16.500Z")?.timeIntervalSince1970 ?? 0, 1_792_073_056.5,
      accuracy: 0.01)
    XCTAssertNil(Times.rfc3339("tomorrow"))
    XCTAssertEqual(Times.httpDate("Thu, 15 Oct 2026 14:04:16 GMT"), date)
    XCTAssertEqual(Times.retryAfter(" 12 ", serverNow: nil), 12)
    XCTAssertEqual(Times.retryAfter("Thu, 15 Oct 2026 14:04:46 GMT", serverNow: date), 30)
    XCTAssertEqual(Times.retryAfter("Thu, 15 Oct 2026 14:04:06 GMT", serverNow: date), 0)
    XCTAssertNil(Times.retryAfter("soon", serverNow: date))
    XCTAssertNil(Times.retryAfter("-5", serverNow: date))
  }

  /// A device whose clock is a year off gets the same life out of the same answer.
  func testTheDevicesClockDoesNotMatter() throws {
    let reply = Reply(status: 200, body: Data(), date: nil, retryAfter: nil, sentAt: 500)
    let issued = Date(timeIntervalSinceNow: -365 * 86_400)
    let contents = TokenContents(
      text: "t", issuedAt: issued, expiresAt: issued + 3600, refreshAt: issued + 3000)
    let token = try Token(contents, reply: reply, assumedTTL: 60, random: 0)
    XCTAssertEqual(token.ttl, 3600)
    XCTAssertEqual(token.endsAt, 4100)
    XCTAssertEqual(token.renewsAt, 3500)
  }

  func testWithoutItsOwnTimesTheAnswersDateCounts() throws {
    let server = Date(timeIntervalSinceNow: 86_400)
    let reply = Reply(status: 200, body: Data(), date: server, retryAfter: nil, sentAt: 0)
    let contents = TokenContents(text: "t", expiresAt: server + 900)
    XCTAssertEqual(try Token(contents, reply: reply, assumedTTL: 60, random: 0).ttl, 900)
    let silent = TokenContents(text: "t")
    XCTAssertEqual(try Token(silent, reply: reply, assumedTTL: 60, random: 0).ttl, 60)
  }

  func testATokenThatComesExpiredIsNotKept() {
    let reply = Reply(status: 200, body: Data(), date: nil, retryAfter: nil, sentAt: 0)
    let contents = TokenContents(
      text: "t", issuedAt: Date(timeIntervalSince1970: 100),
      expiresAt: Date(timeIntervalSince1970: 100))
    XCTAssertThrowsError(try Token(contents, reply: reply, assumedTTL: 60, random: 0))
  }

  func testJSONValuesSurviveARoundTrip() throws {
    let value: JSONValue = [
      "text": "ü", "whole": 3600, "half": 0.5, "yes": true, "none": nil, "list": [1, "a"],
    ]
    let data = try JSONEncoder().encode(value)
    XCTAssertEqual(try JSONDecoder().decode(JSONValue.self, from: data), value)
    let text = String(decoding: try JSONEncoder().encode(["ttl": 3600] as JSONValue), as: UTF8.self)
    XCTAssertEqual(text, #"{"ttl":3600}"#)
  }
}
