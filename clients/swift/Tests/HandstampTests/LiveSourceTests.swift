import Foundation
import XCTest

@testable import Handstamp

private let video: [String: JSONValue] = ["video": ["room": "lesson-12"]]

/// A source against the real service, in real time.
final class LiveSourceTests: XCTestCase {
  func testAHundredCallersMakeOneRequestAtTheService() async throws {
    let world = try World.load()
    let source = world.service(world.production, world.crowd).source(
      .tokens(.twilio, grants: video))
    let requests = "handstamp_http_request_duration_seconds_count"
    let issued = "handstamp_tokens_issued_total"
    let (route, product) = (
      #"route="POST /v1/tokens",status="201""#, #"provider="twilio",product="twilio.video""#
    )
    let before = (
      try await world.metric(requests, route), try await world.metric(issued, product)
    )
    let texts = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<100 { group.addTask { try await source.token().text } }
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    XCTAssertEqual(texts.count, 1)
    let after = (
      try await world.metric(requests, route), try await world.metric(issued, product)
    )
    XCTAssertEqual(after.0 - before.0, 1)
    XCTAssertEqual(after.1 - before.1, 1)
    try Received.note(try XCTUnwrap(texts.first), provider: "twilio")
  }

  /// Policy cuts the hour that is asked for down to 4 s: the source renews by what it got.
  func testRenewalAcrossAShortenedLife() async throws {
    let world = try World.load()
    let source = world.service(world.production, world.brief).source(
      .tokens(.twilio, grants: video, ttl: 3600))
    let events = await source.events()
    let began = BootClock().now()
    let first = try await source.token()
    XCTAssertEqual(first.ttl, 4)
    var renewed: [Token] = []
    for await event in events {
      if case .renewed(let token) = event { renewed.append(token) }
      if renewed.count == 3 { break }
    }
    await source.close()
    XCTAssertEqual(Set(renewed.map(\.text)).count, 3)
    XCTAssertEqual(Set(renewed.map(\.identity)), ["brief"])
    // Two renewals, each 0.8 s to 2 s after the token before, as the service rounds its times down to
    // whole seconds: ahead of the end, and not at once.
    let elapsed = BootClock().now() - began
    XCTAssertGreaterThan(elapsed, 1.2)
    XCTAssertLessThan(elapsed, 15)
    for token in renewed { try Received.note(token.text, provider: "twilio") }
  }

  func testAStrangersNameStaysTheSameAtARenewal() async throws {
    let service = TokenService(try World.load().development)
    let source = service.source(.twilioToken())
    let first = try await source.token()
    let second = try await source.refresh()
    XCTAssertNotEqual(first.text, second.text)
    XCTAssertEqual(first.identity, second.identity)
    try Received.note(first.text, second.text, provider: "twilio")
  }

  func testOneCancelledCallerOfManyAtTheService() async throws {
    let world = try World.load()
    let source = world.asTutor().source(.agoraRtc(channel: "lesson-12", uid: 7))
    let tasks = (0..<20).map { _ in Task { try await source.token() } }
    tasks[0].cancel()
    for task in tasks.dropFirst() {
      let token = try await task.value
      XCTAssertTrue(token.text.hasPrefix("007"))
    }
  }

  func testTheBootClockCountsInSeconds() async throws {
    let clock = BootClock()
    let began = clock.now()
    try await clock.sleep(seconds: 0.2)
    let elapsed = clock.now() - began
    XCTAssertGreaterThanOrEqual(elapsed, 0.19)
    XCTAssertLessThan(elapsed, 2)
    #if os(Linux)
      let uptime = try String(contentsOfFile: "/proc/uptime", encoding: .utf8)
      let seconds = try XCTUnwrap(uptime.split(separator: " ").first.flatMap { Double($0) })
      XCTAssertEqual(clock.now(), seconds, accuracy: 5)
    #endif
  }
}
