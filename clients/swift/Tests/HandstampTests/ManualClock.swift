import Foundation

@testable import Handstamp

/// A stopwatch that a test moves. Sleepers wake when their moment has come.
final class ManualClock: Stopwatch, @unchecked Sendable {
  private let lock = NSLock()
  private var time = 1000.0
  private var sleepers: [(id: UUID, due: Double, continuation: CheckedContinuation<Void, Error>)] = []

  func now() -> Double { lock.withLock { time } }

  func sleep(seconds: Double) async throws {
    let id = UUID()
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let result: Result<Void, Error>? = lock.withLock {
          if Task.isCancelled { return .failure(CancellationError()) }
          if seconds <= 0 { return .success(()) }
          sleepers.append((id, time + seconds, continuation))
          return nil
        }
        if let result { continuation.resume(with: result) }
      }
    } onCancel: {
      wake(.failure(CancellationError())) { $0 == id || $1 < 0 }
    }
  }

  func advance(_ seconds: Double) {
    let now = lock.withLock {
      time += seconds
      return time
    }
    wake(.success(())) { $1 <= now }
  }

  /// How many seconds until the first sleeper's moment.
  var nextDue: Double? { lock.withLock { sleepers.map(\.due).min().map { $0 - time } } }

  private func wake(_ result: Result<Void, Error>, where isMeant: (UUID, Double) -> Bool) {
    let woken = lock.withLock {
      let woken = sleepers.filter { isMeant($0.id, $0.due) }
      sleepers.removeAll { isMeant($0.id, $0.due) }
      return woken
    }
    for sleeper in woken { sleeper.continuation.resume(with: result) }
  }
}

/// A token server in memory: answers with what it is told, one after the other, and counts.
actor Script {
  enum Answer { case token(ttl: Double, identity: String), fail(TokenError), wait }

  private let clock: ManualClock
  private var answers: [Answer]
  private(set) var asked = 0
  private var gate: [CheckedContinuation<Void, Never>] = []

  init(_ clock: ManualClock, _ answers: [Answer]) {
    self.clock = clock
    self.answers = answers
  }

  func answer() async throws -> Token {
    asked += 1
    let number = asked
    var answer = answers.isEmpty ? .token(ttl: 3600, identity: "alice") : answers.removeFirst()
    if case .wait = answer {
      await withCheckedContinuation { gate.append($0) }
      answer = .token(ttl: 3600, identity: "alice")
    }
    switch answer {
    case .token(let ttl, let identity):
      let now = clock.now()
      return Token(
        text: "token-\(number)", rtmText: nil, id: nil, identity: identity, uid: nil, ttl: ttl,
        renewsAt: now + Schedule.renewal(remaining: ttl, hint: nil, random: 0), endsAt: now + ttl)
    case .fail(let error): throw error
    case .wait: throw CancellationError()
    }
  }

  func open() {
    gate.forEach { $0.resume() }
    gate = []
  }

  /// Waits until it has been asked so often.
  func wasAsked(_ times: Int) async throws {
    for _ in 0..<500 where asked < times { try await Task.sleep(nanoseconds: 10_000_000) }
  }
}

/// A source that asks a script, and the clock that both go by.
struct Bench {
  let clock = ManualClock()
  let script: Script
  let source: TokenSource

  init(_ answers: [Script.Answer] = [], options: (inout TokenSource.Options) -> Void = { _ in }) {
    let script = Script(clock, answers)
    var chosen = TokenSource.Options()
    chosen.random = { 0 }
    options(&chosen)
    self.script = script
    source = TokenSource(options: chosen, stopwatch: clock) { _ in try await script.answer() }
  }

  /// Advances to the timer's moment, slice by slice, until the script was asked so often.
  func advance(until asked: Int) async throws {
    for _ in 0..<2000 {
      if await script.asked >= asked { return }
      if let due = clock.nextDue { clock.advance(due) }
      try await Task.sleep(nanoseconds: 1_000_000)
    }
  }
}
