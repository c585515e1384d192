/** `npm run lint`: format, rules, types and layers. `npm run format` mends what can be mended. */
import { parseArgs } from "node:util";
import { runStep, STEPS } from "./lint/steps.ts";

const { values } = parseArgs({
  options: { write: { type: "boolean", default: false }, only: { type: "string", multiple: true } },
});

const chosen = STEPS.filter(({ name }) => !values.only || values.only.includes(name));
if (chosen.length === 0) throw new Error(`known are ${STEPS.map(({ name }) => name).join(", ")}`);

let failed = 0;
for (const step of chosen) {
  const began = performance.now();
  const { status, output } = runStep(step, values.write);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${status === 0 ? "ok    " : "FAILED"} ${step.name}: ${step.finds}  ${seconds} s`);
  if (status === 0) continue;
  failed += 1;
  console.log(output);
}
process.exitCode = failed === 0 ? 0 : 1;
