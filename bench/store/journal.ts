/** What the durable record costs: records a second, and what of it the service's own thread pays. */
import { performance } from "node:perf_hooks";
import { createJournal } from "../../packages/server/src/store/journal.ts";
import type { Store } from "../../packages/server/src/store/store.ts";
import type { Result } from "../result.ts";
import { issue, withStore } from "./folder.ts";

const CALLERS = 64;
const RECORDS = 30_000;
const ROUNDS = 3;

interface Measured {
  /** Records a second. */
  readonly rate: number;
  /** Milliseconds that one of a hundred callers waits longer than. */
  readonly p99: number;
  /** Microseconds of the service's thread for one record, the making of the entry included. */
  readonly thread: number;
}

export async function journalThroughput(): Promise<Result[]> {
  const onThread = await withStore({ thread: true }, best);
  const inPlace = await withStore({ thread: false }, best);
  const rate = Math.round(onThread.rate);
  return [
    {
      what: `durable records a second, ${CALLERS} callers`,
      ours: `${rate}/s, p99 ${onThread.p99.toFixed(1)} ms`,
      against: "15,000/s",
      ratio: rate / 15_000,
      target: { is: "at least", value: 1 },
    },
    {
      what: "service thread's time for a record, writer on its own thread",
      ours: `${onThread.thread.toFixed(1)} µs`,
      against: `in place: ${inPlace.thread.toFixed(1)} µs, ${Math.round(inPlace.rate)}/s, p99 ${inPlace.p99.toFixed(1)} ms`,
      ratio: onThread.thread / inPlace.thread,
      target: { is: "at most", value: 0.5 },
    },
  ];
}

async function best(store: Store): Promise<Measured> {
  const rounds: Measured[] = [];
  for (let i = 0; i < ROUNDS; i++) rounds.push(await round(store));
  return rounds.reduce((a, b) => (a.rate > b.rate ? a : b));
}

async function round(store: Store): Promise<Measured> {
  const journal = createJournal({ store });
  const waits: number[] = [];
  let issued = 0;
  const caller = async () => {
    while (issued < RECORDS) {
      issued += 1;
      const began = performance.now();
      const outcome = await journal.record(issue(issued));
      if (!outcome.committed) throw new Error(outcome.reason);
      waits.push(performance.now() - began);
    }
  };
  const loop = performance.eventLoopUtilization();
  const began = performance.now();
  await Promise.all(Array.from({ length: CALLERS }, caller));
  const seconds = (performance.now() - began) / 1000;
  const { active } = performance.eventLoopUtilization(loop);
  await journal.close();
  waits.sort((a, b) => a - b);
  const p99 = waits[Math.floor(waits.length * 0.99)] ?? 0;
  return { rate: issued / seconds, p99, thread: (active * 1000) / issued };
}
