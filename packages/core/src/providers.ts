import type { ProviderId } from "@handstamp/protocol";
import type { Provider } from "./provider.ts";
import { agora } from "./providers/agora/index.ts";
import { twilio } from "./providers/twilio/index.ts";

/** THE table of providers. A provider is one folder and one line here. */
export const PROVIDERS = { twilio, agora } as const satisfies Record<ProviderId, Provider>;
