import type { Context, MintRequest, Provider } from "@handstamp/core";
import type { JsonObject, ProviderId } from "@handstamp/protocol";
import type { Caller } from "../callers/caller.ts";
import type { Asked } from "./ask.ts";
import type { Journal } from "./journal.ts";
import type { ProjectProvider } from "./types.ts";

/** What the pipeline needs, chosen by the app. */
export interface IssueDeps {
  readonly providers: Readonly<Record<ProviderId, Provider>>;
  readonly projects: ReadonlyMap<string, Project>;
  readonly journal: Journal;
  /** Unix seconds. */
  readonly now: () => number;
  readonly random: NonNullable<Context["random"]>;
  /** A number in [0, 1), for jitter. */
  readonly jitter: () => number;
  /** The stable uid of an identity in a project, where the provider knows people by number. */
  readonly uidOf: (project: string, identity: string) => Promise<number> | number;
}

/** One project as the pipeline sees it. */
export interface Project {
  readonly name: string;
  readonly providers: Readonly<Partial<Record<ProviderId, ProjectProvider>>>;
  readonly decide: Decide;
}

/** The project's policy: a pure function from caller and request to a decision. */
export type Decide = (caller: Caller, asked: Asked, now: number) => PolicyDecision;

export type PolicyDecision =
  | {
      readonly allowed: true;
      readonly grants: MintRequest["grants"];
      readonly ttl: number;
      readonly rules: readonly string[];
      readonly clampedFrom?: number;
    }
  | {
      readonly allowed: false;
      readonly code: "forbidden" | "invalid_request";
      /** For the caller: plain, nothing of the rules. */
      readonly message: string;
      readonly fields?: readonly { readonly pointer: string; readonly message: string }[];
      /** For the operator and the log: which rule came closest, and why it failed. */
      readonly detail: string;
    };

export type Grants = Readonly<Record<string, JsonObject>>;
