/** Where Node's modules are not: browsers and workerd. */
import * as core from "@handstamp/core";
import * as agora from "@handstamp/core/agora";
import * as twilio from "@handstamp/core/twilio";
import * as web from "./node_modules/@handstamp/core/dist/lib/platform.web.js";
import { runSuite } from "./suite.js";

export const results = () => runSuite({ core, twilio, agora, ports: { web } });
