/** The service itself in development mode, as `npm start` runs it. */

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig, nodeWorld, startService } from "handstamp";

const data = mkdtempSync(join(tmpdir(), "handstamp-bench-"));
const env = { HANDSTAMP_DATA: data, PORT: "0", ...process.env };
const service = await startService(loadConfig({ ...nodeWorld(), env }));
console.log(`listening ${service.url}`);
process.once("SIGTERM", () => void service.close().then(() => process.exit(0)));
