/// What one may do in a channel. A subscriber can still publish unless co-host authentication is
/// turned on for the Agora project.
public enum ChannelRole: String, Sendable { case publisher, subscriber }

/// A member of a channel: by number or by account.
public enum ChannelMember: Sendable, Hashable, ExpressibleByIntegerLiteral {
  /// 1 to 2^32 - 1; 0 lets anyone in, where the service's policy allows that.
  case uid(UInt32)
  case account(String)

  public init(integerLiteral value: UInt32) { self = .uid(value) }

  var path: [String] {
    switch self {
    case .uid(let uid): return ["uid", String(uid)]
    case .account(let account): return ["userAccount", account]
    }
  }

  var text: String { path[1] }
}

/// The routes of the community's token service. They end in a slash, as its Swift helper sends them.
/// `expiry` is in whole seconds.
extension Route where Answer == RtcTokenAnswer {
  /// `GET /rtc/{channel}/{role}/{uid or userAccount}/{member}/`
  public static func agoraRtc(
    channel: String, role: ChannelRole = .publisher, uid member: ChannelMember, expiry: Int? = nil
  ) -> Route {
    Route(
      get: ["rtc", channel, role.rawValue] + member.path + [""], query: seconds(expiry),
      assumedTTL: Double(expiry ?? 3600))
  }
}

extension Route where Answer == RtmTokenAnswer {
  /// `GET /rtm/{userID}/`
  public static func agoraRtm(userID: String, expiry: Int? = nil) -> Route {
    Route(get: ["rtm", userID, ""], query: seconds(expiry), assumedTTL: Double(expiry ?? 3600))
  }
}

extension Route where Answer == RteTokenAnswer {
  /// `GET /rte/{channel}/{role}/{uid or userAccount}/{member}/[{rtmUserID}/]`: two tokens.
  ///
  /// - Parameter rtmUserID: the member's own text when it is left out.
  public static func agoraRte(
    channel: String, role: ChannelRole = .publisher, uid member: ChannelMember,
    rtmUserID: String? = nil, expiry: Int? = nil
  ) -> Route {
    Route(
      get: ["rte", channel, role.rawValue] + member.path + (rtmUserID.map { [$0] } ?? []) + [""],
      query: seconds(expiry), assumedTTL: Double(expiry ?? 3600))
  }
}

extension Route where Answer == ChatTokenAnswer {
  /// `GET /chat/account/{userID}/`
  public static func agoraChat(userID: String, expiry: Int? = nil) -> Route {
    Route(
      get: ["chat", "account", userID, ""], query: seconds(expiry),
      assumedTTL: Double(expiry ?? 3600))
  }
}

extension Route where Answer == PlainTokenAnswer {
  /// `POST /getToken` for RTC.
  public static func agoraGetToken(
    channel: String, role: ChannelRole = .publisher, uid member: ChannelMember, expire: Int = 3600
  ) -> Route {
    agoraGetToken(
      [
        "tokenType": "rtc", "channel": .string(channel), "role": .string(role.rawValue),
        "uid": .string(member.text),
      ], expire)
  }

  /// `POST /getToken` for RTM.
  public static func agoraGetToken(rtmUserID: String, expire: Int = 3600) -> Route {
    agoraGetToken(["tokenType": "rtm", "uid": .string(rtmUserID)], expire)
  }

  /// `POST /getToken` for Chat.
  public static func agoraGetToken(chatUserID: String, expire: Int = 3600) -> Route {
    agoraGetToken(["tokenType": "chat", "uid": .string(chatUserID)], expire)
  }

  private static func agoraGetToken(_ body: [String: JSONValue], _ expire: Int) -> Route {
    let seconds = JSONValue.number(Double(expire))
    return Route(
      post: ["getToken"], body: .object(body.merging(["expire": seconds]) { $1 }),
      assumedTTL: Double(expire))
  }
}

extension Route where Answer == GeneratedTokenAnswer {
  /// A service of Agora's, for ``agoraGenerate(channel:uid:services:role:expire:)``.
  public typealias Service = GeneratedService

  /// `POST /token/generate` of Agora's own demo: several services in one token.
  ///
  /// - Parameter expire: seconds from now.
  public static func agoraGenerate(
    channel: String? = nil, uid member: ChannelMember, services: Set<GeneratedService>,
    role: ChannelRole = .publisher, expire: Int = 3600
  ) -> Route {
    var body: [String: JSONValue] = [
      "uid": .string(member.text), "tokenExpireTs": .number(Double(expire)),
      "privilegeExpireTs": .number(Double(expire)),
    ]
    if let channel { body["channelName"] = .string(channel) }
    for service in services {
      body[service.rawValue] = ["enable": true, "role": role == .publisher ? 1 : 2]
    }
    return Route(post: ["token", "generate"], body: .object(body), assumedTTL: Double(expire))
  }
}

/// The services that one generated token can be for.
public enum GeneratedService: String, Sendable {
  case rtc = "serviceRtc"
  case rtm = "serviceRtm"
  case chat = "serviceChat"
}

private func seconds(_ expiry: Int?) -> [String: String] {
  given(["expiry": expiry.map(String.init)])
}
