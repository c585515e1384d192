import Foundation

/// `{identity, token}`: the SDK starters, the quickstarts and the video app.
public struct IdentityTokenAnswer: TokenAnswer, Decodable, Hashable {
  public let identity: String?
  public let token: String
  /// The video app's: `group`.
  public let roomType: String?
  public let expiresAt: Date?
  public let refreshAt: Date?

  enum CodingKeys: String, CodingKey {
    case identity, token
    case roomType = "room_type"
    case expiresAt = "expires_at"
    case refreshAt = "refresh_at"
  }

  public var contents: TokenContents {
    TokenContents(text: token, identity: identity, expiresAt: expiresAt, refreshAt: refreshAt)
  }
}

/// `{token}`: the function templates, and Agora's `POST /getToken`.
public struct PlainTokenAnswer: TokenAnswer, Decodable, Hashable {
  public let token: String
  public let identity: String?
  public let expiresAt: Date?
  public let refreshAt: Date?

  enum CodingKeys: String, CodingKey {
    case token, identity
    case expiresAt = "expires_at"
    case refreshAt = "refresh_at"
  }

  public var contents: TokenContents {
    TokenContents(text: token, identity: identity, expiresAt: expiresAt, refreshAt: refreshAt)
  }
}

/// The bare token as text: the mobile voice quickstart's `/accessToken`.
public struct BareTokenAnswer: TokenAnswer, Hashable {
  public let token: String

  public static func read(_ body: Data) throws -> BareTokenAnswer {
    let text = String(decoding: body, as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    // A web page is text too; a token is three parts of base64url.
    guard JWTTimes(text) != nil else { throw NotAToken() }
    return BareTokenAnswer(token: text)
  }

  struct NotAToken: Error {}

  public var contents: TokenContents { TokenContents(text: token) }
}
