import Foundation
#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// One way to ask a token service for a token: a path, what goes with it, and the shape of the answer.
///
/// There is one for `POST /v1/tokens` and one for every route of the sample servers that apps were
/// written for. ``TokenService/fetch(_:)`` asks once; ``TokenService/source(_:options:)`` keeps the
/// token and renews it.
public struct Route<Answer: TokenAnswer>: Sendable {
  let method: Method
  /// Each part is percent-encoded on its own, so that a channel's `/` or `?` stays in its part.
  let path: [String]
  let query: [String: String]
  let body: JSONValue?
  /// For answers that tell no expiry: how long their tokens live, in seconds.
  let assumedTTL: Double
  /// The query parameter that names the identity again at a renewal, so that a server which gives
  /// strangers a random name does not give them another one.
  let identityParameter: String?

  enum Method: String, Sendable { case get = "GET", post = "POST" }

  /// - Parameters:
  ///   - path: its parts, not yet percent-encoded; an empty last one ends the path in a slash.
  ///   - assumedTTL: in seconds, where the answer does not tell.
  public init(
    get path: [String], query: [String: String] = [:], assumedTTL: Double = 3600,
    identityParameter: String? = nil
  ) {
    self.init(
      method: .get, path: path, query: query, body: nil, assumedTTL: assumedTTL,
      identityParameter: identityParameter)
  }

  /// - Parameter body: sent as JSON.
  public init(post path: [String], body: JSONValue, assumedTTL: Double = 3600) {
    self.init(
      method: .post, path: path, query: [:], body: body, assumedTTL: assumedTTL,
      identityParameter: nil)
  }

  private init(
    method: Method, path: [String], query: [String: String], body: JSONValue?, assumedTTL: Double,
    identityParameter: String?
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.body = body
    self.assumedTTL = assumedTTL
    self.identityParameter = identityParameter
  }

  /// The request, without the app's credential.
  ///
  /// - Parameter identity: at a renewal, whom the first token was for.
  func request(to base: URL, renewing identity: String?) throws -> URLRequest {
    guard var parts = URLComponents(url: base, resolvingAgainstBaseURL: true) else {
      throw unsendable(base)
    }
    let prefix = parts.percentEncodedPath
    let slash = prefix.hasSuffix("/") ? "" : "/"
    parts.percentEncodedPath = prefix + slash + path.map(encode).joined(separator: "/")
    var query = self.query
    if let identityParameter, let identity { query[identityParameter] = identity }
    if !query.isEmpty {
      parts.percentEncodedQuery = query.sorted { $0.key < $1.key }
        .map { "\(encode($0.key))=\(encode($0.value))" }.joined(separator: "&")
    }
    guard let url = parts.url, let scheme = url.scheme, scheme == "http" || scheme == "https" else {
      throw unsendable(base)
    }
    var request = URLRequest(url: url, cachePolicy: .reloadIgnoringLocalCacheData)
    request.httpMethod = method.rawValue
    request.setValue("application/json, text/plain", forHTTPHeaderField: "Accept")
    if let body {
      request.httpBody = try JSONEncoder().encode(body)
      request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    }
    return request
  }

  private func unsendable(_ base: URL) -> TokenError {
    .refused(
      .init(message: "The service's address is not an http or https URL.", code: TokenError.Code.badRequest))
  }
}

/// RFC 3986, section 2.3: all but the unreserved characters. `+` too, which forms read as a space.
private func encode(_ part: String) -> String {
  part.addingPercentEncoding(withAllowedCharacters: unreserved) ?? part
}
private let unreserved = CharacterSet(
  charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
