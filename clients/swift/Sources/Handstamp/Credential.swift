import Foundation
#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// How a request shows who is asking: the app's own sign-in, put on every request to the token service.
///
/// ```swift
/// let credential = Credential.bearer { wasRefused in
///   try await session.accessToken(renewing: wasRefused)
/// }
/// ```
/// After a 401 it is asked once more, with `wasRefused`; if it then says something else, the request
/// is sent once more with that. What it throws becomes ``TokenError/signInAgain(_:)``, unless it is a
/// `TokenError` itself or an error of the network.
public struct Credential: Sendable {
  /// - Parameter wasRefused: the service has just refused the credential of the first try.
  public typealias Adapter =
    @Sendable (_ request: URLRequest, _ wasRefused: Bool) async throws -> URLRequest

  let adapt: Adapter

  /// Any change to the request: a header of your own, a signature, App Attest.
  public init(_ adapt: @escaping Adapter) { self.adapt = adapt }

  /// Nothing is added. Cookies in the session's storage are sent all the same: an app whose users
  /// sign in with a session cookie needs no more.
  public static let none = Credential { request, _ in request }

  /// `Authorization: Bearer ...` with the app's own access token.
  public static func bearer(
    _ token: @escaping @Sendable (_ wasRefused: Bool) async throws -> String
  ) -> Credential {
    Credential { request, wasRefused in
      var request = request
      request.setValue("Bearer \(try await token(wasRefused))", forHTTPHeaderField: "Authorization")
      return request
    }
  }
}
