import { HandstampError } from "@handstamp/protocol";

/**
 * What the API says of a field, in the words of the command line: `/on_behalf/0` is `--on-behalf`.
 *
 * @throws what the work throws, with its fields renamed
 */
export async function inOptions<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HandstampError) || error.fields.length === 0) throw error;
    const lines = error.fields.map(({ pointer, message }) => `${optionOf(pointer)} ${message}`);
    throw new HandstampError(error.code, lines.join("\n"), { fields: error.fields, cause: error });
  }
}

function optionOf(pointer: string): string {
  return `--${(pointer.split("/")[1] ?? "").replaceAll("_", "-")}`;
}
