import type { Check } from "./check.ts";
import { clockCheck } from "./clock.ts";
import { configurationCheck } from "./configuration.ts";
import { credentialsCheck } from "./credentials.ts";
import { dataFolderCheck } from "./data-folder.ts";
import { nodeCheck } from "./node.ts";
import { portCheck } from "./port.ts";
import { callersCheck, policyCheck } from "./rules.ts";
import { signInCheck } from "./sign-in.ts";
import { storeCheck } from "./store.ts";

/** What `doctor` looks at, in this order. */
export const CHECKS: readonly Check[] = [
  nodeCheck,
  configurationCheck,
  credentialsCheck,
  callersCheck,
  policyCheck,
  signInCheck,
  clockCheck,
  dataFolderCheck,
  storeCheck,
  portCheck,
];
