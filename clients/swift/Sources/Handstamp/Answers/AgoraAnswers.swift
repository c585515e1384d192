import Foundation

/// `{rtcToken}`: `/rtc/...`.
public struct RtcTokenAnswer: TokenAnswer, Decodable, Hashable {
  public let rtcToken: String
  public let expiresAt: Date?
  public let refreshAt: Date?

  enum CodingKeys: String, CodingKey {
    case rtcToken
    case expiresAt = "expires_at"
    case refreshAt = "refresh_at"
  }

  public var contents: TokenContents {
    TokenContents(text: rtcToken, expiresAt: expiresAt, refreshAt: refreshAt)
  }
}

/// `{rtmToken}`: `/rtm/...`.
public struct RtmTokenAnswer: TokenAnswer, Decodable, Hashable {
  public let rtmToken: String
  public let expiresAt: Date?
  public let refreshAt: Date?

  enum CodingKeys: String, CodingKey {
    case rtmToken
    case expiresAt = "expires_at"
    case refreshAt = "refresh_at"
  }

  public var contents: TokenContents {
    TokenContents(text: rtmToken, expiresAt: expiresAt, refreshAt: refreshAt)
  }
}

/// `{rtcToken, rtmToken}`: `/rte/...`. The RTM token must not be used for RTC, nor the other way.
public struct RteTokenAnswer: TokenAnswer, Decodable, Hashable {
  public let rtcToken: String
  public let rtmToken: String
  public let expiresAt: Date?
  public let refreshAt: Date?

  enum CodingKeys: String, CodingKey {
    case rtcToken, rtmToken
    case expiresAt = "expires_at"
    case refreshAt = "refresh_at"
  }

  public var contents: TokenContents {
    TokenContents(text: rtcToken, rtmText: rtmToken, expiresAt: expiresAt, refreshAt: refreshAt)
  }
}

/// `{chatToken}`: `/chat/...`.
public struct ChatTokenAnswer: TokenAnswer, Decodable, Hashable {
  public let chatToken: String
  public let expiresAt: Date?
  public let refreshAt: Date?

  enum CodingKeys: String, CodingKey {
    case chatToken
    case expiresAt = "expires_at"
    case refreshAt = "refresh_at"
  }

  public var contents: TokenContents {
    TokenContents(text: chatToken, expiresAt: expiresAt, refreshAt: refreshAt)
  }
}

/// `{code, message, data: {token}}`: `POST /token/generate` of Agora's own demo.
public struct GeneratedTokenAnswer: TokenAnswer, Decodable, Hashable {
  public let code: Int
  public let message: String
  public let data: PlainTokenAnswer

  public var contents: TokenContents { data.contents }
}
