/**
 * Slow and idle clients: everybody else is served meanwhile. slowhttptest sends headers and bodies
 * byte by byte and reads answers as slowly; idle connections come from a process of their own.
 */
import assert from "node:assert/strict";
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ask, type Folder, isReady, makeFolder, type Serving, serve, signIn } from "./service.ts";

const LONG = Boolean(process.env["HANDSTAMP_LONG"]);
/** In the full run 10,000 idle connections, and 1,000 slow clients for half a minute. */
const IDLE = LONG ? 10_000 : 2_000;
const SLOW = LONG ? 1_000 : 200;
const SECONDS = LONG ? 30 : 6;
const REQUESTS = LONG ? 2_000 : 300;

let folder: Folder;
let serving: Serving;
let quiet: Latencies;
before(async () => {
  folder = makeFolder();
  serving = await serve(folder);
  await measure(REQUESTS / 2);
  quiet = await measure(REQUESTS);
});
after(async () => {
  await serving.stop();
  folder.remove();
});

interface Latencies {
  readonly p50: number;
  readonly p99: number;
}

/** One polite client after the other: each must be served. @returns milliseconds */
async function measure(
  requests: number,
  alongside: () => boolean = () => true,
): Promise<Latencies> {
  const jwt = signIn("alice");
  const times: number[] = [];
  while (times.length < requests && alongside()) {
    const { status, ms, text } = await ask(serving.url, jwt);
    assert.equal(status, 201, text);
    times.push(ms);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor((times.length - 1) * share)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

const told = ({ p50, p99 }: Latencies): string =>
  `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (quiet: p50 ${quiet.p50.toFixed(1)} ms, p99 ${quiet.p99.toFixed(1)} ms)`;

const ATTACKS: Readonly<Record<string, readonly string[]>> = {
  "slow headers": ["-H", "-i", "1"],
  "slow bodies": ["-B", "-i", "1", "-s", "8192", "-t", "POST"],
  "slow reading": ["-X", "-w", "1", "-y", "8", "-n", "1", "-z", "1", "-k", "3"],
};

describe(`with ${SLOW} slow clients, all others are served:`, () => {
  for (const [what, flags] of Object.entries(ATTACKS))
    test(what, async (t) => {
      const target = `${serving.url}${what === "slow reading" ? "/openapi.json" : "/v1/tokens"}`;
      const args = [
        "-c",
        `${SLOW}`,
        "-r",
        "200",
        "-l",
        `${SECONDS}`,
        "-p",
        "3",
        "-u",
        target,
        ...flags,
      ];
      const attack = spawn("slowhttptest", args, { stdio: "ignore" });
      const gone = once(attack, "close");
      let over = false;
      void gone.then(() => (over = true));
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      assert.ok(!over, "the attack has not begun");
      const latencies = await measure(REQUESTS, () => !over);
      assert.ok(await isReady(serving.url));
      attack.kill();
      await gone;
      t.diagnostic(told(latencies));
      assert.ok(latencies.p99 < 1_000, told(latencies));
    });
});

test(`with ${IDLE} idle connections, all others are served, and the idle ones are cut off`, async (t) => {
  const child = fork(fileURLToPath(new URL("idle.ts", import.meta.url)), [
    new URL(serving.url).port,
    `${IDLE}`,
  ]);
  const openNow = async (): Promise<number> =>
    ((await once(child, "message")) as [{ open: number }])[0].open;
  try {
    const open = await openNow();
    assert.ok(open > IDLE * 0.99, `only ${open} connections were made`);
    const latencies = await measure(REQUESTS);
    t.diagnostic(`${open} open: ${told(latencies)}`);
    assert.ok(latencies.p99 < 1_000, told(latencies));
    // Ten seconds for the headers, looked after every two.
    await new Promise((resolve) => setTimeout(resolve, 13_000));
    child.send("how many?");
    assert.equal(await openNow(), 0);
    assert.ok(await isReady(serving.url));
  } finally {
    child.disconnect();
    await once(child, "exit");
  }
});
