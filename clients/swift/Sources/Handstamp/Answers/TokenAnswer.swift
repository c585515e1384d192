import Foundation

/// What an answer of a token service says, whatever its shape.
public struct TokenContents: Sendable, Hashable {
  /// The provider's token.
  public var text: String
  /// A second token, for RTM.
  public var rtmText: String?
  public var id: String?
  public var identity: String?
  public var uid: UInt32?
  /// By the server's clock. Sample servers leave the three out.
  public var issuedAt: Date?
  public var expiresAt: Date?
  public var refreshAt: Date?

  public init(
    text: String, rtmText: String? = nil, id: String? = nil, identity: String? = nil,
    uid: UInt32? = nil, issuedAt: Date? = nil, expiresAt: Date? = nil, refreshAt: Date? = nil
  ) {
    self.text = text
    self.rtmText = rtmText
    self.id = id
    self.identity = identity
    self.uid = uid
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
    self.refreshAt = refreshAt
  }
}

/// A shape of answer that has a token in it. Conform a type of your own to read a server of your own.
public protocol TokenAnswer: Sendable {
  /// - Throws: when the bytes are not of this shape.
  static func read(_ body: Data) throws -> Self
  var contents: TokenContents { get }
}

extension TokenAnswer where Self: Decodable {
  public static func read(_ body: Data) throws -> Self {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .custom { decoder in
      let container = try decoder.singleValueContainer()
      if let date = Times.rfc3339(try container.decode(String.self)) { return date }
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not RFC 3339")
    }
    return try decoder.decode(Self.self, from: body)
  }
}
