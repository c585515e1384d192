/**
 * What Swift code for iOS 15 must not use. Linux compiles all of it: there nothing is "available from
 * iOS 16", so that a compiler here cannot tell, and only names can be looked for.
 */

interface Forbidden {
  readonly name: string;
  readonly pattern: RegExp;
  /** The first iOS that has it, and what to use instead. */
  readonly why: string;
}

const FORBIDDEN: readonly Forbidden[] = [
  clock("ContinuousClock"),
  clock("SuspendingClock"),
  clock("Duration"),
  clock("InstantProtocol"),
  entry("Clock", /(?::|any|some|&)\s*Clock\b/, "iOS 16: a Stopwatch"),
  entry("Task.sleep(for:)", /\.sleep\(\s*(?:for|until)\s*:/, "iOS 16: Task.sleep(nanoseconds:)"),
  entry("withTimeout clocks", /\bclock\s*:\s*\.(?:continuous|suspending)\b/, "iOS 16"),
  entry("URL(filePath:)", /\bURL\(\s*filePath\s*:/, "iOS 16: URL(fileURLWithPath:)"),
  entry(
    "URL.appending",
    /\.append(?:ing)?\(\s*(?:path|component|components|queryItems)\s*:/,
    "iOS 16: URLComponents",
  ),
  entry("URL.host()", /\.host\(/, "iOS 16: host"),
  entry("URL.path()", /\.path\(/, "iOS 16: path"),
  entry("URL.query()", /\.query\(/, "iOS 16: query"),
  entry("URL.temporaryDirectory", /\bURL\.\w+Directory\b/, "iOS 16: FileManager"),
  entry("Regex", /\b(?:Regex|RegexBuilder)\b/, "iOS 16: NSRegularExpression"),
  entry(
    "firstMatch(of:)",
    /\.(?:firstMatch|wholeMatch|prefixMatch|matches)\(\s*(?:of|in)\s*:\s*\//,
    "iOS 16: NSRegularExpression",
  ),
  entry("split(separator: String)", /\.split\(\s*separator\s*:\s*"[^"\\]{2,}"/, "iOS 16"),
  entry("replacing(_:with:)", /\.replac(?:ing|e)\(/, "iOS 16: replacingOccurrences"),
  entry("trimmingPrefix", /\.trim(?:ming)?Prefix\b/, "iOS 16"),
  entry("firstRange(of:)", /\.(?:firstRange|ranges)\(\s*of\s*:/, "iOS 16: range(of:)"),
  entry("OSAllocatedUnfairLock", /\bOSAllocatedUnfairLock\b/, "iOS 16: NSLock"),
  entry(
    "Mutex, Atomic",
    /\b(?:Mutex|Atomic)\s*[<(]|\bimport\s+Synchronization\b/,
    "iOS 18: NSLock",
  ),
  entry("@Observable", /@Observable\b|\bimport\s+Observation\b/, "iOS 17: ObservableObject"),
  entry("@Bindable", /@Bindable\b/, "iOS 17: @ObservedObject"),
  entry("NavigationStack", /\bNavigation(?:Stack|SplitView)\b/, "iOS 16: NavigationView"),
  entry("ContentUnavailableView", /\bContentUnavailableView\b/, "iOS 17"),
  entry("onChange with two values", /\.onChange\(\s*of:[^)]*\)\s*\{\s*\w+\s*,/, "iOS 17"),
  entry(
    "withDiscardingTaskGroup",
    /\bwith(?:Throwing)?DiscardingTaskGroup\b/,
    "iOS 17: withTaskGroup",
  ),
  entry("TaskExecutor", /\bTaskExecutor\b|\bexecutorPreference\b/, "iOS 18"),
  entry("assumeIsolated of an actor", /\bself\.assumeIsolated\b/, "back-deployed only in part"),
  entry("AsyncSequence<...>", /\b(?:any|some)\s+AsyncSequence\s*</, "iOS 18: AsyncStream"),
  entry("typed throws at run time", /\bResult<[^>]*any\s+\w+<[^>]*>/, "iOS 16"),
  entry("LocalizedStringResource", /\bLocalizedStringResource\b/, "iOS 16"),
  entry("Predicate", /#Predicate\b/, "iOS 17"),
];

function clock(name: string): Forbidden {
  return entry(name, new RegExp(`\\b${name}\\b`), "iOS 16: seconds as Double, and a Stopwatch");
}

function entry(name: string, pattern: RegExp, why: string): Forbidden {
  return { name, pattern, why };
}

/** Every use in one file's text: `{line, name, why}`. Comments and texts do not count. */
export function forbiddenIn(
  source: string,
): readonly { readonly line: number; readonly name: string; readonly why: string }[] {
  return withoutComments(source)
    .split("\n")
    .flatMap((text, index) =>
      FORBIDDEN.filter(({ pattern }) => pattern.test(text)).map(({ name, why }) => ({
        line: index + 1,
        name,
        why,
      })),
    );
}

/** Blanks comments and the insides of texts of more than one character, and keeps every line's number. */
function withoutComments(source: string): string {
  const lines = (text: string) => text.replace(/[^\n]/g, " ");
  return source.replace(
    /\/\*[\s\S]*?\*\/|"""[\s\S]*?"""|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"/g,
    (found) =>
      found.startsWith('"') && !found.startsWith('"""')
        ? `"${"x".repeat(found.length - 2)}"`
        : lines(found),
  );
}
