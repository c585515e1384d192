import Foundation

/// What the recipes need of Twilio's Conversations and Sync clients. In the app:
///
/// ```swift
/// extension TwilioConversationsClient: @retroactive TwilioTokenUpdating {}
/// ```
public protocol TwilioTokenUpdating: AnyObject {
  associatedtype Outcome
  func updateToken(_ token: String, completion: ((Outcome) -> Void)?)
}

extension TokenBinding {
  /// Keeps a Conversations client's token new.
  ///
  /// ```swift
  /// binding = .twilioConversations(client, source, using: token)
  ///
  /// func conversationsClientTokenWillExpire(_ client: TwilioConversationsClient) {
  ///   binding.tokenWillExpire()
  /// }
  /// ```
  public static func twilioConversations<Client: TwilioTokenUpdating>(
    _ client: Client, _ source: TokenSource, using token: Token
  ) -> TokenBinding {
    TokenBinding(source, using: token) { [weak client] text in
      guard let client else { return false }
      client.updateToken(text, completion: nil)
      return true
    }
  }
}

/// What the recipes need of `TwilioVideoSDK` and `TwilioVoiceSDK`: both connect with options that hold
/// the token.
///
/// ```swift
/// extension TwilioVideoSDK: @retroactive TwilioConnecting {}
/// extension TwilioVoiceSDK: @retroactive TwilioConnecting, @retroactive TwilioVoiceRegistering {}
/// ```
public protocol TwilioConnecting {
  associatedtype Options
  associatedtype Delegate
  associatedtype Connection
  static func connect(options: Options, delegate: Delegate) -> Connection
}

/// What the recipe needs of `TwilioVoiceSDK` for incoming calls.
public protocol TwilioVoiceRegistering {
  static func register(
    accessToken: String, deviceToken: Data, completion: ((Error?) -> Void)?)
}

extension TokenSource {
  /// Joins a video room. Video tells of no expiry, and needs the token again when its signalling
  /// reconnects: so the token must last as long as the session.
  ///
  /// ```swift
  /// room = try await source.joinVideo(TwilioVideoSDK.self, lasting: 3600, delegate: self) { token in
  ///   ConnectOptions(token: token) { $0.roomName = "lesson-12" }
  /// }
  /// ```
  /// - Parameter seconds: how long the session will be.
  @MainActor
  public func joinVideo<SDK: TwilioConnecting>(
    _ sdk: SDK.Type, lasting seconds: Double, delegate: SDK.Delegate,
    options: @MainActor (String) -> SDK.Options
  ) async throws -> SDK.Connection {
    let token = try await token(validFor: seconds)
    return sdk.connect(options: options(token.text), delegate: delegate)
  }

  /// Places a call. The mobile Voice SDKs tell of no expiry: every call starts with a token that is
  /// good for some time.
  ///
  /// ```swift
  /// call = try await source.placeCall(TwilioVoiceSDK.self, delegate: self) { token in
  ///   ConnectOptions(accessToken: token) { $0.params = ["To": "bob"] }
  /// }
  /// ```
  @MainActor
  public func placeCall<SDK: TwilioConnecting>(
    _ sdk: SDK.Type, delegate: SDK.Delegate, options: @MainActor (String) -> SDK.Options
  ) async throws -> SDK.Connection {
    let token = try await token(validFor: 60)
    return sdk.connect(options: options(token.text), delegate: delegate)
  }

  /// Registers the device for incoming calls.
  ///
  /// - Parameter deviceToken: PushKit's, as `pushRegistry(_:didUpdate:for:)` brings it.
  @MainActor
  public func registerForCalls<SDK: TwilioVoiceRegistering>(_ sdk: SDK.Type, deviceToken: Data)
    async throws
  {
    let token = try await token(validFor: 60)
    try await withCheckedThrowingContinuation {
      (continuation: CheckedContinuation<Void, Error>) in
      sdk.register(accessToken: token.text, deviceToken: deviceToken) { error in
        if let error {
          continuation.resume(throwing: error)
        } else {
          continuation.resume()
        }
      }
    }
  }
}
