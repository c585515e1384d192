import Foundation
#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// A token service: where it is, and how the app shows who is asking.
///
/// ```swift
/// let service = TokenService(
///   URL(string: "https://tokens.example.com")!,
///   credential: .bearer { _ in try await session.accessToken() })
/// let source = service.source(.agoraRtc(channel: "lesson-12", uid: 7))
/// let token = try await source.token()
/// ```
public struct TokenService: Sendable {
  private let url: URL
  private let credential: Credential
  private let transport: Transport
  let stopwatch: Stopwatch

  /// - Parameters:
  ///   - url: routes are added to its path.
  ///   - timeout: seconds for one whole exchange.
  ///   - configuration: of the URLSession that it makes. Redirects lead nowhere but to the same origin.
  public init(
    _ url: URL, credential: Credential = .none, timeout: Double = 10,
    configuration: URLSessionConfiguration = TokenService.configuration()
  ) {
    self.init(
      url, credential: credential, timeout: timeout, configuration: configuration,
      stopwatch: BootClock())
  }

  init(
    _ url: URL, credential: Credential, timeout: Double, configuration: URLSessionConfiguration,
    stopwatch: Stopwatch
  ) {
    self.url = url
    self.credential = credential
    self.stopwatch = stopwatch
    transport = Transport(configuration: configuration, timeout: timeout, stopwatch: stopwatch)
  }

  /// The default one without a cache: a token must not lie on the disk.
  public static func configuration() -> URLSessionConfiguration {
    let configuration = URLSessionConfiguration.default
    configuration.urlCache = nil
    return configuration
  }

  /// Asks once; the answer as the route gives it.
  ///
  /// ```swift
  /// let rtcToken = try await service.fetch(.agoraRtc(channel: "lesson-12", uid: 7)).rtcToken
  /// ```
  /// - Throws: ``TokenError``, or `CancellationError` where the task was cancelled.
  public func fetch<Answer>(_ route: Route<Answer>) async throws -> Answer {
    do {
      return try await exchange(route, renewing: nil).answer
    } catch {
      throw sorted(error)
    }
  }

  /// Keeps a token of this route and renews it.
  public func source<Answer>(_ route: Route<Answer>, options: TokenSource.Options = .init())
    -> TokenSource
  {
    TokenSource(options: options, stopwatch: stopwatch) { held in
      let (answer, reply) = try await exchange(route, renewing: held?.identity)
      return try Token(
        answer.contents, reply: reply, assumedTTL: route.assumedTTL, random: options.random())
    }
  }

  private func exchange<Answer>(_ route: Route<Answer>, renewing identity: String?) async throws
    -> (answer: Answer, reply: Reply)
  {
    let plain = try route.request(to: url, renewing: identity)
    let first = try await credential.adapt(plain, false)
    var reply = try await transport.send(first)
    if reply.status == 401 {
      let second = try await credential.adapt(plain, true)
      if !isSame(first, second) { reply = try await transport.send(second) }
    }
    guard (200..<300).contains(reply.status) else { throw TokenError(reply) }
    guard let answer = try? Answer.read(reply.body), !answer.contents.text.isEmpty else {
      throw TokenError.notAToken(reply)
    }
    return (answer, reply)
  }

  private func isSame(_ one: URLRequest, _ other: URLRequest) -> Bool {
    one.url == other.url && one.httpBody == other.httpBody
      && one.allHTTPHeaderFields == other.allHTTPHeaderFields
  }
}

/// Cancelling is no failure: it stays what it is.
func sorted(_ error: Error) -> Error {
  if error is CancellationError || Task.isCancelled { return CancellationError() }
  return TokenError(error)
}

extension Token {
  /// A token's life is what lies between two readings of one clock: the server's. The device's own is
  /// asked only where the server tells nothing.
  init(_ contents: TokenContents, reply: Reply, assumedTTL: Double, random: Double) throws {
    let jwt = JWTTimes(contents.text)
    let serverNow =
      contents.issuedAt ?? jwt?.iat.map(Date.init(timeIntervalSince1970:)) ?? reply.date ?? Date()
    let end = contents.expiresAt ?? jwt?.exp.map(Date.init(timeIntervalSince1970:))
    let ttl = end.map { $0.timeIntervalSince(serverNow) } ?? assumedTTL
    guard ttl > 0 else {
      throw TokenError.later("The token had expired when it came.", TokenError.Code.notAToken)
    }
    let hint = contents.refreshAt.map { $0.timeIntervalSince(serverNow) }
    self.init(
      text: contents.text, rtmText: contents.rtmText, id: contents.id,
      identity: contents.identity, uid: contents.uid, ttl: ttl,
      renewsAt: reply.sentAt + Schedule.renewal(remaining: ttl, hint: hint, random: random),
      endsAt: reply.sentAt + ttl)
  }
}
