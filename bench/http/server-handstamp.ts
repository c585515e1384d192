/**
 * The service itself in development mode, as `npm start` runs it, its limits raised out of the way.
 * With `RECORD=no` its store keeps nothing.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig, nodeWorld, startService } from "handstamp";
import { forgetfulStore } from "./forgetful-store.ts";

const data = mkdtempSync(join(tmpdir(), "handstamp-bench-"));
const file = join(data, "handstamp.yaml");
writeFileSync(file, "limits: { address: 100000000, identity: 100000000 }\n");
const env = {
  ...process.env,
  HANDSTAMP_MODE: "development",
  HANDSTAMP_CONFIG: file,
  HANDSTAMP_DATA: data,
  PORT: "0",
};
const config = loadConfig({ ...nodeWorld(), env });
const service = await startService(
  config,
  process.env["RECORD"] === "no" ? { store: forgetfulStore() } : {},
);
console.log(`listening ${service.url}`);
process.once("SIGTERM", () => {
  void service.close().then(() => {
    rmSync(data, { recursive: true });
    process.exit(0);
  });
});
