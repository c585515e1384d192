/**
 * The store on one page. Everything that changes goes through `commit`: an entry is an event for the
 * log, what must hold for it, and what it changes. Nothing changes without its event, and nothing is
 * decided on a state that the same transaction has not read.
 *
 * Times are unix seconds in whole numbers, except an event's `at`, which is in unix milliseconds.
 */
import type { JsonObject, ProviderId } from "@handstamp/protocol";
import type { Head } from "../audit/chain.ts";
import type { AuditEvent, EventType, StoredEvent } from "../audit/events.ts";
import type { ApiTokenRow, IdempotencyRow, Issuance, SigningKeyRow } from "./rows.ts";

export interface Store {
  /** The hash chain that this store appends to. */
  readonly chain: string;

  /**
   * Commits many entries in one durable transaction and says for each what became of it. A refused
   * entry changes nothing but the log and never harms its neighbours.
   *
   * @throws HandstampError `store_unavailable` when the store cannot be written now, `internal` when
   * one of the entries cannot be; then none of them was committed, or it is not known
   */
  commit(entries: readonly Entry[]): Promise<readonly Outcome[]>;
  /** Writes durably and to no effect. @throws HandstampError `store_unavailable` */
  probe(): Promise<void>;

  readonly tokens: Tokens;
  readonly audit: Audit;
  readonly apiTokens: ApiTokens;
  readonly keys: SigningKeys;

  /** The Agora uid of an identity, once the effect `uid_assigned` has given it one. */
  uid(project: string, identity: string): Promise<number | undefined>;
  isBlocked(project: string, identity: string): Promise<boolean>;
  /** The inputs kept under an idempotency key, unless they have expired. `now` in unix seconds. */
  idempotency(
    project: string,
    caller: string,
    key: string,
    now: number,
  ): Promise<IdempotencyRow | undefined>;
  meta(key: string): Promise<string | undefined>;
  /** Removes what has expired (idempotency keys). @returns how many rows */
  prune(now: number): Promise<number>;

  /** A consistent copy into a new file, while serving. */
  backup(path: string): Promise<void>;
  close(): Promise<void>;
}

/** One request's part of a commit. */
export interface Entry {
  readonly event: AuditEvent;
  /** All of them must hold inside the transaction, else the entry is refused. */
  readonly require?: readonly Requirement[];
  readonly effects?: readonly Effect[];
}

/** What must hold at the moment of the commit. */
export type Requirement =
  | {
      readonly kind: "key_active";
      readonly project: string;
      readonly provider: ProviderId;
      readonly key: string;
    }
  | { readonly kind: "identity_allowed"; readonly project: string; readonly identity: string }
  | { readonly kind: "api_token_valid"; readonly project: string; readonly id: string }
  | { readonly kind: "token_not_revoked"; readonly project: string; readonly token: string };

/** What an entry changes. Each carries its own precondition, named beside it. */
export type Effect =
  /** Refused `idempotency_used` while the key holds unexpired inputs. */
  | { readonly kind: "idempotency_kept"; readonly row: IdempotencyRow; readonly now: number }
  /** Refused `already_exists`. */
  | { readonly kind: "api_token_created"; readonly row: ApiTokenRow }
  /** Refused `not_found` for one that is not there or is revoked already. */
  | {
      readonly kind: "api_token_revoked";
      readonly project: string;
      readonly id: string;
      readonly at: number;
    }
  /** Never refused. Written at most once a minute. */
  | { readonly kind: "api_token_used"; readonly id: string; readonly at: number }
  /** Refused `already_exists`, and `second_active` while the provider has another active key. */
  | { readonly kind: "key_created"; readonly row: SigningKeyRow }
  /** Refused `not_found`; `key_state` unless it is in one of `from`; `second_active`. */
  | {
      readonly kind: "key_state";
      readonly project: string;
      readonly provider: ProviderId;
      readonly key: string;
      readonly from: readonly KeyState[];
      readonly to: KeyState;
      readonly at: number;
    }
  | {
      readonly kind: "token_revoked";
      readonly project: string;
      readonly token: string;
      readonly at: number;
    }
  | {
      readonly kind: "identity_blocked";
      readonly project: string;
      readonly identity: string;
      readonly at: number;
    }
  /** Refused `not_found`. */
  | { readonly kind: "identity_unblocked"; readonly project: string; readonly identity: string }
  /** Refused `already_exists` for an identity that has one, `uid_taken` for a uid that is another's. */
  | {
      readonly kind: "uid_assigned";
      readonly project: string;
      readonly identity: string;
      readonly uid: number;
    }
  /** Removes a chain's entries up to `through`. Only `trim` in audit/retention.ts makes one. */
  | { readonly kind: "audit_trimmed"; readonly chain: string; readonly through: number }
  | { readonly kind: "meta"; readonly key: string; readonly value: string };

export type KeyState = SigningKeyRow["state"];

/** Why an entry was refused. */
export type Refusal =
  | "key_not_active"
  | "identity_blocked"
  | "caller_revoked"
  | "token_revoked"
  | "idempotency_used"
  | "already_exists"
  | "not_found"
  | "second_active"
  | "key_state"
  | "uid_taken";

/** What became of an entry: its place in the log, or the reason against it. */
export type Outcome =
  | { readonly committed: true; readonly chain: string; readonly seq: number }
  | { readonly committed: false; readonly reason: Refusal };

export interface Tokens {
  get(project: string, id: string): Promise<Issuance | undefined>;
  /** Newest first. */
  list(query: TokenQuery): Promise<Page<Issuance>>;
  isRevoked(project: string, id: string): Promise<boolean>;
}

export interface Audit {
  list(query: AuditQuery): Promise<Page<AuditRecord>>;
  /** A stretch of one chain in its own order, starting behind `after`. */
  read(chain: string, after: number, limit: number): Promise<readonly AuditRecord[]>;
  /** Where each chain ends, and where it begins if entries were removed. */
  heads(): Promise<readonly ChainState[]>;
}

export interface ApiTokens {
  /** Revoked ones too: the caller judges. */
  byDigest(digest: string): Promise<ApiTokenRow | undefined>;
  get(project: string, id: string): Promise<ApiTokenRow | undefined>;
  /** In the order of creation, without the revoked. */
  list(project: string): Promise<readonly ApiTokenRow[]>;
}

export interface SigningKeys {
  get(project: string, provider: ProviderId, id: string): Promise<SigningKeyRow | undefined>;
  /** In the order of creation, deleted ones too. */
  list(project: string, provider?: ProviderId): Promise<readonly SigningKeyRow[]>;
}

export interface TokenQuery extends Paged {
  readonly project: string;
  readonly identity?: string;
  readonly provider?: ProviderId;
  /** Unix seconds, both ends included. */
  readonly from?: number;
  readonly to?: number;
}

export interface AuditQuery extends Paged {
  /** Absent: every project, for operators of the whole service. */
  readonly project?: string;
  readonly type?: EventType;
  readonly identity?: string;
  readonly product?: string;
  /** The actor's id. */
  readonly caller?: string;
  /** Unix milliseconds, both ends included. */
  readonly from?: number;
  readonly to?: number;
  /** Default newest. */
  readonly order?: "newest" | "oldest";
}

export interface Paged {
  readonly limit: number;
  /** From the page before. Opaque, and valid as long as the store. */
  readonly cursor?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Absent on the last page. */
  readonly next?: string;
}

/** An entry of the log as it stands there. */
export interface AuditRecord {
  readonly chain: string;
  readonly seq: number;
  /** Lower-case hex. */
  readonly hash: string;
  /** The canonical JSON: what was hashed. */
  readonly text: string;
  /** What the columns beside the text say, for `verify` to hold against it. */
  readonly indexed: Pick<StoredEvent, "at" | "project" | "type" | "identity"> & {
    readonly caller: string;
  };
}

/** A chain's end, and the entry that its oldest one stands on. */
export interface ChainState extends Head {
  /** The last removed entry; seq 0 and 32 zero bytes where none was. */
  readonly anchor: { readonly seq: number; readonly hash: string };
}

/** A stored event out of its text. */
export function storedEvent(record: Pick<AuditRecord, "text">): StoredEvent {
  return JSON.parse(record.text) as StoredEvent & JsonObject;
}
