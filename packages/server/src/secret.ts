import { inspect } from "node:util";

const REDACTED = "[secret]";

/**
 * A secret in memory. Printed, logged, put into JSON or into a template it says `[secret]`; the one
 * way to its text is `reveal()`, which is easy to search for.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The secret itself. Pass it on at once; never keep, log or return it. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
