import type { ServerProvider } from "../provider.ts";
import { dropIn } from "./drop-in.ts";
import { develop, keyId, settings } from "./settings.ts";

export const agora: ServerProvider = { id: "agora", settings, keyId, develop, dropIn };
