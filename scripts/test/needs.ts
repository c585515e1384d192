/** System tools that a suite needs, how to find them and how to get them. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { findSwift } from "../swift/toolchain.ts";

export interface Need {
  readonly name: string;
  readonly install: string;
  /** The tool's path, or undefined where it is absent. */
  find(): string | undefined;
}

export const NEEDS = {
  chromium: {
    name: "Chromium",
    install: "apt-get install chromium, or set CHROMIUM to the path of a Chromium or Chrome",
    find: () =>
      process.env["CHROMIUM"] ??
      firstOnPath("chromium", "chromium-browser", "google-chrome-stable", "google-chrome"),
  },
  swift: {
    name: "A Swift toolchain",
    install:
      "Swift 6 on the PATH, or Linux, root's right to mount and chroot, and apt-get install debootstrap",
    find: findSwift,
  },
  slowhttptest: {
    name: "slowhttptest",
    install: "apt-get install slowhttptest",
    find: () => firstOnPath("slowhttptest"),
  },
} as const satisfies Record<string, Need>;

/** Why a suite cannot run here, or undefined. */
export function missing(needs: readonly Need[]): string | undefined {
  const absent = needs.filter((need) => need.find() === undefined);
  if (absent.length === 0) return undefined;
  return absent.map(({ name, install }) => `${name} is not there (${install})`).join("; ");
}

function firstOnPath(...names: readonly string[]): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
