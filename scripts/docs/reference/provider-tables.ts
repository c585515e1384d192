/** The tables of products and of drop-in routes in the README, out of the providers' tables. */
import { PROVIDERS } from "@handstamp/core";
import { serviceOperations } from "./service-operations.ts";
import { code, codes, table } from "./table.ts";

export function productsTable(): string {
  const rows = Object.values(PROVIDERS).map(({ title, products, facts }) => [
    title,
    codes(products.map(({ name }) => name)),
    `${facts.maxTtl / 3600} h`,
  ]);
  return table(["provider", "products", "longest token"], rows);
}

/** Every drop-in route once, whatever its methods. */
export async function dropInTable(): Promise<string> {
  const operations = await serviceOperations();
  const dropIns = operations.filter(({ tag }) => tag.endsWith(" drop-in"));
  const rows = [...new Set(dropIns.map(({ tag }) => tag))].map((tag) => {
    const own = dropIns.filter((each) => each.tag === tag && !each.path.includes("*"));
    const paths = [...new Set(own.map(({ path }) => path))];
    return [tag.replace(" drop-in", ""), paths.map((path) => code(shown(path))).join(" ")];
  });
  return table(["clients of", "routes"], rows);
}

const shown = (path: string) => path.replaceAll(/:(\w+)/g, "{$1}");
