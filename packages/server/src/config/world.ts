import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { HandstampError } from "@handstamp/protocol";
import type { Environment } from "./environment.ts";

/** What the configuration takes from the machine, so that a test can be the machine. */
export interface World {
  readonly env: Environment;
  readonly cwd: string;
  /**
   * The file's text, or null where there is none.
   *
   * @throws HandstampError `config_invalid` for a file that is there and may not be read: to go on
   * without it would start the service with less than its configuration
   */
  readonly readFile: (path: string) => string | null;
  /** Writes a file that only its owner reads, in a folder that only its owner enters. */
  readonly writePrivateFile: (path: string, text: string) => void;
  /** So many random bytes in hex. */
  readonly randomHex: (bytes: number) => string;
}

/** The machine itself. */
export function nodeWorld(): World {
  return {
    env: process.env,
    cwd: process.cwd(),
    readFile(path) {
      try {
        return readFileSync(path, "utf8");
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "ENOENT" || code === "ENOTDIR") return null;
        throw new HandstampError(
          "config_invalid",
          `${path} is there and cannot be read (${code}).`,
        );
      }
    },
    writePrivateFile(path, text) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, text, { mode: 0o600 });
      chmodSync(path, 0o600);
    },
    randomHex: (bytes) => randomBytes(bytes).toString("hex"),
  };
}
