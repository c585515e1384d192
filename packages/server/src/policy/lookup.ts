/**
 * Finds the entries that could allow a grant without looking at the others. An entry is filed under
 * one thing that must hold for it to allow: a text that its condition demands of the caller
 * (`caller.claims.course == "c12"`), or what a pattern field must begin with (`lesson-`). Of several
 * it is filed under the rarest. What has none is looked at for every request.
 */
import type { JsonObject } from "@handstamp/protocol";
import { valueAt } from "./field.ts";
import type { Entry, FieldRule } from "./rule.ts";

/** What stands at a path of the caller, such as `["caller", "claims", "role"]`. */
export type ReadCaller = (path: readonly string[]) => unknown;

export interface Lookup {
  /** The entries of the product, in the order of the policy. */
  readonly entries: readonly Entry[];
  /** Those that could allow this grant, in the order of the policy. */
  find(grant: JsonObject, read: ReadCaller): Iterable<Entry>;
}

/** One shelf: entries by a text. */
interface Shelf {
  readonly path: readonly string[];
  readonly within: boolean;
  readonly exact: Map<string, Entry[]>;
}
interface FieldShelf extends Shelf {
  /** Entries by what a value must begin with, by that beginning's length. */
  readonly prefixes: Map<number, Map<string, Entry[]>>;
  /** The same entries, for a grant that leaves the field out. */
  readonly whenAbsent: Lookup;
}

/** A label under which an entry can be filed. */
interface Label {
  readonly on: "caller" | "field";
  readonly path: readonly string[];
  readonly text: string;
  readonly exact: boolean;
  /** The text is an entry of the list at the path, not the value itself. */
  readonly within: boolean;
}

export function makeLookup(entries: readonly Entry[], byField = true): Lookup {
  const choices = entries.map((entry) => labelsOf(entry, byField));
  const counts = countLabels(choices.flat(2));
  const labelled = entries.map((entry, i) => ({ entry, labels: rarest(choices[i] ?? [], counts) }));
  const rest = labelled.filter(({ labels }) => labels.length === 0).map(({ entry }) => entry);
  const callerShelves = shelve(labelled, "caller");
  const fieldShelves = shelve(labelled, "field").map(
    (shelf): FieldShelf => ({
      ...shelf,
      prefixes: prefixesOf(labelled, shelf.path),
      whenAbsent: makeLookup(filedAt(labelled, shelf.path), false),
    }),
  );
  return {
    entries,
    find(grant, read) {
      const found: Iterable<Entry>[] = rest.length > 0 ? [rest] : [];
      for (const { path, within, exact } of callerShelves)
        for (const text of textsOf(read(path), within)) add(found, exact.get(text));
      for (const shelf of fieldShelves) findByField(shelf, grant, read, found);
      return found.length === 1 ? (found[0] as Iterable<Entry>) : merge(found);
    },
  };
}

function findByField(
  shelf: FieldShelf,
  grant: JsonObject,
  read: ReadCaller,
  found: Iterable<Entry>[],
): void {
  const value = valueAt(grant, shelf.path);
  if (value === undefined) {
    if (shelf.whenAbsent.entries.length > 0) found.push(shelf.whenAbsent.find(grant, read));
    return;
  }
  const text = typeof value === "string" ? value : JSON.stringify(value);
  add(found, shelf.exact.get(text));
  for (const [length, entries] of shelf.prefixes) add(found, entries.get(text.slice(0, length)));
}

/** The value, or what it holds: a list's entries, a map's keys. Each once. */
function textsOf(value: unknown, within: boolean): Iterable<string> {
  if (!within) return typeof value === "string" ? [value] : [];
  if (value instanceof Set || Array.isArray(value))
    return new Set([...value].filter((entry) => typeof entry === "string"));
  return typeof value === "object" && value !== null ? Object.keys(value) : [];
}

function add(found: Iterable<Entry>[], entries: readonly Entry[] | undefined): void {
  if (entries) found.push(entries);
}

/** The ways to file an entry; each is a list because alternatives need a label each. */
function labelsOf({ rule, fields }: Entry, byField: boolean): Label[][] {
  const ways = (rule.when?.requirements ?? []).map(({ path, values, within }) =>
    values.map((text): Label => ({ on: "caller", path, text, exact: true, within })),
  );
  if (byField) for (const field of fields) ways.push(fieldLabels(field));
  return ways.filter((labels) => labels.length > 0 && labels.every(({ text }) => text !== ""));
}

function fieldLabels({ field, allowance, open }: FieldRule): Label[] {
  if (open || field.isList || allowance.kind !== "patterns") return [];
  const { path } = field;
  return allowance.of.map(({ prefix, exact }) => ({
    on: "field",
    path,
    text: prefix,
    exact,
    within: false,
  }));
}

const idOf = (label: Label) =>
  JSON.stringify([label.on, label.path, label.text, label.exact, label.within]);

function countLabels(labels: readonly Label[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(idOf(label), (counts.get(idOf(label)) ?? 0) + 1);
  return counts;
}

function rarest(ways: readonly Label[][], counts: ReadonlyMap<string, number>): Label[] {
  const cost = (labels: readonly Label[]) =>
    Math.max(...labels.map((label) => counts.get(idOf(label)) ?? 0));
  let best: Label[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const labels of ways) {
    const price = cost(labels);
    if (price < least) [best, least] = [labels, price];
  }
  return best;
}

type Labelled = readonly { readonly entry: Entry; readonly labels: readonly Label[] }[];

function shelve(labelled: Labelled, on: Label["on"]): Shelf[] {
  const shelves = new Map<string, Shelf>();
  for (const { entry, labels } of labelled)
    for (const label of labels) {
      if (label.on !== on) continue;
      const { path, within } = label;
      const id = JSON.stringify([path, within]);
      const shelf = shelves.get(id) ?? { path, within, exact: new Map() };
      shelves.set(id, shelf);
      if (label.exact) file(shelf.exact, label.text, entry);
    }
  return [...shelves.values()];
}

function prefixesOf(labelled: Labelled, path: readonly string[]): FieldShelf["prefixes"] {
  const prefixes: FieldShelf["prefixes"] = new Map();
  for (const { entry, labels } of labelled)
    for (const label of labels) {
      if (label.exact || !isFiledAt(label, path)) continue;
      const ofLength = prefixes.get(label.text.length) ?? new Map<string, Entry[]>();
      prefixes.set(label.text.length, ofLength);
      file(ofLength, label.text, entry);
    }
  return prefixes;
}

function filedAt(labelled: Labelled, path: readonly string[]): Entry[] {
  return labelled
    .filter(({ labels }) => labels.some((label) => isFiledAt(label, path)))
    .map(({ entry }) => entry);
}

const isFiledAt = (label: Label, path: readonly string[]) =>
  label.on === "field" && label.path.join("/") === path.join("/");

function file(shelf: Map<string, Entry[]>, text: string, entry: Entry): void {
  const entries = shelf.get(text);
  if (!entries) shelf.set(text, [entry]);
  else if (entries.at(-1) !== entry) entries.push(entry);
}

/** Several ordered runs as one, each entry once. */
function* merge(runs: readonly Iterable<Entry>[]): Generator<Entry> {
  const iterators = runs.map((run) => run[Symbol.iterator]());
  const heads = iterators.map((iterator) => iterator.next());
  let last = -1;
  for (;;) {
    let first = -1;
    for (let i = 0; i < heads.length; i++)
      if (!heads[i]?.done && (first < 0 || orderOf(heads[i]) < orderOf(heads[first]))) first = i;
    if (first < 0) return;
    const entry = heads[first]?.value as Entry;
    heads[first] = (iterators[first] as Iterator<Entry>).next();
    if (entry.order === last) continue;
    last = entry.order;
    yield entry;
  }
}

const orderOf = (head: IteratorResult<Entry> | undefined): number =>
  head === undefined || head.done ? Number.POSITIVE_INFINITY : head.value.order;
