/** The service's end of the writer's thread. */
import { Worker } from "node:worker_threads";
import { HandstampError } from "@handstamp/protocol";
import type { Entry, Outcome } from "../store.ts";
import { unavailable } from "./fault.ts";
import type { WriterData, WriterReply, WriterRequest } from "./writer-messages.ts";

export interface RemoteWriter {
  commit(entries: readonly Entry[]): Promise<Outcome[]>;
  probe(): Promise<void>;
  prune(now: number): Promise<number>;
  close(): Promise<void>;
}

interface Asked {
  readonly resolve: (result: string) => void;
  readonly reject: (error: Error) => void;
}
type Unnumbered<T> = T extends WriterRequest ? Omit<T, "n"> : never;

/** Starts the thread. @throws what opening the database there threw */
export async function remoteWriter(data: WriterData): Promise<RemoteWriter> {
  const worker = new Worker(threadUrl(), { workerData: data });
  const waiting = new Map<number, Asked>();
  let last = 0;
  let ended: HandstampError | undefined;

  worker.on("message", (reply: WriterReply) => {
    const asked = waiting.get(reply.n);
    waiting.delete(reply.n);
    if ("error" in reply) asked?.reject(rebuilt(reply.error));
    else asked?.resolve(reply.result);
    if (waiting.size === 0) worker.unref();
  });
  const end = (why: HandstampError) => {
    ended ??= why;
    for (const asked of waiting.values()) asked.reject(ended);
    waiting.clear();
  };
  worker.on("error", (error: Error) =>
    end(unavailable("the writer stopped; restart the service", error.message)),
  );
  worker.on("exit", () => end(unavailable("the store is closed")));

  function ask(request: Unnumbered<WriterRequest>): Promise<string> {
    if (ended) return Promise.reject(ended);
    last += 1;
    const n = last;
    // An idle writer keeps no process alive; one with work to do does.
    worker.ref();
    worker.postMessage({ ...request, n });
    return new Promise((resolve, reject) => waiting.set(n, { resolve, reject }));
  }
  return {
    commit: async (entries) =>
      JSON.parse(await ask({ kind: "commit", entries: JSON.stringify(entries) })) as Outcome[],
    probe: async () => void (await ask({ kind: "probe" })),
    prune: async (now) => JSON.parse(await ask({ kind: "prune", now })) as number,
    close: async () => void (await ask({ kind: "close" })),
  };
}

// The thread's file has the extension of this one: .ts from source, .js when built.
function threadUrl(): URL {
  return new URL(`./writer-thread${import.meta.url.slice(-3)}`, import.meta.url);
}

function rebuilt(error: Extract<WriterReply, { error: unknown }>["error"]): Error {
  if (error.code === "store_unavailable") return new HandstampError(error.code, error.message);
  return Object.assign(new Error(error.message), error);
}
