#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Android)
  import Android
#endif

/// What a token source asks of time: how much has passed, and to be woken.
///
/// Never the wall clock: people set it, and a token's life is a duration.
protocol Stopwatch: Sendable {
  /// Seconds since some fixed moment.
  func now() -> Double
  /// - Throws: `CancellationError` when the task is cancelled.
  func sleep(seconds: Double) async throws
}

/// Seconds since the device was started, those in which it slept included: a token goes on to expire
/// in a pocket.
struct BootClock: Stopwatch {
  func now() -> Double {
    #if canImport(Darwin)
      // XNU's continuous time; CLOCK_UPTIME_RAW would stop while the device sleeps.
      return Double(clock_gettime_nsec_np(CLOCK_MONOTONIC_RAW)) / 1e9
    #else
      // clock_gettime(2): CLOCK_MONOTONIC leaves out the time in which the system is suspended.
      var time = timespec()
      clock_gettime(CLOCK_BOOTTIME, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    #endif
  }

  func sleep(seconds: Double) async throws {
    try await Task.sleep(nanoseconds: UInt64(min(max(seconds, 0), 86_400) * 1e9))
  }
}
