/// When to renew a token, in seconds. The same rule as the service's.
enum Schedule {
  /// How long before its end a token should be renewed:
  /// `min(ttl/2, clamp(ttl/10, 60, 300))`.
  static func lead(ttl: Double) -> Double {
    min(ttl / 2, min(300, max(60, ttl / 10)))
  }

  /// How long from now a token that lives so long should be renewed.
  ///
  /// - Parameters:
  ///   - remaining: what is left of its life.
  ///   - hint: when the server says to renew, counted from now; it has drawn a lot of its own.
  ///   - random: in 0 ..< 1. Devices that started together must not renew together.
  static func renewal(remaining: Double, hint: Double?, random: Double) -> Double {
    let lead = Schedule.lead(ttl: remaining)
    let ahead = hint.map { remaining - $0 + lead * random / 10 } ?? lead * (1 + random / 5)
    return min(max(0, remaining - ahead), remaining)
  }

  /// How little life a token may have and still be handed out: a join takes a few seconds.
  static func margin(ttl: Double) -> Double { min(10, ttl / 10) }

  /// The pause after so many failures in a row: doubling from 1 s to 60 s, between half and all of
  /// it at random, and never less than the server asked for.
  static func pause(failures: Int, retryAfter: Double?, random: Double) -> Double {
    let longest = Double(min(60, 1 << min(max(failures - 1, 0), 6)))
    return max(longest * (0.5 + random / 2), min(retryAfter ?? 0, 86_400))
  }
}
