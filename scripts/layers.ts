/** `node scripts/layers.ts`: who imports whom, and where effects enter. Explains what it refuses. */
import { checkLayers } from "./layers/check.ts";

let passed = 0;
let failed = 0;
checkLayers({
  pass: () => {
    passed += 1;
  },
  fail: (name, detail, where) => {
    failed += 1;
    console.log(`${where}\n  ${name}\n  ${detail.replaceAll("\n", "\n  ")}\n`);
  },
});
console.log(`${passed} in order, ${failed} not`);
process.exitCode = failed === 0 ? 0 : 1;
