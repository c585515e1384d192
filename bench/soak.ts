/**
 * Memory over time under a steady mixed load: `node --conditions=handstamp-source bench/soak.ts
 * [minutes]`, 15 by default. It stops by itself and talks to loopback alone. The service's memory is
 * flat when the medians of the second and of the last quarter differ by less than a tenth.
 */
import { readFileSync } from "node:fs";
import {
  ask,
  makeFolder,
  SETTINGS,
  type Serving,
  serve,
  signIn,
} from "../conformance/faults/service.ts";
import { median } from "./measure.ts";

const MINUTES = Number(process.argv[2] ?? 15);
/** Requests a second: enough to turn memory over many times, and to leave the machine to others. */
const RATE = 200;
const CLIENTS = 8;
const SAMPLE_MS = 5_000;
const PEOPLE = 5_000;

const BODIES: Readonly<Record<number, string>> = {
  8: JSON.stringify({ provider: "twilio", grants: { video: { room: "staff" } } }),
  9: "{",
};

interface Sample {
  readonly seconds: number;
  readonly rss: number;
}

const folder = makeFolder({ ...SETTINGS, limits: { address: 100_000_000, refused: 100_000_000 } });
const serving = await serve(folder);
const began = performance.now();
const elapsed = () => (performance.now() - began) / 1000;
const over = () => elapsed() >= MINUTES * 60;
const statuses = new Map<number, number>();
try {
  const clients = Array.from({ length: CLIENTS }, (_, i) => client(serving, i));
  const samples = await sample(serving);
  await Promise.all(clients);
  report(samples);
} finally {
  await serving.stop();
  folder.remove();
}

/** Of ten requests seven are issued, one has a forged JWT, one asks for too much, one is no JSON. */
async function client({ url }: Serving, number: number): Promise<void> {
  const pause = (CLIENTS / RATE) * 1000;
  for (let i = number; !over(); i += CLIENTS) {
    const due = performance.now() + pause;
    const jwt = signIn(`person-${i % PEOPLE}`);
    const { status } = await ask(url, i % 10 === 7 ? `${jwt}x` : jwt, BODIES[i % 10]);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
  }
}

async function sample({ child }: Serving): Promise<Sample[]> {
  const samples: Sample[] = [];
  while (!over()) {
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
    const rss = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
    samples.push({ seconds: elapsed(), rss });
    if (samples.length % 12 === 0) console.log(line(samples.at(-1) as Sample));
  }
  return samples;
}

const line = ({ seconds, rss }: Sample) =>
  `${(seconds / 60).toFixed(1).padStart(5)} min  ${rss.toFixed(1).padStart(7)} MB`;

function report(samples: readonly Sample[]): void {
  const quarter = (n: number) =>
    median(
      samples.slice((n * samples.length) / 4, ((n + 1) * samples.length) / 4).map(({ rss }) => rss),
    );
  const [second, last] = [quarter(1), quarter(3)];
  const growth = last / second - 1;
  const total = [...statuses.values()].reduce((sum, count) => sum + count, 0);
  console.log(
    `${total} requests in ${MINUTES} min: ${JSON.stringify(Object.fromEntries(statuses))}`,
  );
  console.log(
    `second quarter ${second.toFixed(1)} MB, last ${last.toFixed(1)} MB: ${(growth * 100).toFixed(1)} %`,
  );
  process.exitCode = growth < 0.1 ? 0 : 1;
}
