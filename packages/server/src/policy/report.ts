import { type FieldError, HandstampError } from "@handstamp/protocol";

/** Takes one thing that is wrong in the policy, and where: a JSON pointer into the file. */
export type Report = (pointer: string, message: string) => void;

/** Gathers what is wrong, so that one start names all of it. */
export class Findings {
  readonly #found: FieldError[] = [];
  readonly report: Report = (pointer, message) => {
    this.#found.push({ pointer, message });
  };

  /** @throws HandstampError `config_invalid` with every finding in words and in `fields` */
  throwIfAny(): void {
    if (this.#found.length === 0) return;
    const lines = this.#found.map(({ pointer, message }) => `${pointer} ${message}`);
    throw new HandstampError("config_invalid", lines.join("\n"), { fields: this.#found });
  }
}
