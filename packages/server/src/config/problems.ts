import { type ErrorCode, type FieldError, HandstampError } from "@handstamp/protocol";

/** Gathers what is wrong with the settings, so that one start names all of it. */
export class Problems {
  readonly #found: { code: ErrorCode; field: FieldError }[] = [];

  /** @param setting the variable's or the setting's name; `message` never holds its value */
  add(setting: string, message: string, code: ErrorCode = "config_invalid"): void {
    this.#found.push({ code, field: { pointer: setting, message } });
  }

  /** @throws HandstampError with the first problem's code, all of them in words and in `fields` */
  throwIfAny(): void {
    const first = this.#found[0];
    if (!first) return;
    const fields = this.#found.map(({ field }) => field);
    const lines = fields.map(({ pointer, message }) => `${pointer} ${message}`);
    throw new HandstampError(first.code, lines.join("\n"), { fields });
  }
}
