import Foundation

/// Why there is no token, sorted by what the app should do about it.
///
/// ```swift
/// do { try await source.token() }
/// catch let error as TokenError {
///   switch error {
///   case .signInAgain: showSignIn()
///   case .tryLater(let seconds, _): retry(in: seconds)
///   case .refused: show(error.localizedDescription)
///   }
/// }
/// ```
public enum TokenError: Error, Sendable, Equatable {
  /// The service does not know who is asking: the app's own credential is missing, wrong or too old.
  case signInAgain(Reason)
  /// It did not work now and may work later: no network, a busy or a broken server.
  /// `after` is how many seconds to wait; the source sends nothing before.
  case tryLater(after: Double, Reason)
  /// The service knows who is asking and says no, or the request can never succeed as it is.
  case refused(Reason)

  /// What is known of a failure. Holds no token and no credential.
  public struct Reason: Sendable, Equatable {
    /// In words, from the service where it answered.
    public let message: String
    /// The HTTP status, where there was an answer.
    public let status: Int?
    /// The service's stable code, such as `forbidden` or `rate_limited`, or one of ``Code``.
    public let code: String?
    /// Finds this request in the service's log.
    public let requestID: String?
    /// Which fields were wrong, as JSON pointers.
    public let fields: [Field]

    public init(
      message: String, status: Int? = nil, code: String? = nil, requestID: String? = nil,
      fields: [Field] = []
    ) {
      self.message = message
      self.status = status
      self.code = code
      self.requestID = requestID
      self.fields = fields
    }
  }

  /// One field of the request, and what is wrong with it.
  public struct Field: Sendable, Equatable, Decodable {
    public let pointer: String
    public let message: String
  }

  /// Codes of failures that happen on this side of the network.
  public enum Code {
    /// No connection, or one that broke.
    public static let network = "network"
    /// No whole answer in time.
    public static let timeout = "timeout"
    /// The answer is not a token: a web page, a captive portal, half of a body.
    public static let notAToken = "not_a_token"
    /// The URL or the request cannot be sent at all.
    public static let badRequest = "bad_request"
    /// The app's own credential could not be had.
    public static let credential = "credential"
    /// The renewed token is for somebody else.
    public static let identityChanged = "identity_changed"
  }

  /// What is known of it.
  public var reason: Reason {
    switch self {
    case .signInAgain(let reason), .refused(let reason), .tryLater(_, let reason): return reason
    }
  }
}

extension TokenError: LocalizedError {
  public var errorDescription: String? { reason.message }

  public var failureReason: String? {
    switch self {
    case .signInAgain: return "The service does not know who is asking."
    case .tryLater: return "The service could not be asked just now."
    case .refused: return "The service refused this request."
    }
  }

  public var recoverySuggestion: String? {
    switch self {
    case .signInAgain: return "Sign in again."
    case .tryLater(let after, _): return "Try again in \(Int(after.rounded(.up))) s."
    case .refused: return nil
    }
  }
}

extension TokenError: CustomNSError {
  public static var errorDomain: String { "HandstampTokenError" }

  /// For Objective-C: 1 sign in again, 2 try later, 3 refused.
  public var errorCode: Int {
    switch self {
    case .signInAgain: return 1
    case .tryLater: return 2
    case .refused: return 3
    }
  }

  public var errorUserInfo: [String: Any] {
    var info: [String: Any] = [NSLocalizedDescriptionKey: reason.message]
    if case .tryLater(let after, _) = self { info["HandstampRetryAfter"] = after }
    if let code = reason.code { info["HandstampCode"] = code }
    if let status = reason.status { info["HandstampStatus"] = status }
    if let id = reason.requestID { info["HandstampRequestID"] = id }
    return info
  }
}
