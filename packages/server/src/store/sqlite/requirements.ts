/** What must hold for an entry, asked inside the transaction that writes it. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Refusal, Requirement } from "../store.ts";

type Kind = Requirement["kind"];
type Of<K extends Kind> = Extract<Requirement, { kind: K }>;

interface Rule<K extends Kind> {
  /** Gives a row when the requirement holds (`holds: true`), or when it does not. */
  readonly sql: string;
  readonly holds: boolean;
  readonly values: (requirement: Of<K>) => string[];
  readonly reason: Refusal;
}

const RULES: { readonly [K in Kind]: Rule<K> } = {
  key_active: {
    sql: `SELECT 1 FROM signing_keys
          WHERE project = ? AND provider = ? AND id = ? AND state = 'active'`,
    holds: true,
    values: (r) => [r.project, r.provider, r.key],
    reason: "key_not_active",
  },
  identity_allowed: {
    sql: "SELECT 1 FROM blocked_identities WHERE project = ? AND identity = ?",
    holds: false,
    values: (r) => [r.project, r.identity],
    reason: "identity_blocked",
  },
  api_token_valid: {
    sql: "SELECT 1 FROM api_tokens WHERE project = ? AND id = ? AND revoked_at IS NULL",
    holds: true,
    values: (r) => [r.project, r.id],
    reason: "caller_revoked",
  },
  token_not_revoked: {
    sql: "SELECT 1 FROM revoked_tokens WHERE project = ? AND token = ?",
    holds: false,
    values: (r) => [r.project, r.token],
    reason: "token_revoked",
  },
};

export interface RequirementCheck {
  /** The first of an entry's requirements that does not hold, by its reason. */
  check(requirements: readonly Requirement[]): Refusal | undefined;
  /** Called when a transaction begins, and when it has changed something that is asked about. */
  forget(): void;
}

/**
 * Within one transaction nobody else changes what it has read, so an answer holds for the whole batch:
 * fifty requests under one signing key ask for its state once.
 */
export function requirementCheck(db: DatabaseSync): RequirementCheck {
  const statements = Object.fromEntries(
    Object.entries(RULES).map(([kind, rule]) => [kind, db.prepare(rule.sql)]),
  ) as Record<Kind, StatementSync>;
  const answers = new Map<string, Refusal | undefined>();

  function ask(requirement: Requirement): Refusal | undefined {
    const rule = RULES[requirement.kind] as Rule<Kind>;
    const values = rule.values(requirement);
    const question = `${requirement.kind}\0${values.join("\0")}`;
    if (answers.has(question)) return answers.get(question);
    const found = statements[requirement.kind].get(...values) !== undefined;
    const answer = found === rule.holds ? undefined : rule.reason;
    answers.set(question, answer);
    return answer;
  }

  return {
    check(requirements) {
      for (const requirement of requirements) {
        const reason = ask(requirement);
        if (reason !== undefined) return reason;
      }
      return undefined;
    },
    forget: () => answers.clear(),
  };
}
