import { HandstampError } from "@handstamp/protocol";
import { type Caller, judgedCaller } from "./caller.ts";
import type { CallerDeps } from "./deps.ts";
import { canonicalIdentity, GUEST_PREFIX } from "./identity.ts";
import { isPasscode, MAX_PASSCODE_BYTES } from "./passcode-hash.ts";
import { refusal } from "./refusal.ts";
import type { PasscodeSettings, StoredPasscode } from "./settings.ts";

/** Hashes computed at once, and guesses that may wait: strangers get no more of the machine. */
const AT_ONCE = 2;
const MAX_WAITING = 32;

/** What the video app's form of request carries. */
export interface Guest {
  readonly name: string;
  readonly passcode: string;
  /** The client's address, for the rate limit. */
  readonly ip: string;
}

export interface PasscodeSource {
  readonly project: string;
  /** @throws HandstampError `unauthenticated`, `rate_limited`, `identity_invalid` */
  judge(guest: Guest): Promise<Caller>;
}

export function createPasscodeSource(
  project: string,
  settings: PasscodeSettings,
  deps: Pick<CallerDeps, "now" | "limitPasscodes">,
): PasscodeSource {
  const inTurn = createTurns();
  return {
    project,
    async judge({ name, passcode, ip }) {
      const identity = guestIdentity(name);
      if (Buffer.byteLength(passcode) > MAX_PASSCODE_BYTES)
        throw refusal("the passcode is too long");
      await deps.limitPasscodes?.(ip);
      const code = await inTurn(() => findCode(settings.codes, passcode));
      if (!code) throw refusal("no such passcode");
      if (code.expiresAt <= deps.now()) throw refusal(`the passcode ${code.name} has expired`);
      return judgedCaller({
        kind: "passcode",
        project,
        id: `passcode:${code.name}|${identity}`,
        identity,
        scopes: new Set(["mint"] as const),
        claims: code.claims,
        expiresAt: code.expiresAt,
      });
    },
  };
}

/** A guest's own name behind the reserved prefix. One that has it already, from an earlier answer, keeps it. */
function guestIdentity(name: string): string {
  const own = name.startsWith(GUEST_PREFIX) ? name.slice(GUEST_PREFIX.length) : name;
  return canonicalIdentity(GUEST_PREFIX + canonicalIdentity(own));
}

// Every code is tried, also after a match, so that the time tells nothing of which.
async function findCode(
  codes: readonly StoredPasscode[],
  passcode: string,
): Promise<StoredPasscode | undefined> {
  let found: StoredPasscode | undefined;
  for (const code of codes) if (await isPasscode(passcode, code.hash)) found = code;
  return found;
}

function createTurns() {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= AT_ONCE) {
      if (waiting.length >= MAX_WAITING)
        throw new HandstampError("rate_limited", "Too many passcodes are being checked.", {
          retryAfter: 5,
        });
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
