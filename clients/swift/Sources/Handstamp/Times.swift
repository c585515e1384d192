import Foundation

/// The two ways in which servers write a moment. Formatters are made where they are used: they are
/// classes that may not be shared between threads, and a token is read a few times an hour.
enum Times {
  /// RFC 3339, with or without fractions of a second.
  static func rfc3339(_ text: String) -> Date? {
    let formatter = ISO8601DateFormatter()
    if let date = formatter.date(from: text) { return date }
    formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
    return formatter.date(from: text)
  }

  /// RFC 9110, section 5.6.7: the form that servers must send.
  static func httpDate(_ text: String) -> Date? {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    return formatter.date(from: text)
  }

  /// `Retry-After` in seconds: RFC 9110, section 10.2.3, a number or a date.
  static func retryAfter(_ text: String, serverNow: Date?) -> Double? {
    let trimmed = text.trimmingCharacters(in: .whitespaces)
    if let seconds = UInt32(trimmed) { return Double(seconds) }
    return httpDate(trimmed).map { max(0, $0.timeIntervalSince(serverNow ?? Date())) }
  }
}
