/** Watches the configuration file: a change is loaded, whichever way the editor has of saving. */
import { existsSync, type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";

/** How long a change may take to be complete, in milliseconds. */
const SETTLE = 250;

export interface FollowOptions {
  /** The file's absolute path. */
  readonly file: string;
  /** Something may have changed; the content may also be the same. */
  readonly changed: () => void;
  /** The file cannot be watched any more; a signal still works. */
  readonly lost: (error: unknown) => void;
}

/**
 * Watches the folder and not the file: editors write a new file and rename it over the old one, and
 * Kubernetes exchanges a symbolic link beside it, named `..data`.
 *
 * @returns how to stop
 */
export function followFile({ file, changed, lost }: FollowOptions): () => void {
  const name = basename(file);
  let settling: NodeJS.Timeout | undefined;
  const noticed = (_event: string, which: string | null) => {
    if (which !== null && which !== name && !which.startsWith("..")) return;
    settling ??= setTimeout(() => {
      settling = undefined;
      // Gone for a moment, while it is replaced: what brings it back is noticed too.
      if (existsSync(file)) changed();
    }, SETTLE).unref();
  };
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(dirname(file), { persistent: false }, noticed);
    watcher.on("error", lost);
  } catch (error) {
    lost(error);
  }
  return () => {
    clearTimeout(settling);
    watcher?.close();
  };
}
