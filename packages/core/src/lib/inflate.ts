/**
 * Inflate for tokens, in plain JavaScript and the same on every runtime: RFC 1950 around RFC 1951.
 *
 * The platforms' own decoders differ in what they let pass: Node ignores bytes after the stream, and
 * fflate skips the checksum and is not bounded. A token comes from a stranger, so here the whole
 * input must be one stream, its checksum must hold, and its content must fit the limit. Work is
 * linear in the input and the output. What zlib itself refuses is refused too.
 */

interface Code {
  /** How many symbols have each length of code, in bits. */
  readonly counts: Uint16Array;
  /** The symbols in the order of their codes. */
  readonly symbols: Uint16Array;
}

interface State {
  readonly input: Uint8Array;
  at: number;
  bits: number;
  held: number;
  output: Uint8Array;
  size: number;
  readonly limit: number;
}

const MAX_BITS = 15;
const END_OF_BLOCK = 256;
const TRAILER = 4;

/**
 * The content of a zlib stream.
 *
 * @param limit the most bytes that may come out, so that a small token cannot fill the memory
 * @throws RangeError when the input is not exactly one valid stream, or its content is longer
 */
export function inflate(input: Uint8Array, limit: number): Uint8Array {
  const [method = 0, flags = 0] = input;
  if ((method & 15) !== 8 || method >> 4 > 7 || (method * 256 + flags) % 31 !== 0)
    throw new RangeError("its header is not that of zlib");
  if (flags & 32) throw new RangeError("it needs a dictionary");
  const output = new Uint8Array(Math.min(limit, Math.max(256, input.length * 4)));
  const state: State = { input, at: 2, bits: 0, held: 0, output, size: 0, limit };
  while (!inflateBlock(state));
  state.at -= state.bits >> 3;
  const content = state.output.subarray(0, state.size);
  checkTrailer(input, state.at, content);
  return content;
}

function checkTrailer(input: Uint8Array, at: number, content: Uint8Array): void {
  if (input.length < at + TRAILER) throw new RangeError("its end is missing");
  if (input.length > at + TRAILER) throw new RangeError("bytes follow its end");
  let stated = 0;
  for (let i = at; i < input.length; i++) stated = stated * 256 + (input[i] as number);
  if (stated !== adler32(content)) throw new RangeError("its checksum is wrong");
}

/** RFC 1950, section 8. */
export function adler32(data: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of data) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}

/** @returns true after the last block */
function inflateBlock(state: State): boolean {
  const isLast = take(state, 1) === 1;
  const kind = take(state, 2);
  if (kind === 0) copyStored(state);
  else if (kind === 1) inflateCodes(state, FIXED_LITERALS, FIXED_DISTANCES);
  else if (kind === 2) inflateCodes(state, ...readCodes(state));
  else throw new RangeError("a block has no known kind");
  return isLast;
}

function take(state: State, count: number): number {
  while (state.bits < count) {
    const byte = state.input[state.at++];
    if (byte === undefined) throw new RangeError("it ends too early");
    state.held |= byte << state.bits;
    state.bits += 8;
  }
  const value = state.held & ((1 << count) - 1);
  state.held >>>= count;
  state.bits -= count;
  return value;
}

function put(state: State, byte: number): void {
  if (state.size === state.output.length) grow(state, 1);
  state.output[state.size++] = byte;
}

function grow(state: State, more: number): void {
  const needed = state.size + more;
  if (needed > state.limit) throw new RangeError("its content is longer than the limit");
  if (needed <= state.output.length) return;
  const larger = new Uint8Array(Math.min(state.limit, Math.max(needed, state.output.length * 2)));
  larger.set(state.output.subarray(0, state.size));
  state.output = larger;
}

function copyStored(state: State): void {
  // The length starts at the next whole byte; whole bytes that were read ahead go back.
  state.at -= state.bits >> 3;
  state.bits = 0;
  state.held = 0;
  const size = take(state, 16);
  if (size !== (take(state, 16) ^ 0xffff))
    throw new RangeError("a stored block has a wrong length");
  const bytes = state.input.subarray(state.at, state.at + size);
  if (bytes.length < size) throw new RangeError("it ends too early");
  grow(state, size);
  state.output.set(bytes, state.size);
  state.size += size;
  state.at += size;
}

type Range = readonly [base: number, extraBits: number];

/** RFC 1951, section 3.2.5: from the second step on, each `step` codes have one extra bit more. */
function rangesOf(first: number, count: number, step: number): Range[] {
  let base = first;
  return Array.from({ length: count }, (_, code) => {
    const range: Range = [base, Math.max(0, Math.floor(code / step) - 1)];
    base += 1 << range[1];
    return range;
  });
}

/** The longest match has a code of its own. */
const LENGTHS: readonly Range[] = [...rangesOf(3, 28, 4), [258, 0]];
const DISTANCES: readonly Range[] = rangesOf(1, 30, 2);

function inflateCodes(state: State, literals: Code, distances: Code): void {
  for (;;) {
    const symbol = decode(state, literals);
    if (symbol === END_OF_BLOCK) return;
    if (symbol < END_OF_BLOCK) put(state, symbol);
    else copyMatch(state, symbol - END_OF_BLOCK - 1, distances);
  }
}

function copyMatch(state: State, lengthCode: number, distances: Code): void {
  const length = takeRange(state, LENGTHS[lengthCode]);
  const distance = takeRange(state, DISTANCES[decode(state, distances)]);
  if (distance > state.size) throw new RangeError("a distance reaches before the start");
  grow(state, length);
  // One by one: the source may overlap what is being written.
  for (let i = 0; i < length; i++)
    state.output[state.size] = state.output[state.size++ - distance] as number;
}

function takeRange(state: State, range: Range | undefined): number {
  if (range === undefined) throw new RangeError("a length or a distance is not valid");
  return range[0] + take(state, range[1]);
}

/** Reads one symbol bit by bit: codes of a length are consecutive numbers (RFC 1951, 3.2.2). */
function decode(state: State, { counts, symbols }: Code): number {
  let code = 0;
  let first = 0;
  let index = 0;
  for (let length = 1; length <= MAX_BITS; length++) {
    code |= take(state, 1);
    const count = counts[length] as number;
    if (code - count < first) return symbols[index + (code - first)] as number;
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  throw new RangeError("a code is not valid");
}

/**
 * @param mayBeIncomplete literals and distances may consist of a single code of one bit, as zlib
 *   allows and its encoders write for a block with one distance
 */
function codeOf(lengths: Uint8Array, mayBeIncomplete: boolean): Code {
  const counts = new Uint16Array(MAX_BITS + 1);
  for (const length of lengths) if (length > 0) counts[length] = (counts[length] as number) + 1;
  const offsets = new Uint16Array(MAX_BITS + 2);
  let left = 1;
  let longest = 0;
  for (let length = 1; length <= MAX_BITS; length++) {
    const count = counts[length] as number;
    left = left * 2 - count;
    if (left < 0) throw new RangeError("a set of codes is over-subscribed");
    if (count > 0) longest = length;
    offsets[length + 1] = (offsets[length] as number) + count;
  }
  if (left > 0 && longest > 0 && !(mayBeIncomplete && longest === 1))
    throw new RangeError("a set of codes is incomplete");
  const symbols = new Uint16Array(lengths.length);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol] as number;
    if (length > 0) {
      symbols[offsets[length] as number] = symbol;
      offsets[length] = (offsets[length] as number) + 1;
    }
  }
  return { counts, symbols };
}

const FIXED_LITERALS = codeOf(
  Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)),
  false,
);
const FIXED_DISTANCES = codeOf(new Uint8Array(32).fill(5), false);

/** The order in which the lengths of the lengths' codes are written (RFC 1951, 3.2.7). */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] as const;

function readCodes(state: State): [literals: Code, distances: Code] {
  const literalCount = take(state, 5) + 257;
  const distanceCount = take(state, 5) + 1;
  const orderCount = take(state, 4) + 4;
  if (literalCount > 286 || distanceCount > 30) throw new RangeError("a block has too many codes");
  const meta = new Uint8Array(ORDER.length);
  for (const symbol of ORDER.slice(0, orderCount)) meta[symbol] = take(state, 3);
  const lengths = readLengths(state, codeOf(meta, false), literalCount + distanceCount);
  if (lengths[END_OF_BLOCK] === 0) throw new RangeError("a block cannot end");
  return [
    codeOf(lengths.subarray(0, literalCount), true),
    codeOf(lengths.subarray(literalCount), true),
  ];
}

function readLengths(state: State, code: Code, total: number): Uint8Array {
  const lengths = new Uint8Array(total);
  let at = 0;
  while (at < total) {
    const symbol = decode(state, code);
    if (symbol < 16) lengths[at++] = symbol;
    else {
      if (symbol === 16 && at === 0) throw new RangeError("there is no length to repeat");
      const value = symbol === 16 ? (lengths[at - 1] as number) : 0;
      const times =
        symbol === 16
          ? 3 + take(state, 2)
          : symbol === 17
            ? 3 + take(state, 3)
            : 11 + take(state, 7);
      if (at + times > total) throw new RangeError("too many lengths are repeated");
      lengths.fill(value, at, at + times);
      at += times;
    }
  }
  return lengths;
}
