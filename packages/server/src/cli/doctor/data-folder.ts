import { accessSync, constants, readdirSync, type Stats, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Check, error, NO_CONFIG, type Outcome, ok, warning } from "./check.ts";

/** The permissions of everyone but the owner. */
const OTHERS = 0o077;

export const dataFolderCheck: Check = {
  name: "data folder",
  run: ({ config }) => {
    if (config === null) return [NO_CONFIG];
    const folder = statOf(config.dataDir);
    if (folder === null) return [future(config.dataDir)];
    if (!folder.isDirectory())
      return [error(`${config.dataDir} is no folder`, "Name another with HANDSTAMP_DATA.")];
    return present(config.dataDir, folder);
  },
};

function future(path: string): Outcome {
  let above = dirname(path);
  while (statOf(above) === null && dirname(above) !== above) above = dirname(above);
  return canWrite(above)
    ? ok(`${path} is not there yet; it can be made`)
    : error(
        `${path} cannot be made`,
        `Give this user the right to write to ${above}, or name another folder with HANDSTAMP_DATA.`,
      );
}

function present(path: string, folder: Stats): readonly Outcome[] {
  const wrong: Outcome[] = [];
  if (!canWrite(path))
    wrong.push(
      error(
        `${path} cannot be written by this user`,
        `chown it to the user that runs the service.`,
      ),
    );
  if ((folder.mode & OTHERS) !== 0)
    wrong.push(warning(`${path} can be entered by other users`, `chmod 700 ${path}`));
  for (const name of exposed(path))
    wrong.push(
      error(
        `${join(path, name)} can be read by other users, and it may hold keys`,
        `chmod 600 ${join(path, name)}, and rotate the keys in it.`,
      ),
    );
  return wrong.length > 0 ? wrong : [ok(`${path} is this user's alone`)];
}

/** Files that others could read. Inside a folder that they cannot enter it is no danger. */
function exposed(path: string): readonly string[] {
  if (((statOf(path)?.mode ?? 0) & 0o011) === 0) return [];
  return readdirSync(path).filter((name) => {
    const file = statOf(join(path, name));
    return file?.isFile() && (file.mode & OTHERS) !== 0;
  });
}

function statOf(path: string): Stats | null {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}

function canWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
