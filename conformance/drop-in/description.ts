/** `/openapi.json` as a judge: finds the operation of a request and holds the answer against its schema. */
import assert from "node:assert/strict";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { Got } from "./service.ts";

interface Described {
  readonly operationId: string;
  readonly responses: Readonly<
    Record<string, { $ref?: string; content?: Record<string, { schema: object }> }>
  >;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: {
    readonly responses: Readonly<Record<string, Described["responses"][string]>>;
  };
}

export interface Description {
  readonly document: Document;
  /** Throws where the answer to a described request is not as described. */
  check(method: string, path: string, got: Got): void;
  /** The paths, as templates. */
  readonly paths: readonly string[];
}

export function readDescription(given: unknown): Description {
  const document = given as Document;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema({ $id: "api", ...document });
  const compiled = new Map<object, ValidateFunction>();
  const validatorOf = (schema: object): ValidateFunction => {
    const known = compiled.get(schema) ?? ajv.compile(rebased(schema));
    compiled.set(schema, known);
    return known;
  };
  const paths = Object.keys(document.paths);
  return {
    document,
    paths,
    check(method, path, got) {
      const operation = document.paths[templateOf(paths, path) ?? ""]?.[method.toLowerCase()];
      if (!operation) {
        assert.ok(
          got.status >= 400 || method === "OPTIONS" || method === "HEAD",
          `${method} ${path} is not described and answers ${got.status}`,
        );
        return;
      }
      if (got.status === 204) {
        assert.ok(
          operation.responses["204"],
          `${method} ${path} answers 204, which is not described`,
        );
        assert.equal(got.text, "");
        return;
      }
      const content = contentOf(document, operation, got.status);
      const type = (got.headers.get("content-type") ?? "").split(";", 1)[0] ?? "";
      const schema = content[type]?.schema;
      assert.ok(
        schema,
        `${method} ${path} answers ${got.status} as ${type}, described are ${Object.keys(content).join(", ")}`,
      );
      const validate = validatorOf(schema);
      const value = /[/+]json$/.test(type) ? got.json : got.text;
      assert.ok(
        validate(value),
        `${method} ${path} ${got.status}: ${ajv.errorsText(validate.errors)}: ${got.text}`,
      );
    },
  };
}

/** `#/components/...` stands in the document, not in the schema that is compiled alone. */
function rebased(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"api#/')) as object;
}

function contentOf(document: Document, operation: Described, status: number) {
  const response = operation.responses[String(status)] ?? operation.responses["default"];
  const name = response?.$ref?.split("/").at(-1);
  return (name ? document.components.responses[name]?.content : response?.content) ?? {};
}

/** The template that a path belongs to; one with more literal parts comes first. */
function templateOf(templates: readonly string[], path: string): string | undefined {
  const parts = partsOf(path.split("?", 1)[0] ?? "");
  const literals = (template: string) =>
    partsOf(template).filter((part) => !part.startsWith("{")).length;
  return templates
    .filter((template) => matches(partsOf(template), parts))
    .sort((one, other) => literals(other) - literals(one))[0];
}

const partsOf = (path: string): string[] => path.replace(/^\//, "").replace(/\/$/, "").split("/");

function matches(template: readonly string[], parts: readonly string[]): boolean {
  const rest = template.at(-1) === "{rest}";
  if (rest ? parts.length < template.length : parts.length !== template.length) return false;
  return template.every((part, i) => part.startsWith("{") || part === parts[i]);
}
