/** Paired measuring: contenders take turns in one process, so that a noisy machine is noisy to all. */

export type Contenders = Readonly<Record<string, () => unknown>>;

/** Median nanoseconds an operation, by contender. */
export type Medians = Readonly<Record<string, number>>;

const ROUNDS = 41;
const ROUND_MS = 25;

/**
 * Runs every contender in turn, for many short rounds, and gives each one's median.
 *
 * @param rounds how many; odd, so that the median is one of them
 */
export function measure(contenders: Contenders, rounds = ROUNDS): Medians {
  const names = Object.keys(contenders);
  const samples = new Map<string, number[]>(names.map((name) => [name, []]));
  const batch = new Map(names.map((name) => [name, calibrate(contenders[name] as () => unknown)]));
  for (let round = 0; round < rounds; round++)
    for (const name of rotate(names, round))
      samples.get(name)?.push(time(contenders[name] as () => unknown, batch.get(name) as number));
  return Object.fromEntries(names.map((name) => [name, median(samples.get(name) as number[])]));
}

/** How many calls fill one round, after warming up. */
function calibrate(run: () => unknown): number {
  let calls = 16;
  while (time(run, calls) * calls < ROUND_MS * 1e6) calls *= 2;
  return calls;
}

let sink: unknown;

/** Nanoseconds a call, over so many calls. */
function time(run: () => unknown, calls: number): number {
  const start = process.hrtime.bigint();
  for (let i = 0; i < calls; i++) sink = run();
  return Number(process.hrtime.bigint() - start) / calls;
}

function rotate<T>(list: readonly T[], by: number): T[] {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

/** Keeps the optimiser from dropping the work. */
export const lastResult = (): unknown => sink;
