/** Where Node's modules are: Node, Deno, Bun. Both platform files can be loaded here. */
import * as core from "@handstamp/core";
import * as agora from "@handstamp/core/agora";
import * as twilio from "@handstamp/core/twilio";
import * as node from "./node_modules/@handstamp/core/dist/lib/platform.node.js";
import * as web from "./node_modules/@handstamp/core/dist/lib/platform.web.js";
import { runSuite } from "./suite.js";

console.log(JSON.stringify(runSuite({ core, twilio, agora, ports: { node, web } })));
