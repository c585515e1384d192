/** What a reload replaces, all of it at once. */
import type { Policy } from "../policy/index.ts";
import type { Identify } from "./identify.ts";
import type { Settings } from "./settings.ts";

export interface Live {
  readonly settings: Settings;
  readonly identify: Identify;
  /** By project. Always this map, so that whoever holds it sees the newest policies. */
  readonly policies: ReadonlyMap<string, Policy>;
  /**
   * Others from now on. Requests in hand still ask the callers of before, which close when all of
   * those have their answers.
   *
   * @throws what making the callers throws; then nothing has changed
   */
  replace(settings: Settings): void;
}

export function liveOf(settings: Settings, identifyBy: (settings: Settings) => Identify): Live {
  const policies = new Map(settings.rules.map(({ project, policy }) => [project, policy]));
  let now = { settings, identify: identifyBy(settings) };
  return {
    get settings() {
      return now.settings;
    },
    get identify() {
      return now.identify;
    },
    policies,
    replace(next) {
      const before = now.identify;
      now = { settings: next, identify: identifyBy(next) };
      for (const { project, policy } of next.rules)
        if (policies.has(project)) policies.set(project, policy);
      void before.close();
    },
  };
}
