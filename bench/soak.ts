/**
 * Memory over time under a steady mixed load: `node --conditions=handstamp-source bench/soak.ts
 * [minutes]`, 15 by default. It stops by itself and talks to loopback alone.
 *
 * The service's memory is flat when the medians of the third and of the last quarter differ by less
 * than a twentieth. Before that SQLite fills its page cache, 64 MB a connection, with what it writes:
 * some 70,000 records, which at this rate takes six minutes.
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
const LIMITS = { address: 100_000_000, refused: 100_000_000 };

/** Of ten requests seven are issued, one has a forged JWT, one asks for too much, one is no JSON. */
const BODIES: Readonly<Record<number, string>> = {
  8: JSON.stringify({ provider: "twilio", grants: { video: { room: "staff" } } }),
  9: "{",
};
const FORGED = 7;

interface Sample {
  readonly minutes: number;
  readonly megabytes: number;
}

/** What is counted while it runs. */
interface Soak {
  readonly serving: Serving;
  readonly end: number;
  readonly answers: Map<string, number>;
}

async function client({ serving, end, answers }: Soak, number: number): Promise<void> {
  for (let i = number; performance.now() < end; i += CLIENTS) {
    const due = performance.now() + (CLIENTS / RATE) * 1000;
    const jwt = signIn(`person-${i % PEOPLE}`);
    const outcome = await ask(
      serving.url,
      i % 10 === FORGED ? `${jwt}x` : jwt,
      BODIES[i % 10],
    ).then(
      ({ status }) => `${status}`,
      ({ cause, message }: Error) => (cause instanceof Error ? cause.message : message),
    );
    answers.set(outcome, (answers.get(outcome) ?? 0) + 1);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
  }
}

async function sample({ serving: { child }, end }: Soak): Promise<Sample[]> {
  const samples: Sample[] = [];
  while (performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
    const megabytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
    const minutes = MINUTES - (end - performance.now()) / 60_000;
    samples.push({ minutes, megabytes });
    if (samples.length % 6 === 0)
      console.log(`${minutes.toFixed(1).padStart(5)} min ${megabytes.toFixed(1).padStart(7)} MB`);
  }
  return samples;
}

/** @returns whether memory was flat */
function report(samples: readonly Sample[], answers: Soak["answers"]): boolean {
  const quarter = (n: number) => {
    const part = samples.slice((n * samples.length) / 4, ((n + 1) * samples.length) / 4);
    return median(part.map(({ megabytes }) => megabytes));
  };
  const [third, last] = [quarter(2), quarter(3)];
  const growth = last / third - 1;
  console.log(`answers in ${MINUTES} min: ${JSON.stringify(Object.fromEntries(answers))}`);
  console.log(
    `third quarter ${third.toFixed(1)} MB, last ${last.toFixed(1)} MB: ${(growth * 100).toFixed(1)} %`,
  );
  return growth < 0.05;
}

const folder = makeFolder({ ...SETTINGS, limits: LIMITS });
const serving = await serve(folder);
try {
  const end = performance.now() + MINUTES * 60_000;
  const soak: Soak = { serving, end, answers: new Map() };
  const clients = Array.from({ length: CLIENTS }, (_, i) => client(soak, i));
  const samples = await sample(soak);
  await Promise.all(clients);
  process.exitCode = report(samples, soak.answers) ? 0 : 1;
} finally {
  await serving.stop();
  console.log(serving.said.stderr.slice(-2_000));
  folder.remove();
}
