import Foundation

/// What the service says when it gives no token, in any of its four forms: problem details
/// (RFC 9457), the video app's, the community token service's and the official demo's.
struct FailureAnswer: Decodable {
  let message: String?
  let code: String?
  let requestID: String?
  let fields: [TokenError.Field]

  enum CodingKeys: String, CodingKey {
    case detail, title, message, error, code, errors
    case errorCode = "error_code"
    case requestID = "request_id"
  }

  struct VideoAppError: Decodable {
    let message: String?
    let explanation: String?
  }

  init(from decoder: Decoder) throws {
    let body = try decoder.container(keyedBy: CodingKeys.self)
    func text(_ key: CodingKeys) -> String? { try? body.decode(String.self, forKey: key) }
    let videoApp = try? body.decode(VideoAppError.self, forKey: .error)
    message =
      text(.detail) ?? videoApp?.explanation ?? videoApp?.message ?? text(.message)
      ?? text(.error) ?? text(.title)
    code = text(.code) ?? text(.errorCode)
    requestID = text(.requestID)
    fields = (try? body.decode([TokenError.Field].self, forKey: .errors)) ?? []
  }
}
