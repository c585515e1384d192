import { HandstampError } from "@handstamp/protocol";
import type { Inspection } from "../../inspection.ts";
import type { InspectOptions } from "../../provider.ts";
import { parseToken, verifyToken } from "./token.ts";

/** True for everything that starts as a version of Agora's. */
export function recognisesAgora(text: string): boolean {
  return /^00[3-7]/.test(text);
}

export function inspectAgora(text: string, options: InspectOptions = {}): Inspection {
  try {
    const parsed = parseToken(text);
    return {
      provider: "agora",
      format: "007",
      verified: null,
      parts: [],
      problems: [],
      expiresAt: parsed.expiresAt,
    };
  } catch (error) {
    return {
      provider: "agora",
      format: "007",
      verified: null,
      parts: [],
      problems: [
        {
          code: "malformed",
          severity: "error",
          message: (error as HandstampError).message,
          mend: "",
        },
      ],
    };
  }
}
