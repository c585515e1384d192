/** For the operator: which rule was nearest to allowing a grant, and why it did not. */
import type { Failure } from "./judge.ts";
import type { Closest } from "./policy.ts";
import type { Entry, Rule } from "./rule.ts";

export interface Judges {
  /** Every field that is in the way. */
  judge(entry: Entry): readonly Failure[];
  /** Why the rule's condition does not hold, or undefined. */
  condition(rule: Rule): string | undefined;
}

/** A refusal must stay cheap, so with many rules only the likeliest are looked at. */
const MAX_LOOKED_AT = 64;

/** @param likely the entries that the lookup found; they come first */
export function closestOf(
  likely: Iterable<Entry>,
  all: readonly Entry[],
  judges: Judges,
): Closest | undefined {
  let best:
    | { readonly distance: number; readonly entry: Entry; readonly whys: readonly string[] }
    | undefined;
  for (const entry of firstOf(likely, all)) {
    const failures = judges.judge(entry).map(({ why }) => why);
    const condition = judges.condition(entry.rule);
    const whys = condition === undefined ? failures : [condition, ...failures];
    const distance = whys.length;
    if (!best || distance < best.distance) best = { distance, entry, whys };
  }
  return best && { rule: best.entry.rule.name, why: best.whys.join("; ") };
}

function* firstOf(likely: Iterable<Entry>, all: readonly Entry[]): Generator<Entry> {
  const seen = new Set<Entry>();
  for (const entries of [likely, all])
    for (const entry of entries) {
      if (seen.size >= MAX_LOOKED_AT) return;
      if (seen.has(entry)) continue;
      seen.add(entry);
      yield entry;
    }
}
