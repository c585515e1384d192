import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "@handstamp/protocol";
import * as fc from "fast-check";
import { event } from "../store/contract/samples.test-suite.ts";
import { canonicalJson, eventHalves, eventText } from "./canonical.ts";

const RUNS = process.env.HANDSTAMP_LONG ? 100_000 : 300;

// RFC 8785, section 3.2.2 and 3.2.3: the specification's own samples.
test("the samples of RFC 8785 come out as they stand there", () => {
  const sample = {
    numbers: [Number("333333333.33333329"), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"/",
    literals: [null, true, false],
  };
  assert.equal(
    canonicalJson(sample),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
  const keys = {
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\ud83d\ude00": "Emoji: Grinning Face",
    "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis",
  };
  const order = Object.values(JSON.parse(`{"a":${canonicalJson(keys)}}`).a);
  assert.deepEqual(order, [
    "One",
    "Carriage Return",
    "Control",
    "Latin Small Letter O With Diaeresis",
    "Euro Sign",
    "Emoji: Grinning Face",
    "Hebrew Letter Dalet With Dagesh",
  ]);
});

test("parsing and writing again gives the same text, whatever the order of keys was", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
      const text = canonicalJson(value as Json);
      assert.equal(canonicalJson(JSON.parse(text)), text);
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: RUNS },
  );
});

test("a number that JSON cannot say is refused", () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => canonicalJson({ value }), TypeError);
});

test("an event written in halves is the canonical form of the whole", () => {
  const sample = event("token.issued", {
    identity: 'a"\u2028\u{1F600}',
    products: ["twilio.video"],
    data: { z: 1, a: { c: [], b: null } },
  });
  const text = eventText(eventHalves(sample, "main"), 42);
  assert.equal(text, canonicalJson({ ...sample, chain: "main", seq: 42, v: 1 } as unknown as Json));
});
