/**
 * Group commit: requests that arrive while one transaction is on its way to the disk share the next.
 * A commit costs about the same for one entry as for fifty, so durability is cheap under load and
 * quick without it.
 */
import { HandstampError } from "@handstamp/protocol";
import type { Entry, Outcome, Store } from "./store.ts";

export interface JournalOptions {
  readonly store: Pick<Store, "commit" | "probe">;
  /** Milliseconds that a caller waits at most. Default 2,000. */
  readonly deadline?: number;
  /** Entries that may wait; more are refused at once. Default 4,096. */
  readonly capacity?: number;
  /** Entries in one transaction. Default 256. */
  readonly batch?: number;
  /** Milliseconds between probes while the store cannot be written. Default 250. */
  readonly probeEvery?: number;
  /** Told of each commit, for metrics. */
  readonly onCommit?: (entries: number, milliseconds: number) => void;
  /** Told when the store stops or starts taking writes, for the log. */
  readonly onHealth?: (ready: boolean, reason: HandstampError | undefined) => void;
}

export interface Journal {
  /**
   * Records one entry durably. When this rejects, the caller drops its token: the record may exist
   * all the same (a record without a token), never the reverse.
   *
   * @throws HandstampError `store_unavailable` past the deadline, with a full queue, or while the
   * store cannot be written; `shutting_down` after `close`
   * @example
   * const outcome = await journal.record({ event: tokenIssued(issuance, Date.now()), require });
   * if (!outcome.committed) throw refusal(outcome.reason);
   */
  record(entry: Entry): Promise<Outcome>;
  /** False while writes fail. It turns true by itself. */
  ready(): boolean;
  /** Entries that wait or are being written. */
  depth(): number;
  /** Takes no more, writes what waits, and resolves when all of it is answered. */
  close(): Promise<void>;
}

interface Waiting {
  readonly entry: Entry;
  /** On the clock of performance.now(). */
  readonly due: number;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
  /** Answering twice is harmless; this only keeps the timer from waiting for it. */
  answered: boolean;
}

/** A journal over a store. The store stays the caller's to close, after the journal. */
export function createJournal(options: JournalOptions): Journal {
  return new GroupCommit(options);
}

class GroupCommit implements Journal {
  readonly #options: Required<Pick<JournalOptions, keyof typeof DEFAULTS>> & JournalOptions;
  #queue: Waiting[] = [];
  #flying: readonly Waiting[] = [];
  #scheduled = false;
  #fault: HandstampError | undefined;
  #closing: HandstampError | undefined;
  #drained: (() => void) | undefined;
  #alarm: NodeJS.Timeout | undefined;
  #probing: NodeJS.Timeout | undefined;

  constructor(options: JournalOptions) {
    this.#options = { ...DEFAULTS, ...options };
  }

  ready(): boolean {
    return this.#fault === undefined && this.#closing === undefined;
  }

  depth(): number {
    return this.#queue.length + this.#flying.length;
  }

  record(entry: Entry): Promise<Outcome> {
    const { capacity, deadline } = this.#options;
    const refused = this.#closing ?? this.#fault ?? (this.depth() >= capacity ? full() : undefined);
    if (refused) return Promise.reject(refused);
    return new Promise((resolve, reject) => {
      const due = performance.now() + deadline;
      this.#queue.push({ entry, due, resolve, reject, answered: false });
      this.#alarm ??= setTimeout(() => this.#expire(), deadline).unref();
      this.#schedule();
    });
  }

  async close(): Promise<void> {
    this.#closing ??= new HandstampError("shutting_down", "The service is stopping; try again.", {
      retryAfter: 1,
    });
    if (this.depth() > 0)
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    clearTimeout(this.#alarm);
    clearTimeout(this.#probing);
  }

  // Not at once: the requests that one turn of the event loop brought go together.
  #schedule(): void {
    if (this.#scheduled || this.#flying.length > 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    this.#flying = this.#queue.splice(0, this.#options.batch);
    const began = performance.now();
    try {
      await this.#commit(this.#flying);
      this.#options.onCommit?.(this.#flying.length, performance.now() - began);
    } catch (error) {
      this.#fail(error);
    }
    this.#flying = [];
    if (this.#queue.length > 0) this.#schedule();
    else this.#drained?.();
  }

  async #commit(waiting: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.#options.store.commit(waiting.map(({ entry }) => entry));
      for (const [i, one] of waiting.entries()) settle(one, outcomes[i] as Outcome);
    } catch (error) {
      if (isOutage(error)) throw error;
      if (waiting.length === 1) deny(waiting[0] as Waiting, error);
      // One of them cannot be written; the others must not suffer for it.
      else for (const one of waiting) await this.#commit([one]);
    }
  }

  #fail(error: unknown): void {
    for (const one of [...this.#flying, ...this.#queue.splice(0)]) deny(one, error);
    if (!this.#fault) this.#options.onHealth?.(false, error as HandstampError);
    this.#fault = error as HandstampError;
    this.#probeLater();
  }

  #probeLater(): void {
    if (this.#closing) return;
    const { probeEvery } = this.#options;
    this.#probing ??= setTimeout(() => void this.#probe(), probeEvery).unref();
  }

  async #probe(): Promise<void> {
    try {
      await this.#options.store.probe();
      this.#fault = undefined;
      this.#options.onHealth?.(true, undefined);
    } catch (error) {
      this.#fault = error as HandstampError;
    }
    this.#probing = undefined;
    if (this.#fault) this.#probeLater();
  }

  // One timer for all: they wait in the order in which they are due.
  #expire(): void {
    const now = performance.now();
    const onTime = this.#queue.findIndex(({ due }) => due > now);
    const late = this.#queue.splice(0, onTime === -1 ? this.#queue.length : onTime);
    for (const one of [...this.#flying, ...late]) if (one.due <= now) deny(one, tooLate());
    const next = this.#flying.find(({ answered }) => !answered) ?? this.#queue[0];
    this.#alarm = next && setTimeout(() => this.#expire(), Math.max(1, next.due - now)).unref();
  }
}

const DEFAULTS = { deadline: 2_000, capacity: 4_096, batch: 256, probeEvery: 250 } as const;

function settle(one: Waiting, outcome: Outcome): void {
  one.answered = true;
  one.resolve(outcome);
}

function deny(one: Waiting, error: unknown): void {
  one.answered = true;
  one.reject(error);
}

function tooLate(): HandstampError {
  return new HandstampError(
    "store_unavailable",
    "The record could not be written in time; try again.",
    {
      retryAfter: 1,
    },
  );
}

function full(): HandstampError {
  return new HandstampError(
    "store_unavailable",
    "Too many requests wait for the record; try again.",
    {
      retryAfter: 1,
    },
  );
}

/** An outage stops every entry; anything else is about the one that was to be written. */
function isOutage(error: unknown): boolean {
  return error instanceof HandstampError && error.code === "store_unavailable";
}
