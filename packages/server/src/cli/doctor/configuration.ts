import { isHandstampError } from "@handstamp/protocol";
import { type Check, error, type Outcome, ok, type Patient, warning } from "./check.ts";

export const configurationCheck: Check = {
  name: "configuration",
  run: (patient) => (patient.refusal === null ? described(patient) : refused(patient.refusal)),
};

function described({ config }: Patient): readonly Outcome[] {
  if (config === null) return [];
  if (config.projects.length === 0)
    return [
      warning(
        "no credentials and no handstamp.yaml: `serve` starts in development mode with keys that it makes up",
        "For real tokens set a provider's credentials; for production run `handstamp init`.",
      ),
    ];
  const from = config.file === null ? "the environment" : `${config.file} and the environment`;
  const read = ok(`${config.mode} mode, read from ${from}`);
  const notices = config.notices.map((notice) =>
    warning(notice, "Set a provider's credentials to get tokens that it accepts."),
  );
  return [read, ...notices];
}

/** One problem for each setting that is wrong; the messages say the mend themselves. */
function refused(refusal: unknown): readonly Outcome[] {
  if (!isHandstampError(refusal))
    return [error("it cannot be read", "Look at the error that `handstamp serve` prints.")];
  return refusal.message.split("\n").map((message) => ({ status: "error", message }));
}
