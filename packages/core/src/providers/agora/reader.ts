import { HandstampError, type Json } from "@handstamp/protocol";
import type { ByteField } from "../../inspection.ts";
import { fromUtf8, fromUtf8Lossy, toHex } from "../../lib/bytes.ts";

/** A value in words, for {@link ByteField.meaning}. */
export type Meaning<T> = (value: T) => string | undefined;

/**
 * Reads little-endian fields and, when it is given a list, notes each of them with its place, so that
 * an inspection shows everything up to the byte where a broken token ends.
 */
export class Reader {
  readonly bytes: Uint8Array;
  at = 0;
  readonly #fields: ByteField[] | undefined;

  constructor(bytes: Uint8Array, fields?: ByteField[]) {
    this.bytes = bytes;
    this.#fields = fields;
  }

  get rest(): number {
    return this.bytes.length - this.at;
  }

  u16(name: string, meaning?: Meaning<number>): number {
    const at = this.#take(2, name);
    const value = this.#byte(at) | (this.#byte(at + 1) << 8);
    this.#note(name, at, value, meaning);
    return value;
  }

  i16(name: string, meaning?: Meaning<number>): number {
    const at = this.#take(2, name);
    const value = ((this.#byte(at) | (this.#byte(at + 1) << 8)) << 16) >> 16;
    this.#note(name, at, value, meaning);
    return value;
  }

  u32(name: string, meaning?: Meaning<number>): number {
    const at = this.#take(4, name);
    const low = this.#byte(at) | (this.#byte(at + 1) << 8) | (this.#byte(at + 2) << 16);
    const value = low + this.#byte(at + 3) * 0x1000000;
    this.#note(name, at, value, meaning);
    return value;
  }

  /** A length of 16 bits, then so many bytes. */
  block(name: string): Uint8Array {
    const size = this.u16(`${name} length`);
    const at = this.#take(size, name);
    const value = this.bytes.subarray(at, at + size);
    this.#note(name, at, toHex(value));
    return value;
  }

  /**
   * A length of 16 bits, then so many bytes of UTF-8. Bytes that are not UTF-8 are refused: official
   * encoders cannot write them, and two such texts would read alike.
   */
  text(name: string, meaning?: Meaning<string>): string {
    const size = this.u16(`${name} length`);
    const at = this.#take(size, name);
    const bytes = this.bytes.subarray(at, at + size);
    const value = fromUtf8(bytes);
    this.#note(name, at, value ?? fromUtf8Lossy(bytes), meaning);
    if (value === undefined) throw malformed(`the ${name} is not valid UTF-8`);
    return value;
  }

  #take(size: number, name: string): number {
    if (this.rest < size) throw malformed(`it ends inside the ${name}`);
    const at = this.at;
    this.at += size;
    return at;
  }

  #byte(at: number): number {
    return this.bytes[at] as number;
  }

  #note<T extends Json>(name: string, offset: number, value: T, meaning?: Meaning<T>): void {
    if (!this.#fields) return;
    const size = this.at - offset;
    const words = meaning?.(value);
    this.#fields.push({
      name,
      offset,
      size,
      hex: toHex(this.bytes.subarray(offset, this.at)),
      value,
      ...(words === undefined ? {} : { meaning: words }),
    });
  }
}

/** A token that cannot be read: Agora reports 110 for all of these. */
export function malformed(what: string): HandstampError {
  return new HandstampError("token_malformed", `This is not a whole Agora token: ${what}.`, {
    providerCode: 110,
  });
}
