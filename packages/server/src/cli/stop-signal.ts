import process from "node:process";

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/**
 * The first signal that asks to stop. A second one then ends the process at once, as is the default.
 *
 * @param reload what SIGHUP does; it stops like the others where there is nothing to read again
 */
export function stopSignal(reload?: () => void): Promise<string> {
  const stopping = reload ? SIGNALS : [...SIGNALS, "SIGHUP" as const];
  if (reload) process.on("SIGHUP", reload);
  return new Promise((resolve) => {
    const stop = (signal: string) => {
      for (const name of stopping) process.removeListener(name, stop);
      resolve(signal);
    };
    for (const name of stopping) process.on(name, stop);
  });
}
