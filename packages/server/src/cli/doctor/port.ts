import { createServer } from "node:net";
import { type Check, error, NO_CONFIG, type Outcome, ok, skipped } from "./check.ts";

const TIMEOUT = 2000;

export const portCheck: Check = {
  name: "port",
  run: async ({ config }) => {
    if (config === null) return [NO_CONFIG];
    const { host, port } = config;
    if (port === 0) return [skipped("the system chooses it")];
    const code = await tryToListen(host, port);
    if (code === null) return [ok(`${host}:${port} is free`)];
    return [await explain(code, host, port)];
  },
};

/** Opens and closes the port; the error's code where that fails. */
function tryToListen(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (cause: NodeJS.ErrnoException) => resolve(cause.code ?? "unknown"));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

async function explain(code: string, host: string, port: number): Promise<Outcome> {
  const place = `${host}:${port}`;
  if (code === "EADDRINUSE")
    return (await isHealthy(host, port))
      ? ok(`a service answers health checks at ${place} already`)
      : error(`${place} is taken by another program`, "Stop it, or choose another port with PORT.");
  if (code === "EACCES")
    return error(`this user may not open ${place}`, "Choose a port above 1023 with PORT.");
  return error(`${place} cannot be opened (${code})`, "HOST must be an address of this machine.");
}

async function isHealthy(host: string, port: number): Promise<boolean> {
  const name = host.includes(":") ? `[${host}]` : host;
  try {
    const answer = await fetch(`http://${name}:${port}/health/live`, {
      signal: AbortSignal.timeout(TIMEOUT),
    });
    return answer.ok;
  } catch {
    return false;
  }
}
