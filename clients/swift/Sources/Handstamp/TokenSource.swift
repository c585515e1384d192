import Foundation

/// Keeps one token, hands it out, and has the next one before it expires.
///
/// ```swift
/// let source = service.source(.tokens(.twilio, grants: ["video": ["room": "lesson-12"]]))
/// let token = try await source.token()
/// ```
/// However many callers wait, one request is under way. A caller that is cancelled leaves the others
/// and the request alone. After a failure that passes, no request is sent until the pause is over,
/// which is never shorter than the server's `Retry-After`.
///
/// Time is measured by a clock that also counts while the device sleeps and that nobody sets.
public actor TokenSource {
  /// How a source behaves.
  public struct Options: Sendable {
    /// Renew by itself, ahead of `refresh_at`, from the first ``TokenSource/token(validFor:)`` on.
    public var renews = true
    /// Go on while the app is in the background. Apps with calls run on there and need their token;
    /// others are suspended by the system anyway.
    public var renewsInBackground = true
    /// Listen for the app's entering background and foreground, where the system tells of it.
    public var followsAppActivity = true
    var random: @Sendable () -> Double = { Double.random(in: 0..<1) }

    public init() {}
  }

  typealias Fetch = @Sendable (_ held: Token?) async throws -> Token

  /// After a failure: until when nothing is sent, and why.
  private struct Pause {
    let until: Double
    let reason: TokenError.Reason
    /// The server named a time; otherwise coming back to the foreground ends the pause.
    let isServers: Bool
  }

  private let options: Options
  private let stopwatch: Stopwatch
  private let fetch: Fetch
  private var held: Token?
  private var flight: Task<Void, Never>?
  private var flights = 0
  private var waiting: [Int: CheckedContinuation<Token, Error>] = [:]
  private var tickets = 0
  private var timer: Task<Void, Never>?
  private var failures = 0
  private var pause: Pause?
  /// A refusal ends renewal by itself: nothing but the app can change it.
  private var isRefused = false
  private var isInBackground = false
  private var isClosed = false
  private var listeners: [Int: AsyncStream<TokenEvent>.Continuation] = [:]
  private var activity: AppActivity?

  init(options: Options, stopwatch: Stopwatch, fetch: @escaping Fetch) {
    self.options = options
    self.stopwatch = stopwatch
    self.fetch = fetch
  }

  deinit {
    timer?.cancel()
    flight?.cancel()
    for listener in listeners.values { listener.finish() }
  }

  /// A token with some life left: the kept one, or a new one.
  ///
  /// - Parameter seconds: how much life it must have, where a whole session needs it, such as Video's.
  ///   A token fresh from the service is given even if the service made it shorter.
  /// - Throws: ``TokenError``, or `CancellationError` where this task was cancelled.
  public func token(validFor seconds: Double = 0) async throws -> Token {
    try Task.checkCancellation()
    if let held, lifeOf(held) > max(seconds, Schedule.margin(ttl: held.ttl)) {
      if stopwatch.now() >= held.renewsAt { renewBySelf() }
      return held
    }
    return try await next()
  }

  /// A new token, whatever is kept: the provider has refused the old one, or is about to.
  ///
  /// - Throws: as ``token(validFor:)``.
  public func refresh() async throws -> Token {
    try Task.checkCancellation()
    return try await next()
  }

  /// What happens from now on. Ends when the source is closed or gone.
  public func events() -> AsyncStream<TokenEvent> {
    tickets += 1
    let ticket = tickets
    return AsyncStream(bufferingPolicy: .bufferingNewest(16)) { continuation in
      if isClosed { return continuation.finish() }
      listeners[ticket] = continuation
      continuation.onTermination = { [weak self] _ in
        Task { [weak self] in await self?.forgetListener(ticket) }
      }
    }
  }

  /// Drops the kept token and every failure: the user has signed out, or in as somebody else.
  public func reset() {
    abort(CancellationError())
    held = nil
    forgive()
  }

  /// Ends renewal, the request under way and all streams of events. A closed source gives no token.
  public func close() {
    isClosed = true
    abort(CancellationError())
    activity = nil
    for listener in listeners.values { listener.finish() }
    listeners = [:]
  }

  /// The app is in the background. Called by itself where UIKit or AppKit tells of it; on watchOS call
  /// it when the scene's phase changes.
  public func enterBackground() {
    isInBackground = true
    if !options.renewsInBackground { stopTimer() }
  }

  /// The app is in the foreground again: what fell due meanwhile is done now, and a pause ends that
  /// only the lack of a network had made.
  public func enterForeground() {
    isInBackground = false
    if let pause, !pause.isServers { forgive() }
    arm()
  }

  // MARK: - One request for all

  private func next() async throws -> Token {
    if isClosed { throw CancellationError() }
    if flight == nil {
      if let pause, pause.until > stopwatch.now() {
        throw TokenError.tryLater(after: pause.until - stopwatch.now(), pause.reason)
      }
      takeOff()
    }
    return try await landing()
  }

  private func takeOff() {
    stopTimer()
    flights += 1
    let (number, fetch, held) = (flights, self.fetch, self.held)
    flight = Task { [weak self] in
      let result: Result<Token, Error>
      do {
        result = .success(try await fetch(held))
      } catch {
        result = .failure(sorted(error))
      }
      await self?.land(number, result)
    }
  }

  /// Waits for the request that is under way. Being cancelled ends the waiting, not the request.
  private func landing() async throws -> Token {
    tickets += 1
    let ticket = tickets
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
        waiting[ticket] = continuation
      }
    } onCancel: {
      Task { [weak self] in await self?.leave(ticket) }
    }
  }

  private func leave(_ ticket: Int) {
    waiting.removeValue(forKey: ticket)?.resume(throwing: CancellationError())
  }

  private func land(_ number: Int, _ result: Result<Token, Error>) {
    // Reset or closed meanwhile: its waiters have been told, and nobody wants it any more.
    guard flight != nil, number == flights else { return }
    flight = nil
    let outcome = result.flatMap(sameIdentity).mapError(noteFailure)
    if case .success(let token) = outcome { keep(token) }
    let waiters = waiting.values
    waiting = [:]
    for waiter in waiters { waiter.resume(with: outcome) }
    arm()
  }

  /// SDKs refuse a token for somebody else, and some end the session for it.
  private func sameIdentity(_ token: Token) -> Result<Token, Error> {
    guard let old = held?.identity, let new = token.identity, old != new else {
      return .success(token)
    }
    let message = "The renewed token is for somebody else: reset the source when the user changes."
    return .failure(
      TokenError.refused(.init(message: message, code: TokenError.Code.identityChanged)))
  }

  private func keep(_ token: Token) {
    forgive()
    held = token
    send(.renewed(token))
  }

  private func noteFailure(_ error: Error) -> Error {
    guard let error = error as? TokenError else { return error }
    let noted: TokenError
    if case .tryLater(let after, let reason) = error {
      failures += 1
      let seconds = Schedule.pause(
        failures: failures, retryAfter: after, random: options.random())
      pause = Pause(until: stopwatch.now() + seconds, reason: reason, isServers: after > 0)
      noted = .tryLater(after: seconds, reason)
    } else {
      isRefused = true
      noted = error
    }
    send(.failed(noted))
    return noted
  }

  private func forgive() {
    failures = 0
    pause = nil
    isRefused = false
  }

  private func abort(_ error: Error) {
    stopTimer()
    flight?.cancel()
    flight = nil
    let waiters = waiting.values
    waiting = [:]
    for waiter in waiters { waiter.resume(throwing: error) }
  }

  // MARK: - Renewal by itself

  /// A device that slept past the moment is noticed within so many seconds of its waking.
  private static let slice = 30.0

  private func arm() {
    stopTimer()
    follow()
    guard options.renews, let held, flight == nil, !isRefused, !isClosed,
      options.renewsInBackground || !isInBackground
    else { return }
    let due = max(held.renewsAt, pause?.until ?? 0)
    timer = Task { [weak self, stopwatch] in
      do {
        while stopwatch.now() < due {
          try await stopwatch.sleep(seconds: min(due - stopwatch.now(), TokenSource.slice))
        }
        try Task.checkCancellation()
      } catch { return }
      await self?.renewBySelf()
    }
  }

  private func stopTimer() {
    timer?.cancel()
    timer = nil
  }

  private func renewBySelf() {
    guard flight == nil, !isRefused, !isClosed, let held,
      (pause?.until ?? 0) <= stopwatch.now()
    else { return }
    send(.expiring(held, secondsLeft: max(0, lifeOf(held))))
    takeOff()
  }

  private func lifeOf(_ token: Token) -> Double { token.endsAt - stopwatch.now() }

  private func follow() {
    guard options.followsAppActivity, activity == nil, !isClosed else { return }
    activity = AppActivity(
      onBackground: { [weak self] in Task { [weak self] in await self?.enterBackground() } },
      onForeground: { [weak self] in Task { [weak self] in await self?.enterForeground() } })
  }

  // MARK: - Events

  private func send(_ event: TokenEvent) {
    for listener in listeners.values { listener.yield(event) }
  }

  private func forgetListener(_ ticket: Int) { listeners[ticket] = nil }
}
