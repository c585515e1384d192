/** `docs/reference/http.md`, out of the list of routes that the router itself is made of. */
import type { Operation } from "../../../packages/server/src/http/operation.ts";
import { serviceOperations } from "./service-operations.ts";
import { code, made, table } from "./table.ts";

export async function httpPage(): Promise<string> {
  const operations = await serviceOperations();
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  const sections = tags.map((tag) => {
    const rows = merged(operations.filter((each) => each.tag === tag)).map(rowOf);
    return `## ${tag}\n\n${table(["route", "for", "who"], rows)}`;
  });
  return `# HTTP

${made("the service's own list of routes")}

\`GET /openapi.json\` of a running service describes every body and answer (OpenAPI 3.1). Native routes
fail with problem details whose \`code\` is one of [errors.md](errors.md); drop-in routes keep the shapes
and statuses of the servers that they stand for, and add \`expires_at\` and \`refresh_at\`.

**Who**: "anyone" needs no credential, "caller" a known caller, anything else is a scope that the
caller's API token must have; signed-in users have \`mint\`.

${sections.join("\n\n")}
`;
}

interface Row extends Pick<Operation, "path" | "summary" | "access"> {
  readonly methods: readonly string[];
}

/** What differs in its method alone stands in one line. */
function merged(operations: readonly Operation[]): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const { method, path, summary, access } of operations) {
    const name = `${path} ${summary} ${access}`;
    rows.set(name, {
      path,
      summary,
      access,
      methods: [...(rows.get(name)?.methods ?? []), method],
    });
  }
  return [...rows.values()];
}

function rowOf({ methods, path, summary, access }: Row): string[] {
  return [code(`${methods.join(", ")} ${path}`), summary, WHO[access] ?? code(access)];
}

const WHO: Readonly<Record<string, string>> = { public: "anyone", caller: "caller" };
