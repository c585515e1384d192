import { agoraMint } from "./core/agora-mint.ts";
import { footprint } from "./core/footprint.ts";
import { twilioMint } from "./core/twilio-mint.ts";
import { twilioVerify } from "./core/twilio-verify.ts";
import { coldStart } from "./http/cold-start.ts";
import { dropInThroughput } from "./http/drop-in.ts";
import { issueThroughput } from "./http/issue.ts";
import type { Result } from "./result.ts";
import { journalThroughput } from "./store/journal.ts";
import { millionEntries } from "./store/million.ts";

/** Every benchmark, in the order in which they run. */
export const BENCHMARKS: readonly { name: string; run: () => Result[] | Promise<Result[]> }[] = [
  { name: "core/twilio-mint", run: twilioMint },
  { name: "core/twilio-verify", run: twilioVerify },
  { name: "core/agora-mint", run: agoraMint },
  { name: "core/footprint", run: footprint },
  { name: "http/cold-start", run: coldStart },
  { name: "store/journal", run: journalThroughput },
  { name: "store/million", run: millionEntries },
  { name: "http/drop-in", run: dropInThroughput },
  { name: "http/issue", run: issueThroughput },
];
