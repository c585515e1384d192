import Foundation

/// A token source for Objective-C, and for Swift code without `async`: the same source, with
/// completion handlers. Handlers are called on the main queue.
///
/// ```objc
/// HSTokenSource *source = [[HSTokenSource alloc]
///     initWithURL:url path:@"/rtc/lesson-12/publisher/uid/7/" tokenKey:@"rtcToken"
///     headers:^{ return @{@"Authorization": session.header}; }];
/// [source tokenWithCompletion:^(NSString *token, NSError *error) { ... }];
/// ```
/// An error's domain is `HandstampTokenError`; its code is 1 to sign in again, 2 to try later
/// (`HandstampRetryAfter` in its user info, in seconds), 3 for a refusal.
#if canImport(ObjectiveC)
  @objc(HSTokenSource)
#endif
public final class CompletionTokenSource: NSObject, Sendable {
  private let source: TokenSource

  /// Any source of Swift's.
  public init(_ source: TokenSource) { self.source = source }

  /// The native route: the body of `POST /v1/tokens` as JSON, such as
  /// `{"provider": "agora", "grants": {"rtc": {"channel": "lesson-12"}}}`.
  ///
  /// - Parameter headers: called before each request, on any queue; the app's own credential.
  /// - Throws: where the body is not JSON.
  #if canImport(ObjectiveC)
    @objc(initWithURL:request:headers:error:)
  #endif
  public convenience init(
    url: URL, request: Data, headers: @escaping @Sendable () -> [String: String]
  ) throws {
    let body = try JSONDecoder().decode(JSONValue.self, from: request)
    let route = Route<NativeAnswer>(post: ["v1", "tokens"], body: body)
    self.init(TokenService(url, credential: Credential(headers)).source(route))
  }

  /// A sample server's route: a path that is already percent-encoded, and the answer's key with the
  /// token, `token`, `rtcToken`, `rtmToken` or `chatToken`.
  ///
  /// - Throws: where the path cannot stand in a URL or the key is another.
  #if canImport(ObjectiveC)
    @objc(initWithURL:path:tokenKey:headers:error:)
  #endif
  public convenience init(
    url: URL, path: String, tokenKey: String, headers: @escaping @Sendable () -> [String: String]
  ) throws {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    let decoded = parts.compactMap(\.removingPercentEncoding)
    guard path.hasPrefix("/"), decoded.count == parts.count else {
      throw TokenError.refused(
        .init(message: "The path must start with a slash and be percent-encoded."))
    }
    let service = TokenService(url, credential: Credential(headers))
    switch tokenKey {
    case "token": self.init(service.source(Route<PlainTokenAnswer>(get: decoded)))
    case "rtcToken": self.init(service.source(Route<RtcTokenAnswer>(get: decoded)))
    case "rtmToken": self.init(service.source(Route<RtmTokenAnswer>(get: decoded)))
    case "chatToken": self.init(service.source(Route<ChatTokenAnswer>(get: decoded)))
    default:
      throw TokenError.refused(
        .init(message: "The key must be token, rtcToken, rtmToken or chatToken."))
    }
  }

  /// As ``TokenSource/token(validFor:)``: the token's text, or an error.
  #if canImport(ObjectiveC)
    @objc(tokenWithCompletion:)
  #endif
  public func token(completion: @escaping @MainActor @Sendable (String?, Error?) -> Void) {
    answer(completion) { try await $0.token() }
  }

  /// As ``TokenSource/refresh()``.
  #if canImport(ObjectiveC)
    @objc(refreshWithCompletion:)
  #endif
  public func refresh(completion: @escaping @MainActor @Sendable (String?, Error?) -> Void) {
    answer(completion) { try await $0.refresh() }
  }

  /// Calls the handler with each new token, or with each failure, until the source is closed.
  #if canImport(ObjectiveC)
    @objc(observeWithHandler:)
  #endif
  public func observe(_ handler: @escaping @MainActor @Sendable (String?, Error?) -> Void) {
    Task { [source] in
      for await event in await source.events() {
        switch event {
        case .renewed(let token): await handler(token.text, nil)
        case .failed(let error): await handler(nil, error)
        case .expiring: break
        }
      }
    }
  }

  /// As ``TokenSource/close()``.
  #if canImport(ObjectiveC)
    @objc
  #endif
  public func close() {
    Task { [source] in await source.close() }
  }

  private func answer(
    _ completion: @escaping @MainActor @Sendable (String?, Error?) -> Void,
    _ ask: @escaping @Sendable (TokenSource) async throws -> Token
  ) {
    Task { [source] in
      do {
        await completion(try await ask(source).text, nil)
      } catch {
        await completion(nil, error)
      }
    }
  }
}

extension Credential {
  fileprivate init(_ headers: @escaping @Sendable () -> [String: String]) {
    self.init { request, _ in
      var request = request
      for (name, value) in headers() { request.setValue(value, forHTTPHeaderField: name) }
      return request
    }
  }
}
