import Foundation
#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// An answer, whatever its status.
struct Reply: Sendable {
  let status: Int
  let body: Data
  let date: Date?
  let retryAfter: Double?
  /// The stopwatch's reading before the request was sent.
  let sentAt: Double
}

/// Sends one request and waits for the whole answer, so long and no longer.
final class Transport: Sendable {
  private let session: URLSession
  private let timeout: Double
  private let stopwatch: Stopwatch

  /// - Parameter timeout: seconds for the whole exchange, from sending to the last byte.
  init(configuration: URLSessionConfiguration, timeout: Double, stopwatch: Stopwatch) {
    session = URLSession(
      configuration: configuration, delegate: SameOriginRedirects(), delegateQueue: nil)
    self.timeout = timeout
    self.stopwatch = stopwatch
  }

  deinit { session.finishTasksAndInvalidate() }

  /// - Throws: `TokenError.tryLater` where there is no whole answer, `CancellationError`.
  func send(_ request: URLRequest) async throws -> Reply {
    let sentAt = stopwatch.now()
    let (body, response) = try await withThrowingTaskGroup(of: Exchange.Outcome.self) { group in
      group.addTask { [session] in try await Exchange().run(request, in: session) }
      // Not URLRequest's timeoutInterval, which starts again with every byte.
      group.addTask { [timeout] in
        try await Task.sleep(nanoseconds: UInt64(timeout * 1e9))
        throw TokenError.later("No whole answer within \(Int(timeout)) s.", TokenError.Code.timeout)
      }
      defer { group.cancelAll() }
      guard let first = try await group.next() else { throw CancellationError() }
      return first
    }
    guard let http = response as? HTTPURLResponse else {
      throw TokenError.later("The answer is not HTTP.", TokenError.Code.notAToken)
    }
    let date = http.value(forHTTPHeaderField: "Date").flatMap(Times.httpDate)
    return Reply(
      status: http.statusCode, body: body, date: date,
      retryAfter: http.value(forHTTPHeaderField: "Retry-After")
        .flatMap { Times.retryAfter($0, serverNow: date) },
      sentAt: sentAt)
  }
}

/// One data task as an async call. `URLSession.data(for:)` does the same on Apple's systems; on Linux
/// older toolchains lack it.
private final class Exchange: @unchecked Sendable {
  typealias Outcome = (Data, URLResponse)

  // The lock guards both: cancelling comes from any thread, before or after the task is there.
  private let lock = NSLock()
  private var task: URLSessionDataTask?
  private var isCancelled = false

  func run(_ request: URLRequest, in session: URLSession) async throws -> Outcome {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        start(
          session.dataTask(with: request) { body, response, error in
            continuation.resume(with: Exchange.outcome(body, response, error))
          })
      }
    } onCancel: {
      cancel()
    }
  }

  private static func outcome(_ body: Data?, _ response: URLResponse?, _ error: Error?)
    -> Result<Outcome, Error>
  {
    if let error { return .failure(TokenError(network: error)) }
    guard let body, let response else {
      return .failure(TokenError.later("There was no answer.", TokenError.Code.network))
    }
    return .success((body, response))
  }

  private func start(_ task: URLSessionDataTask) {
    lock.lock()
    self.task = task
    let isCancelled = self.isCancelled
    lock.unlock()
    task.resume()
    if isCancelled { task.cancel() }
  }

  private func cancel() {
    lock.lock()
    isCancelled = true
    let task = self.task
    lock.unlock()
    task?.cancel()
  }
}

/// Follows a redirect within one origin, such as one that adds a slash. Another origin must not be
/// shown the app's credential, so that such an answer stays the redirect that it is.
private final class SameOriginRedirects: NSObject, URLSessionTaskDelegate {
  // Apple's SDKs annotate the completion handler differently from version to version; the async form
  // is the same in all of them, and is missing on Linux.
  #if canImport(FoundationNetworking)
    func urlSession(
      _ session: URLSession, task: URLSessionTask,
      willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
      completionHandler: @escaping (URLRequest?) -> Void
    ) { completionHandler(followed(from: response.url, request)) }
  #else
    func urlSession(
      _ session: URLSession, task: URLSessionTask,
      willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest
    ) async -> URLRequest? { followed(from: response.url, request) }
  #endif

  private func followed(from url: URL?, _ request: URLRequest) -> URLRequest? {
    origin(url) == origin(request.url) ? request : nil
  }

  private func origin(_ url: URL?) -> [String?] {
    [url?.scheme, url?.host, url?.port.map(String.init)]
  }
}
