import type { AddressInfo } from "node:net";
import { HandstampError } from "@handstamp/protocol";
import type { Config } from "../config/config.ts";
import { followFile } from "./follow.ts";
import { createService, type Service, type ServiceOptions } from "./service.ts";

export interface StartOptions extends ServiceOptions {
  /**
   * Reads the configuration again. With it, the service follows its file: a change of it counts from
   * the next request on, and a broken one changes nothing.
   */
  readonly reread?: () => Config;
}

export interface Running extends Service {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** Reads the configuration again, as on SIGHUP. @returns whether it was loaded; the log says why not */
  reread(): Promise<boolean>;
}

/**
 * The service with a listener.
 *
 * @throws HandstampError `config_invalid` when the port is taken or the host is not this machine's
 */
export async function startService(config: Config, options: StartOptions = {}): Promise<Running> {
  const service = await createService(config, options);
  try {
    await service.app.listen({ host: config.host, port: config.port, listenTextResolver: said });
  } catch (error) {
    await service.close();
    throw explainListen(error, config);
  }
  const { address, port, family } = service.app.server.address() as AddressInfo;
  const host = family === "IPv6" ? `[${address}]` : address;
  const { reread, stop } = following(service, config, options.reread);
  return {
    ...service,
    url: `http://${host}:${port}`,
    reread,
    async close() {
      stop();
      await service.close();
    },
  };
}

const said = (address: string) => `listening on ${address}`;

/** Loads the configuration again when it is told to, and when its file has another content. */
function following(service: Service, started: Config, read: (() => Config) | undefined) {
  if (!read) return { reread: async () => false, stop: () => undefined };
  let known = started.digest;
  const load = async (onlyIfOther: boolean): Promise<boolean> => {
    try {
      await service.reload(() => {
        const next = read();
        if (onlyIfOther && next.digest === known) return undefined;
        known = next.digest;
        return next;
      });
      return true;
    } catch {
      // Said in the log and in the record, with file, line and column.
      return false;
    }
  };
  // One after the other: the last one read is the one that counts.
  let turn = Promise.resolve(true);
  const inTurn = (onlyIfOther: boolean) => (turn = turn.then(() => load(onlyIfOther)));
  const stop = follow(service, started.file, () => void inTurn(true));
  return { reread: () => inTurn(false), stop };
}

function follow({ app }: Service, file: string | null, changed: () => void): () => void {
  if (file === null) return () => undefined;
  const lost = (error: unknown) =>
    app.log.warn({ err: error }, "the configuration file is not watched: send SIGHUP");
  return followFile({ file, changed, lost });
}

function explainListen(error: unknown, { host, port }: Config): unknown {
  const { code } = error as { code?: string };
  if (code === "EADDRINUSE")
    return new HandstampError(
      "config_invalid",
      `PORT ${port} is taken by another process: stop it, or choose another port.`,
    );
  if (code === "EACCES")
    return new HandstampError(
      "config_invalid",
      `PORT ${port} may not be opened by this user: choose one above 1023.`,
    );
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return new HandstampError(
      "config_invalid",
      `HOST ${host} is not an address of this machine: 127.0.0.1 is for this machine alone, 0.0.0.0 for all its addresses.`,
    );
  return error;
}
