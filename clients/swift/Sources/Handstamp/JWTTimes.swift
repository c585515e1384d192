import Foundation

/// The times inside a JWT, read without a key: for sample servers that answer a token and nothing
/// else. This verifies nothing; only the provider can.
struct JWTTimes: Decodable {
  let exp: Double?
  let iat: Double?
  let nbf: Double?

  init?(_ token: String) {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let payload = JWTTimes.bytes(String(parts[1])),
      let times = try? JSONDecoder().decode(JWTTimes.self, from: payload)
    else { return nil }
    self = times
  }

  /// base64url without padding, RFC 7515 section 2.
  private static func bytes(_ text: String) -> Data? {
    let standard = text.replacingOccurrences(of: "-", with: "+")
      .replacingOccurrences(of: "_", with: "/")
    return Data(base64Encoded: standard + String(repeating: "=", count: (4 - standard.count % 4) % 4))
  }
}
