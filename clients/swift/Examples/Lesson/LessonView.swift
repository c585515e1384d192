import SwiftUI

struct LessonView: View {
  @ObservedObject var lesson: Lesson

  var body: some View {
    VStack(spacing: 16) {
      Text(words).multilineTextAlignment(.center)
      if lesson.state == .joined {
        Button("Leave") { lesson.leave() }
      } else {
        Button("Join lesson 12") { Task { await lesson.join() } }
          .disabled(lesson.state == .joining)
      }
    }
    .padding()
  }

  private var words: String {
    switch lesson.state {
    case .idle: return "The lesson is open."
    case .joining: return "Joining"
    case .joined: return "You are in."
    case .signedOut: return "Please sign in again."
    case .waiting(let seconds): return "No connection just now. Try again in \(seconds) s."
    case .failed(let message): return message
    }
  }
}
