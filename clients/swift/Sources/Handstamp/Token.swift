import Foundation

/// A provider's token, as a ``TokenSource`` keeps it.
///
/// Printing one, or putting it into a log, shows no token: ``text`` has to be asked for.
public struct Token: Sendable, Hashable {
  /// What the provider's SDK takes.
  public let text: String
  /// The second token of ``Route/agoraRte(channel:role:uid:rtmUserID:expiry:)``, for RTM.
  public let rtmText: String?
  /// The id under which the service has recorded it; only the native route tells it.
  public let id: String?
  /// Whom it is for; some routes do not tell.
  public let identity: String?
  /// Agora's integer uid: join with this one.
  public let uid: UInt32?
  /// Its whole life in seconds, as it was when it arrived.
  public let ttl: Double
  /// Readings of the source's stopwatch.
  let renewsAt: Double
  let endsAt: Double
}

extension Token: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String {
    "Token(id: \(id ?? "unknown"), identity: \(identity ?? "unknown"), ttl: \(Int(ttl)) s)"
  }
  public var debugDescription: String { description }
  public var customMirror: Mirror {
    Mirror(self, children: ["id": id as Any, "identity": identity as Any, "ttl": ttl])
  }
}
