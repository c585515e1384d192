/** A page's end as an opaque text. What is inside is the store's own business. */
import { invalid } from "@handstamp/protocol";

/** A cursor that stands on `position`. */
export function cursorAt(position: number): string {
  return Buffer.from(`h1.${position}`).toString("base64url");
}

/**
 * The position of a cursor.
 *
 * @throws HandstampError `invalid_request` for a text that no page gave
 */
export function positionOf(cursor: string): number {
  const [, digits] = /^h1\.(\d{1,15})$/.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  if (digits === undefined || cursorAt(Number(digits)) !== cursor)
    throw invalid([
      { pointer: "/cursor", message: "is not a cursor that a page of this list gave" },
    ]);
  return Number(digits);
}
