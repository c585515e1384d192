/// Keeps an SDK's object supplied: each new token of a source goes to it, until the binding or the
/// object is gone.
///
/// Join with a token first, then bind with that same token. The SDK's delegate calls
/// ``tokenWillExpire()`` where the SDK warns; that is the second line of defence, for the source has
/// renewed long before.
@MainActor
public final class TokenBinding {
  private let source: TokenSource
  private let apply: @MainActor (String) -> Bool
  private var current: String
  private var following: Task<Void, Never>?

  /// - Parameters:
  ///   - token: the one that the SDK has now.
  ///   - apply: gives the SDK a new one; answers false when there is nobody to give it to any more.
  public init(_ source: TokenSource, using token: Token, apply: @escaping @MainActor (String) -> Bool)
  {
    self.source = source
    self.apply = apply
    current = token.text
    following = Task { [weak self] in
      for await event in await source.events() {
        guard let self else { return }
        if case .renewed(let token) = event { self.give(token) }
      }
    }
  }

  deinit { following?.cancel() }

  /// Ends it.
  public func stop() { following?.cancel() }

  /// For the SDK's warnings: `tokenPrivilegeWillExpire`, `tokenWillExpire`, `tokenExpired`. Gives the
  /// SDK the newer token that the source has, or else a new one. A failure comes with the events.
  public func tokenWillExpire() {
    Task { [source, weak self] in
      guard let known = self?.current, let held = try? await source.token() else { return }
      guard let newer = held.text == known ? try? await source.refresh() : held else { return }
      self?.give(newer)
    }
  }

  private func give(_ token: Token) {
    guard token.text != current else { return }
    current = token.text
    if !apply(token.text) { stop() }
  }
}
