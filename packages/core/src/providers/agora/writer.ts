/**
 * Writes little-endian fields into one buffer that is kept between calls: minting is synchronous, so
 * nothing else can write meanwhile, and a token costs no buffer of its own.
 */
const encoder = new TextEncoder();
/** UTF-8 needs at most three bytes for a UTF-16 unit. */
const UTF8_MAX = 3;

export class Writer {
  bytes: Uint8Array = new Uint8Array(2048);
  at = 0;

  u16(value: number): void {
    this.room(2);
    this.bytes[this.at++] = value;
    this.bytes[this.at++] = value >> 8;
  }

  u32(value: number): void {
    this.room(4);
    this.bytes[this.at++] = value;
    this.bytes[this.at++] = value >>> 8;
    this.bytes[this.at++] = value >>> 16;
    this.bytes[this.at++] = value >>> 24;
  }

  /** A length of 16 bits, then the text in UTF-8. Longer texts are refused before they come here. */
  text(value: string): void {
    const start = this.at;
    this.u16(0);
    this.raw(value);
    const size = this.at - start - 2;
    this.bytes[start] = size;
    this.bytes[start + 1] = size >> 8;
  }

  /** The text in UTF-8, without a length. */
  raw(value: string): void {
    this.room(value.length * UTF8_MAX);
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code > 0x7f) {
        this.at += encoder.encodeInto(value.slice(i), this.bytes.subarray(this.at)).written;
        return;
      }
      this.bytes[this.at++] = code;
    }
  }

  /** A length of 16 bits, then the bytes. */
  block(value: Uint8Array): void {
    this.u16(value.length);
    this.room(value.length);
    this.bytes.set(value, this.at);
    this.at += value.length;
  }

  private room(size: number): void {
    if (this.at + size <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.at + size));
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
  }
}
