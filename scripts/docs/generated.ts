/** THE table of generated documentation: each file, and what it is made of. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../root.ts";
import { withFigures } from "./benchmarks.ts";
import { withBlock } from "./reference/block.ts";
import { configurationPage } from "./reference/configuration.ts";
import { configurationSchema } from "./reference/configuration-schema.ts";
import { environmentPage } from "./reference/environment.ts";
import { errorsPage } from "./reference/errors.ts";
import { httpPage } from "./reference/http.ts";
import { dropInTable, productsTable } from "./reference/provider-tables.ts";

export interface Generated {
  readonly path: string;
  readonly write: () => string | Promise<string>;
}

export const GENERATED: readonly Generated[] = [
  { path: "docs/reference/errors.md", write: errorsPage },
  { path: "docs/reference/environment.md", write: environmentPage },
  { path: "docs/reference/configuration.md", write: configurationPage },
  { path: "docs/reference/http.md", write: httpPage },
  { path: "packages/server/handstamp.schema.json", write: schemaText },
  { path: "README.md", write: readme },
];

function schemaText(): string {
  return `${JSON.stringify(configurationSchema(), null, 2)}\n`;
}

async function readme(): Promise<string> {
  const text = withFigures(readFileSync(join(ROOT, "README.md"), "utf8"));
  return withBlock(withBlock(text, "products", productsTable()), "drop-in", await dropInTable());
}
