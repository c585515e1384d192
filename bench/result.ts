/** One line of the benchmark's table. */
export interface Result {
  readonly what: string;
  /** What was measured, in words with its unit: "3.1 µs". */
  readonly ours: string;
  /** Whom it is held against, with the figure of the same run. */
  readonly against: string;
  /** Ours in relation to it; what is better depends on `target`. */
  readonly ratio: number;
  readonly target: { readonly is: "at least" | "at most"; readonly value: number };
}

export const isMet = ({ ratio, target }: Result): boolean =>
  target.is === "at least" ? ratio >= target.value : ratio <= target.value;

export const micro = (ns: number): string => `${(ns / 1000).toFixed(2)} µs`;

/** The table that people read. */
export function table(results: readonly Result[]): string {
  const rows = results.map((result) => [
    result.what,
    result.ours,
    result.against,
    result.ratio.toFixed(2),
    `${result.target.is} ${result.target.value}`,
    isMet(result) ? "met" : "MISSED",
  ]);
  const all = [["what", "ours", "against", "ratio", "target", ""], ...rows];
  const widths = all[0]?.map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0))) ?? [];
  return all
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
