import { describeApi } from "../http/openapi.ts";
import type { Operation } from "../http/operation.ts";
import { VERSION } from "../version.ts";

/** `/openapi.json`: made once, when it is first asked for. */
export function openApiOperation(operations: () => readonly Operation[]): Operation {
  let document: Record<string, unknown> | undefined;
  const operation: Operation = {
    id: "openapi",
    tag: "Description",
    access: "public",
    method: "GET",
    path: "/openapi.json",
    summary: "This description",
    answers: { 200: { doc: "OpenAPI 3.1.", schema: { type: "object" } } },
    handle: () => {
      document ??= describeApi([...operations(), operation], { version: VERSION });
      return { status: 200, body: document };
    },
  };
  return operation;
}
