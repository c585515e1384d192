import Foundation
import XCTest

@testable import Handstamp

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// What the runner has started, and who may ask: `HANDSTAMP_WORLD` names the file that tells it.
struct World: Decodable {
  let production: URL
  let limited: URL
  let development: URL
  let faulty: URL
  let `operator`: String
  let tutor: String
  let pupil: String
  let brief: String
  let crowd: String
  let expired: String

  static func load() throws -> World {
    let path = ProcessInfo.processInfo.environment["HANDSTAMP_WORLD"]
    let file = try XCTUnwrap(path, "Run these tests with: npm test -- --only swift")
    return try JSONDecoder().decode(World.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
  }

  func asTutor() -> TokenService { service(production, tutor) }

  func service(_ url: URL, _ jwt: String) -> TokenService {
    TokenService(url, credential: .bearer { _ in jwt })
  }

  /// A fault by its path, such as `hang`.
  func fault<Answer: TokenAnswer>(_ name: String, as: Answer.Type = IdentityTokenAnswer.self)
    -> Route<Answer>
  { Route(get: [name]) }

  /// How often a fault was asked for.
  func count(_ fault: String) async throws -> Int {
    let text = try await page(faulty.appendingPathComponent("count/\(fault)"))
    return try XCTUnwrap(Int(text))
  }

  /// A counter or a histogram's count of the production service's `/metrics`; 0 before its first.
  func metric(_ name: String, _ labels: String) async throws -> Int {
    let text = try await page(production.appendingPathComponent("metrics"), as: self.operator)
    let line = text.split(separator: "\n").first { $0.hasPrefix("\(name){\(labels)}") }
    return line.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) } ?? 0
  }

  private func page(_ url: URL, as token: String? = nil) async throws -> String {
    var request = URLRequest(url: url)
    if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
    let transport = Transport(
      configuration: TokenService.configuration(), timeout: 10, stopwatch: BootClock())
    let reply = try await transport.send(request)
    XCTAssertEqual(reply.status, 200)
    return String(decoding: reply.body, as: UTF8.self)
  }
}

/// Tokens that came over the wire: the runner verifies each with the library that did not sign it here.
enum Received {
  private static let lock = NSLock()

  static func note(_ tokens: String..., provider: String) throws {
    let path = ProcessInfo.processInfo.environment["HANDSTAMP_TOKENS"]
    let file = URL(fileURLWithPath: try XCTUnwrap(path))
    let at = JSONValue.number(Date().timeIntervalSince1970.rounded(.down))
    let lines = try tokens.map { token in
      XCTAssertFalse(token.isEmpty)
      let entry: JSONValue = ["provider": .string(provider), "token": .string(token), "at": at]
      let line = try JSONEncoder().encode(entry)
      return String(decoding: line, as: UTF8.self) + "\n"
    }
    lock.lock()
    defer { lock.unlock() }
    if !FileManager.default.fileExists(atPath: file.path) { try Data().write(to: file) }
    let handle = try FileHandle(forWritingTo: file)
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(lines.joined().utf8))
    try handle.close()
  }
}

/// What an async call throws, which XCTAssertThrowsError cannot wait for.
func failure<Value>(
  _ line: UInt = #line, of call: () async throws -> Value
) async -> TokenError? {
  do {
    _ = try await call()
    XCTFail("nothing was thrown", line: line)
  } catch let error as TokenError {
    return error
  } catch {
    XCTFail("\(error) was thrown", line: line)
  }
  return nil
}

/// The stream's next event.
func next(_ events: AsyncStream<TokenEvent>) async -> TokenEvent? {
  var iterator = events.makeAsyncIterator()
  return await iterator.next()
}
