import Handstamp
import SwiftUI

/// An app whose whole business with tokens is in `Lesson.swift`.
///
/// To run it: make an app project in Xcode, put these files into it, add this package and Agora's.
@main
struct LessonApp: App {
  @StateObject private var lesson = Lesson(
    service: URL(string: "https://tokens.example.com")!, signIn: SignIn())

  var body: some Scene {
    WindowGroup { LessonView(lesson: lesson) }
  }
}

/// Stands for the app's own sign-in: whatever gives it an access token today.
actor SignIn {
  struct SignedOut: Error {}
  private var accessToken: String?

  func keep(_ accessToken: String) { self.accessToken = accessToken }

  /// - Parameter renewing: the last one was refused; ask your identity provider for another.
  func current(renewing: Bool) throws -> String {
    guard let accessToken, !renewing else { throw SignedOut() }
    return accessToken
  }
}
