import type { Config } from "../../config/config.ts";
import type { Shell } from "../shell.ts";

/** What a check found. Problems are told by a setting's name, never by its value. */
export interface Finding {
  readonly check: string;
  /** `skipped`: it could not be looked at, because something else is wrong first. */
  readonly status: "ok" | "warning" | "error" | "skipped";
  readonly message: string;
  /** What to do about it. */
  readonly mend?: string;
}

/** What the checks look at. */
export interface Patient {
  readonly shell: Shell;
  /** Null when the settings cannot be read; the check of the configuration says why. */
  readonly config: Config | null;
  /** Why the service would not start with these settings. */
  readonly refusal: unknown;
  /** True when the signing keys are real ones, and not made up for development. */
  readonly real: boolean;
  /** True when the check may ask servers on the internet. */
  readonly online: boolean;
}

export interface Check {
  readonly name: string;
  readonly run: (patient: Patient) => readonly Outcome[] | Promise<readonly Outcome[]>;
}

/** A finding before it has its check's name. */
export type Outcome = Omit<Finding, "check">;

export const ok = (message: string): Outcome => ({ status: "ok", message });
export const skipped = (message: string): Outcome => ({ status: "skipped", message });
export const warning = (message: string, mend: string): Outcome => ({
  status: "warning",
  message,
  mend,
});
export const error = (message: string, mend: string): Outcome => ({
  status: "error",
  message,
  mend,
});

export const NO_CONFIG = skipped("not looked at: the configuration comes first");
