/** Secrets that are planted, and the search for them in whatever forms they could leak. */
import assert from "node:assert/strict";

/** Shorter pieces could stand somewhere by chance. */
const PIECE = 20;

/** The forms in which a text could come out: as it is, encoded, escaped, or in part. */
export function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const half = secret.length >= 2 * PIECE ? [secret.slice(0, PIECE), secret.slice(-PIECE)] : [];
  return [
    ...new Set([
      secret,
      ...half,
      bytes.toString("hex"),
      // The last characters of base64 depend on what follows.
      bytes.toString("base64").replace(/=+$/, "").slice(0, -2),
      bytes.toString("base64url").slice(0, -2),
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
    ]),
  ];
}

export class Canaries {
  readonly #forms = new Map<string, readonly string[]>();

  /** @param name what it is, for the failure; its text is never printed */
  plant(name: string, secret: string): string {
    assert.ok(secret.length >= 12, `${name} is too short to be searched for`);
    this.#forms.set(name, formsOf(secret));
    return secret;
  }

  get count(): number {
    return this.#forms.size;
  }

  /** Asserts that none of them is in a text or in bytes, except those named. */
  assertAbsent(where: string, from: string | Buffer, except: readonly string[] = []): void {
    const bytes = typeof from === "string" ? Buffer.from(from) : from;
    for (const [name, forms] of this.#forms)
      if (!except.includes(name))
        assert.ok(!forms.some((form) => bytes.includes(form)), `${name} is in ${where}`);
  }
}
