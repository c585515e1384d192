/// The two providers.
public enum Provider: String, Sendable { case twilio, agora }

extension Route where Answer == NativeAnswer {
  /// `POST /v1/tokens`: any grants of one provider in one token.
  ///
  /// ```swift
  /// .tokens(.twilio, grants: ["video": ["room": "lesson-12"], "chat": [:]])
  /// .tokens(.agora, grants: ["rtc": ["channel": "lesson-12", "role": "publisher"]])
  /// ```
  /// - Parameters:
  ///   - grants: one key a product, in the provider's own snake_case.
  ///   - identity: the caller's own when it is left out; another one needs the service's permission.
  ///   - ttl: whole seconds; the service's policy may make it shorter.
  public static func tokens(
    _ provider: Provider, grants: [String: JSONValue], identity: String? = nil, ttl: Int? = nil
  ) -> Route {
    var body: [String: JSONValue] = [
      "provider": .string(provider.rawValue), "grants": .object(grants),
    ]
    if let identity { body["identity"] = .string(identity) }
    if let ttl { body["ttl"] = .number(Double(ttl)) }
    return Route(post: ["v1", "tokens"], body: .object(body))
  }
}
