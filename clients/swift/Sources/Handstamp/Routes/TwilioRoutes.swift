extension Route where Answer == IdentityTokenAnswer {
  /// `GET /token?identity=&device=`: the SDK starters, the Vapor tutorial and the voice quickstart.
  ///
  /// - Parameters:
  ///   - identity: the caller's own when it is left out.
  ///   - device: becomes the grants' `endpoint_id`.
  ///   - ttl: whole seconds.
  public static func twilioToken(
    identity: String? = nil, device: String? = nil, ttl: Int? = nil
  ) -> Route {
    Route(
      get: ["token"],
      query: given(["identity": identity, "device": device, "ttl": ttl.map(String.init)]),
      identityParameter: "identity")
  }

  /// `GET /token/{identity}`: the Node starter's other spelling.
  public static func twilioToken(for identity: String) -> Route {
    Route(get: ["token", identity])
  }

  /// `POST /token` with `{identity}`: the Python starter's; the Node starter's `{id}` is read alike.
  public static func twilioTokenByPost(identity: String) -> Route {
    Route(post: ["token"], body: ["identity": .string(identity)])
  }

  /// `POST /token` with the video app's form. Its tokens live for four hours, for Video has no
  /// renewal.
  ///
  /// - Parameters:
  ///   - passcode: the credential, where the service knows passcodes; else leave it out.
  ///   - createsConversation: ask for the chat grant too.
  public static func videoApp(
    userIdentity: String, room: String, passcode: String? = nil, createsConversation: Bool = false
  ) -> Route {
    var body: [String: JSONValue] = [
      "user_identity": .string(userIdentity), "room_name": .string(room),
      "create_conversation": .bool(createsConversation),
    ]
    if let passcode { body["passcode"] = .string(passcode) }
    return Route(post: ["token"], body: .object(body), assumedTTL: 14_400)
  }
}

extension Route where Answer == PlainTokenAnswer {
  /// `GET /video-token`: the function template's token for Video alone.
  public static func videoToken(identity: String? = nil, room: String? = nil) -> Route {
    Route(get: ["video-token"], query: given(["identity": identity, "room_name": room]))
  }

  /// `GET /chat-token`: for Conversations alone.
  public static func chatToken(identity: String? = nil, device: String? = nil) -> Route {
    Route(get: ["chat-token"], query: given(["identity": identity, "device": device]))
  }

  /// `GET /sync-token`: for Sync alone.
  public static func syncToken(identity: String? = nil) -> Route {
    Route(get: ["sync-token"], query: given(["identity": identity]))
  }

  /// `GET /voice-token`: for Voice alone.
  public static func voiceToken(identity: String? = nil) -> Route {
    Route(get: ["voice-token"], query: given(["identity": identity]))
  }
}

extension Route where Answer == BareTokenAnswer {
  /// `GET /accessToken?identity=`: the mobile voice quickstart's; the answer is the bare token.
  public static func accessToken(identity: String? = nil) -> Route {
    Route(get: ["accessToken"], query: given(["identity": identity]))
  }
}

func given(_ query: [String: String?]) -> [String: String] { query.compactMapValues { $0 } }
