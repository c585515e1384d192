// swift-tools-version: 6.0
import PackageDescription

// Swift 6 language mode: complete concurrency checking, and what it finds is an error.
// Package@swift-5.9.swift says the same for older toolchains.
let package = Package(
  name: "Handstamp",
  platforms: [.iOS(.v15), .macOS(.v12), .tvOS(.v15), .watchOS(.v8), .visionOS(.v1)],
  products: [.library(name: "Handstamp", targets: ["Handstamp"])],
  targets: [
    .target(name: "Handstamp"),
    .testTarget(name: "HandstampTests", dependencies: ["Handstamp"]),
  ],
  swiftLanguageModes: [.v6]
)
