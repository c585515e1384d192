import type { Inspection } from "../../inspection.ts";
import { objectOf, readParts } from "../../lib/jwt-text.ts";
import type { InspectOptions } from "../../provider.ts";

export function recognisesTwilio(text: string): boolean {
  const header = objectOf(readParts(text)[0]);
  return String(header?.["cty"]).startsWith("twilio-fpa");
}

export function inspectTwilio(text: string, _options: InspectOptions = {}): Inspection {
  const parts = readParts(text).map(({ name, range, value }) => ({
    name,
    range,
    ...(value === undefined ? {} : { value }),
  }));
  return { provider: "twilio", format: "Twilio Access Token", verified: null, parts, problems: [] };
}
