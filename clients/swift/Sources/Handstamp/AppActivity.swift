import Foundation

/// Tells of the app's entering background and foreground while it lives. The notifications go by their
/// names' texts, so that neither UIKit nor AppKit is linked.
final class AppActivity {
  private var observers: [NSObjectProtocol] = []

  init(
    onBackground: @escaping @Sendable () -> Void, onForeground: @escaping @Sendable () -> Void
  ) {
    // UIKit's on iOS, tvOS, visionOS and Catalyst; AppKit's on macOS. What a system lacks is never posted.
    observe("UIApplicationDidEnterBackgroundNotification", onBackground)
    observe("UIApplicationWillEnterForegroundNotification", onForeground)
    observe("NSApplicationDidBecomeActiveNotification", onForeground)
  }

  deinit { observers.forEach(NotificationCenter.default.removeObserver) }

  private func observe(_ name: String, _ then: @escaping @Sendable () -> Void) {
    observers.append(
      NotificationCenter.default.addObserver(
        forName: Notification.Name(name), object: nil, queue: nil
      ) { _ in then() })
  }
}
