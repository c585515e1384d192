/// What a ``TokenSource`` tells while it works.
public enum TokenEvent: Sendable, Equatable {
  /// There is a new token, the first one included: give it to the SDK.
  case renewed(Token)
  /// The token's time to be renewed has come, and a request goes out.
  case expiring(Token, secondsLeft: Double)
  /// No token came. After `tryLater` the source tries again by itself; after the other two the app has
  /// to do something.
  case failed(TokenError)
}
