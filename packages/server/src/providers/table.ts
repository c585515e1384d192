import { agora } from "./agora/index.ts";
import type { ServerProvider } from "./provider.ts";
import { twilio } from "./twilio/index.ts";

/** THE table of providers on the server. A provider is one folder and one line here. */
export const SERVER_PROVIDERS: readonly ServerProvider[] = [twilio, agora];
