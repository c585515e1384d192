import type { ServerProvider } from "../provider.ts";
import { dropIn } from "./drop-in.ts";
import { develop, settings } from "./settings.ts";

export const twilio: ServerProvider = {
  id: "twilio",
  settings,
  keyId: (values) => values["api_key"] ?? "",
  develop,
  dropIn,
};
