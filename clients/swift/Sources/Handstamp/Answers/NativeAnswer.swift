import Foundation

/// The answer of `POST /v1/tokens`.
public struct NativeAnswer: TokenAnswer, Decodable, Hashable {
  public let id: String
  /// `twilio` or `agora`.
  public let provider: String
  public let identity: String
  /// Agora's integer uid: join with this one.
  public let uid: UInt32?
  public let token: String
  public let issuedAt: Date
  public let expiresAt: Date
  public let refreshAt: Date
  /// What was granted, defaults filled in.
  public let grants: [String: JSONValue]
  /// What the provider only advises against, in words.
  public let warnings: [String]?

  enum CodingKeys: String, CodingKey {
    case id, provider, identity, uid, token, grants, warnings
    case issuedAt = "issued_at"
    case expiresAt = "expires_at"
    case refreshAt = "refresh_at"
  }

  public var contents: TokenContents {
    TokenContents(
      text: token, id: id, identity: identity, uid: uid, issuedAt: issuedAt, expiresAt: expiresAt,
      refreshAt: refreshAt)
  }
}
