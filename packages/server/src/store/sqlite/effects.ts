/**
 * Applying effects. All of an entry's effects are asked whether they may before the first is applied:
 * a refused entry leaves nothing half done.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Effect, Refusal } from "../store.ts";
import { type Check, EFFECTS, type EffectKind, type EffectRule } from "./effect-rules.ts";

const ruleOf = (effect: Effect) => EFFECTS[effect.kind] as EffectRule<EffectKind>;

export interface Effects {
  /** The first effect that may not be applied, by its reason. */
  check(effects: readonly Effect[]): Refusal | undefined;
  /** @returns true when something may have changed that requirements ask about */
  apply(effects: readonly Effect[]): boolean;
  /** Called when a transaction begins. */
  forget(): void;
}

export function effectsOn(db: DatabaseSync): Effects {
  const prepared = new Map<string, StatementSync>();
  const done = new Set<string>();
  const statement = (sql: string): StatementSync => {
    const known = prepared.get(sql);
    if (known) return known;
    const fresh = db.prepare(sql);
    prepared.set(sql, fresh);
    return fresh;
  };
  const refuses = (check: Check<EffectKind>, effect: Effect): boolean => {
    if (check.when && !check.when(effect)) return false;
    const found = statement(check.sql).get(...check.values(effect)) !== undefined;
    return found !== (check.absent ?? false);
  };
  return {
    check(effects) {
      for (const effect of effects)
        for (const check of ruleOf(effect).checks ?? [])
          if (refuses(check, effect)) return check.reason;
      return undefined;
    },
    apply(effects) {
      let changed = false;
      for (const effect of effects) {
        const rule = ruleOf(effect);
        if (rule.once && done.has(rule.once(effect))) continue;
        if (rule.once) done.add(rule.once(effect));
        changed ||= !rule.aside;
        for (const { sql, values } of rule.changes) statement(sql).run(...values(effect));
      }
      return changed;
    },
    forget: () => done.clear(),
  };
}
