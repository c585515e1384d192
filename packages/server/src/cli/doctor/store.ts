import { connect } from "node:net";
import { type Check, error, NO_CONFIG, type Outcome, ok } from "./check.ts";

const TIMEOUT = 5000;
const POSTGRES_PORT = 5432;

export const storeCheck: Check = {
  name: "store",
  run: async ({ config }) => {
    if (config === null) return [NO_CONFIG];
    if (config.store.kind === "sqlite") {
      const { examineSqlite } = await import("./sqlite.ts");
      return examineSqlite(config.store.path);
    }
    const { hostname, port } = new URL(config.store.url.reveal());
    return [await reach(hostname, Number(port || POSTGRES_PORT))];
  },
};

/** Whether something listens there. */
function reach(host: string, port: number): Promise<Outcome> {
  const place = `${host}:${port}`;
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: TIMEOUT });
    const end = (outcome: Outcome) => {
      socket.destroy();
      resolve(outcome);
    };
    socket.once("connect", () => end(ok(`PostgreSQL answers at ${place}`)));
    const unreachable = error(
      `PostgreSQL cannot be reached at ${place}`,
      "Look at HANDSTAMP_STORE (or DATABASE_URL), and whether the database runs.",
    );
    socket.once("timeout", () => end(unreachable));
    socket.once("error", () => end(unreachable));
  });
}
