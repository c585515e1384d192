import { median } from "../measure.ts";
import type { Result } from "../result.ts";
import { serve } from "./process.ts";

const LIMIT_MS = 400;

/** From the start of the process to the first token in hand. */
export async function coldStart(): Promise<Result[]> {
  const times: number[] = [];
  for (let i = 0; i < 7; i++) {
    const start = performance.now();
    const server = await serve("server-handstamp.ts");
    const answer = await fetch(`${server.url}/token?identity=alice`);
    if (!answer.ok) throw new Error(`the first token was refused: ${answer.status}`);
    await answer.text();
    times.push(performance.now() - start);
    await server.stop();
  }
  const time = median(times);
  return [
    {
      what: "cold start to first token",
      ours: `${Math.round(time)} ms`,
      against: `${LIMIT_MS} ms`,
      ratio: time / LIMIT_MS,
      target: { is: "at most", value: 1 },
    },
  ];
}
