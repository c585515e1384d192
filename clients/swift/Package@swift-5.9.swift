// swift-tools-version: 5.9
import PackageDescription

// For toolchains before 6.0: the same package, with complete checking as warnings.
let package = Package(
  name: "Handstamp",
  platforms: [.iOS(.v15), .macOS(.v12), .tvOS(.v15), .watchOS(.v8), .visionOS(.v1)],
  products: [.library(name: "Handstamp", targets: ["Handstamp"])],
  targets: [
    .target(
      name: "Handstamp",
      swiftSettings: [.enableExperimentalFeature("StrictConcurrency")]
    ),
    .testTarget(name: "HandstampTests", dependencies: ["Handstamp"]),
  ]
)
