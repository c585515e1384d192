import type { AddressInfo } from "node:net";
import { HandstampError } from "@handstamp/protocol";
import type { Config } from "../config/config.ts";
import { createService, type Service, type ServiceOptions } from "./service.ts";

export interface Running extends Service {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
}

/**
 * The service with a listener.
 *
 * @throws HandstampError `config_invalid` when the port is taken or the host is not this machine's
 */
export async function startService(config: Config, options: ServiceOptions = {}): Promise<Running> {
  const service = await createService(config, options);
  try {
    await service.app.listen({ host: config.host, port: config.port });
  } catch (error) {
    await service.close();
    throw explainListen(error, config);
  }
  const { address, port, family } = service.app.server.address() as AddressInfo;
  const host = family === "IPv6" ? `[${address}]` : address;
  return { ...service, url: `http://${host}:${port}` };
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
