import assert from "node:assert/strict";
import { test } from "node:test";
import { constants, deflateSync, inflateSync } from "node:zlib";
import * as fc from "fast-check";
import { zlibSync } from "fflate";
import { inflate } from "./inflate.ts";

const RUNS = process.env.HANDSTAMP_LONG ? 100_000 : 300;
const LIMIT = 65_536;

/** What a decoder makes of an input, so that two can be held against each other. */
function outcome(run: () => Uint8Array): string {
  try {
    return Buffer.from(run()).toString("hex");
  } catch {
    return "refused";
  }
}

/** Node's own, made as strict: it says how much it read. */
function nodeInflate(data: Uint8Array): Uint8Array {
  const { buffer, engine } = inflateSync(data, {
    info: true,
    maxOutputLength: LIMIT,
  }) as unknown as {
    buffer: Buffer;
    engine: { bytesWritten: number };
  };
  if (engine.bytesWritten !== data.length) throw new RangeError("bytes follow the stream");
  return buffer;
}

const options = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FILTERED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
    constants.Z_FIXED,
  ),
});
/** Content with and without repetition, so that every kind of block is written. */
const content = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc.array(fc.constantFrom(0, 1, 65, 66), { maxLength: 3000 }).map((a) => Uint8Array.from(a)),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 300 }))
    .map(([part, times]) =>
      Uint8Array.from({ length: part.length * times }, (_, i) => part[i % part.length] ?? 0),
    ),
);

test("every level, window, memory and strategy of zlib is read", () => {
  fc.assert(
    fc.property(content, options, (data, how) => {
      assert.deepEqual(Buffer.from(inflate(deflateSync(data, how), LIMIT)), Buffer.from(data));
    }),
    { numRuns: RUNS },
  );
});

test("fflate's streams are read, at every level", () => {
  const level = fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 8, 9) as fc.Arbitrary<6>;
  fc.assert(
    fc.property(content, level, (data, at) => {
      assert.deepEqual(
        Buffer.from(inflate(zlibSync(data, { level: at }), LIMIT)),
        Buffer.from(data),
      );
    }),
    { numRuns: RUNS },
  );
});

test("a damaged stream has the same fate as in Node's zlib", () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 3 });
  fc.assert(
    fc.property(content, options, damage, fc.nat({ max: 3 }), (data, how, changes, cut) => {
      const stream = new Uint8Array(deflateSync(data, how));
      for (const [at, value] of changes) stream[at % stream.length] = value;
      const damaged = stream.subarray(0, stream.length - cut);
      assert.equal(
        outcome(() => inflate(damaged, LIMIT)),
        outcome(() => nodeInflate(damaged)),
      );
    }),
    { numRuns: RUNS * 3 },
  );
});

test("random bytes behind a zlib header have the same fate as in Node's zlib", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const stream = Buffer.concat([Buffer.of(0x78, 0x9c), bytes]);
      assert.equal(
        outcome(() => inflate(stream, LIMIT)),
        outcome(() => nodeInflate(stream)),
      );
    }),
    { numRuns: RUNS * 3 },
  );
});

test("bytes after the stream are refused, even a second checksum", () => {
  const stream = deflateSync("content");
  assert.equal(Buffer.from(inflate(stream, LIMIT)).toString(), "content");
  for (const extra of [Buffer.of(0), stream.subarray(-4), stream])
    assert.throws(() => inflate(Buffer.concat([stream, extra]), LIMIT), /bytes follow its end/);
});

test("a bomb stops at the limit, whatever it would hold", () => {
  const bomb = deflateSync(Buffer.alloc(8_000_000));
  assert.ok(bomb.length < 8192);
  assert.throws(() => inflate(bomb, LIMIT), /longer than the limit/);
  assert.equal(inflate(deflateSync(Buffer.alloc(LIMIT)), LIMIT).length, LIMIT);
  assert.throws(
    () => inflate(deflateSync(Buffer.alloc(LIMIT + 1)), LIMIT),
    /longer than the limit/,
  );
});

test("a wrong checksum, a dictionary and another method are refused", () => {
  const stream = deflateSync("content");
  const wrong = Buffer.from(stream);
  wrong[wrong.length - 1] = (wrong.at(-1) as number) ^ 1;
  assert.throws(() => inflate(wrong, LIMIT), /checksum/);
  assert.throws(
    () => inflate(deflateSync("content", { dictionary: Buffer.from("content") }), LIMIT),
    /dictionary/,
  );
  assert.throws(() => inflate(Buffer.of(0x79, 0x9c), LIMIT), /header/);
  assert.throws(() => inflate(Buffer.alloc(0), LIMIT), /header/);
});
