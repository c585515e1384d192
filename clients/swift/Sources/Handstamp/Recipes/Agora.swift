/// What the recipe needs of Agora's engine. In the app:
///
/// ```swift
/// extension AgoraRtcEngineKit: @retroactive AgoraRtcRenewing {}
/// ```
public protocol AgoraRtcRenewing: AnyObject {
  func renewToken(_ token: String) -> Int32
}

extension TokenBinding {
  /// Renews the token of a channel that the engine has joined.
  ///
  /// ```swift
  /// let token = try await source.token()
  /// engine.joinChannel(byToken: token.text, channelId: "lesson-12", uid: UInt(token.uid ?? 7), ...)
  /// binding = .agoraRtc(engine, source, using: token)
  ///
  /// func rtcEngine(_ engine: AgoraRtcEngineKit, tokenPrivilegeWillExpire token: String) {
  ///   binding.tokenWillExpire()
  /// }
  /// ```
  public static func agoraRtc<Engine: AgoraRtcRenewing>(
    _ engine: Engine, _ source: TokenSource, using token: Token
  ) -> TokenBinding {
    TokenBinding(source, using: token) { [weak engine] text in
      guard let engine else { return false }
      _ = engine.renewToken(text)
      return true
    }
  }
}
