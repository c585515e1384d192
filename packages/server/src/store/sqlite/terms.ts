/** What an entry of the log can be found by, as numbers. */
import type { AuditEvent } from "../../audit/events.ts";

/** What an entry can be found by. The numbers are stored, so they stay as they are. */
const KINDS = {
  project: 1,
  type: 2,
  identity: 3,
  caller: 4,
  product: 5,
  provider: 6,
  token: 7,
  key: 8,
} as const;
export type TermKind = keyof typeof KINDS;

/**
 * The number of a term: 47 bits, which SQLite stores in six bytes. It need not resist an attacker,
 * only spread: two values may share a number, and whoever searches holds what was found against the
 * value itself. FNV-1a over two lanes; the numbers are stored, so it stays as it is.
 */
export function termOf(kind: TermKind, project: string | null, value: string): number {
  const text = `${KINDS[kind]}${project ?? "\u0001"}\u0000${value}`;
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit ^ (low >>> 15), 0x85ebca6b);
  }
  low = Math.imul(low ^ (low >>> 16), 0xc2b2ae35);
  return ((high >>> 0) % 0x8000) * 0x1_0000_0000 + (low >>> 0);
}

/** Every term of an event. */
export function termsOf(event: AuditEvent): number[] {
  const { project, data } = event;
  const terms = [
    termOf("project", project, ""),
    termOf("type", project, event.type),
    termOf("caller", project, event.actor.id),
  ];
  if (event.identity !== null) terms.push(termOf("identity", project, event.identity));
  for (const product of event.products) terms.push(termOf("product", project, product));
  for (const kind of ["provider", "token", "key"] as const)
    if (typeof data[kind] === "string") terms.push(termOf(kind, project, data[kind]));
  return [...new Set(terms)];
}
