/**
 * The JSON Canonicalization Scheme (RFC 8785): keys sorted by UTF-16 code units, no white space,
 * strings and numbers as ECMAScript writes them. One value has one text, so that a hash of it can be
 * computed again by anyone who parsed it.
 */
import type { Json } from "@handstamp/protocol";
import { type AuditEvent, EVENT_VERSION } from "./events.ts";

/**
 * The canonical JSON of a value. Absent (`undefined`) members are left out, as JSON.stringify does.
 *
 * @throws TypeError for a number that JSON cannot say (NaN, Infinity)
 */
export function canonicalJson(value: Json | undefined): string {
  if (typeof value === "number" && !Number.isFinite(value))
    throw new TypeError("NaN and infinity have no JSON form");
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  return canonicalObject(value as Readonly<Record<string, Json | undefined>>);
}

function canonicalObject(value: Readonly<Record<string, Json | undefined>>): string {
  let text = "";
  // Without a comparator sort() orders by UTF-16 code units, which is what section 3.2.3 asks for.
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

/** The canonical JSON of an event in two halves: its place in the chain goes between them. */
export type EventHalves = readonly [before: string, after: string];

/**
 * Writes an event once, outside the transaction. Only the commit knows the sequence number, and
 * RFC 8785 puts `seq` near the end, so the text is cut there.
 */
export function eventHalves(event: AuditEvent, chain: string): EventHalves {
  const { actor } = event;
  return [
    `{"actor":{"id":${JSON.stringify(actor.id)},"kind":${JSON.stringify(actor.kind)}}` +
      `,"at":${event.at},"chain":${JSON.stringify(chain)},"data":${canonicalJson(event.data)}` +
      `,"identity":${JSON.stringify(event.identity)},"products":${JSON.stringify(event.products)}` +
      `,"project":${JSON.stringify(event.project)},"request":${JSON.stringify(event.request)},"seq":`,
    `,"type":${JSON.stringify(event.type)},"v":${EVENT_VERSION}}`,
  ];
}

/** The whole text of an event at its place. */
export function eventText([before, after]: EventHalves, seq: number): string {
  return before + seq + after;
}
