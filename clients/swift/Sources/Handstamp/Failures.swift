import Foundation
#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

extension TokenError {
  static func later(_ message: String, _ code: String, after: Double = 0) -> TokenError {
    .tryLater(after: after, Reason(message: message, code: code))
  }

  /// What URLSession reports, sorted: nearly all of it passes by itself.
  init(network error: Error) {
    let code = (error as? URLError)?.code
    let reason = Reason(
      message: error.localizedDescription,
      code: code == .timedOut ? Code.timeout : Code.network)
    switch code {
    case .badURL, .unsupportedURL, .appTransportSecurityRequiresSecureConnection:
      self = .refused(Reason(message: error.localizedDescription, code: Code.badRequest))
    default: self = .tryLater(after: 0, reason)
    }
  }

  /// An answer that is no success, sorted by its status: RFC 9110, section 15, and RFC 6585 for 429.
  init(_ reply: Reply) {
    let said = try? JSONDecoder().decode(FailureAnswer.self, from: reply.body)
    let reason = Reason(
      message: said?.message ?? "The service answered with status \(reply.status).",
      status: reply.status, code: said?.code, requestID: said?.requestID,
      fields: said?.fields ?? [])
    switch reply.status {
    case 401: self = .signInAgain(reason)
    case 408, 425, 429, 500...: self = .tryLater(after: reply.retryAfter ?? 0, reason)
    default: self = .refused(reason)
    }
  }

  /// A success that holds no token. Not a refusal: a hotel's sign-in page answers so too.
  static func notAToken(_ reply: Reply) -> TokenError {
    let isPage = reply.body.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "<")
    let what = isPage ? "a web page" : "something else or broke off"
    return .tryLater(
      after: 0,
      Reason(
        message: "The answer is not a token but \(what): see whether the service's address is right.",
        status: reply.status, code: Code.notAToken))
  }

  /// Whatever was thrown on the way, as one of the three kinds.
  init(_ error: Error) {
    if let known = error as? TokenError {
      self = known
    } else if error is URLError {
      self.init(network: error)
    } else {
      self = .signInAgain(Reason(message: error.localizedDescription, code: Code.credential))
    }
  }
}
