import type { Provider } from "@handstamp/core";
import type { JsonObject, ProviderId } from "@handstamp/protocol";
import type { Policy } from "../policy/index.ts";
import type { Journal } from "../store/journal.ts";
import type { Store } from "../store/store.ts";
import type { Draw } from "./draw.ts";
import type { ProjectProvider } from "./types.ts";

/** What the pipeline needs, chosen by the app. */
export interface IssueDeps {
  readonly providers: Readonly<Record<ProviderId, Provider>>;
  readonly projects: ReadonlyMap<string, Project>;
  readonly journal: Pick<Journal, "record">;
  readonly store: Pick<Store, "idempotency">;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Time and chance of a fresh token. */
  readonly draw: () => Draw;
  /** The stable uid of an identity in a project, where the provider knows people by number. */
  readonly uidOf: (project: string, identity: string) => Promise<number>;
  readonly limits: IssueLimits;
  readonly watch: IssueWatch;
}

/** @throws HandstampError `rate_limited` */
export type IssueLimits = (project: string, identity: string) => Promise<void>;

/** Told of what happened, for metrics and traces. */
export interface IssueWatch {
  issued(provider: string, products: readonly string[]): void;
  /** Runs one step of the pipeline, and may note how long it took. */
  step<T>(name: "authorize" | "sign" | "record", run: () => T): T;
}

/** One project as the pipeline sees it. */
export interface Project {
  readonly name: string;
  readonly providers: Readonly<Partial<Record<ProviderId, ProjectProvider>>>;
  /** The policy as it is now: a reload puts another in its place between two requests. */
  readonly policy: () => Policy;
}

export type Grants = Readonly<Record<string, JsonObject>>;
