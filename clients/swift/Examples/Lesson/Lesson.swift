import AgoraRtcKit
import Foundation
import Handstamp

extension AgoraRtcEngineKit: @retroactive AgoraRtcRenewing {}

/// One lesson: joins its channel, stays in it past the end of the first token, leaves it.
@MainActor
final class Lesson: NSObject, ObservableObject {
  enum State: Equatable {
    case idle, joining, joined
    case signedOut
    case waiting(seconds: Int)
    case failed(String)
  }

  @Published private(set) var state = State.idle
  private let source: TokenSource
  private var engine: AgoraRtcEngineKit?
  private var binding: TokenBinding?

  init(service: URL, signIn: SignIn) {
    source = TokenService(
      service, credential: .bearer { wasRefused in try await signIn.current(renewing: wasRefused) }
    ).source(
      .tokens(.agora, grants: ["rtc": ["channel": "lesson-12", "role": "publisher"]]))
    super.init()
  }

  func join() async {
    state = .joining
    do {
      let token = try await source.token()
      let engine = AgoraRtcEngineKit.sharedEngine(withAppId: "YOUR_APP_ID", delegate: self)
      engine.joinChannel(
        byToken: token.text, channelId: "lesson-12", info: nil, uid: UInt(token.uid ?? 0))
      binding = .agoraRtc(engine, source, using: token)
      self.engine = engine
      state = .joined
    } catch let error as TokenError {
      show(error)
    } catch {
      state = .idle
    }
  }

  func leave() {
    binding?.stop()
    engine?.leaveChannel(nil)
    AgoraRtcEngineKit.destroy()
    (binding, engine, state) = (nil, nil, .idle)
  }

  /// The three kinds of failure are three different things to show.
  private func show(_ error: TokenError) {
    switch error {
    case .signInAgain: state = .signedOut
    case .tryLater(let after, _): state = .waiting(seconds: Int(after.rounded(.up)))
    case .refused: state = .failed(error.localizedDescription)
    }
  }
}

extension Lesson: AgoraRtcEngineDelegate {
  nonisolated func rtcEngine(_ engine: AgoraRtcEngineKit, tokenPrivilegeWillExpire token: String) {
    Task { @MainActor in binding?.tokenWillExpire() }
  }
}
