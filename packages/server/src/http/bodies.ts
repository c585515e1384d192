/** The two kinds of body that are read: JSON and a form. Both are UTF-8, and nothing else is guessed. */
import { HandstampError } from "@handstamp/protocol";
import type { FastifyInstance } from "fastify";

/**
 * Replaces Fastify's parsers. Theirs turn bytes that are no UTF-8 into U+FFFD, so that two people
 * could become one, and take text/plain, which any page of the web may post without asking.
 */
export function readBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body, done) => {
    const text = decode(body as Buffer);
    if (text instanceof Error) done(text);
    // Many clients say JSON and send nothing: that is no body, and the operation says if it needs one.
    else if (text === "") done(null, undefined);
    else if (nests(text, MAX_DEPTH)) done(tooDeep());
    else void parseJson(request, text, done);
  });
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "buffer" },
    async (_request: unknown, body: Buffer) => parseForm(decode(body)),
  );
}

/** Twice what any request needs; beyond it lies only what walks a stack to its end. */
const MAX_DEPTH = 32;

/** Whether JSON nests deeper than so many levels: counted in the text, before anything is made of it. */
function nests(text: string, most: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (quoted && char === "\\") i++;
    else if (char === '"') quoted = !quoted;
    else if (!quoted && (char === "{" || char === "[") && ++depth > most) return true;
    else if (!quoted && (char === "}" || char === "]")) depth--;
  }
  return false;
}

function tooDeep(): HandstampError {
  return new HandstampError("invalid_request", `The body nests deeper than ${MAX_DEPTH} levels.`);
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

function decode(bytes: Buffer): string | HandstampError {
  try {
    return UTF8.decode(bytes);
  } catch {
    return new HandstampError("invalid_request", "The body is not UTF-8.");
  }
}

/**
 * A form's fields; one that stands twice becomes a list, which no shape takes.
 *
 * @throws HandstampError `invalid_request` for text that is not percent-encoded UTF-8
 */
export function parseForm(text: string | HandstampError): Record<string, string | string[]> {
  if (text instanceof Error) throw text;
  // Without a prototype, a field named __proto__ is a field.
  const fields = Object.create(null) as Record<string, string | string[]>;
  for (const pair of text.split("&").filter(Boolean)) {
    const at = pair.indexOf("=");
    const name = unescape(at < 0 ? pair : pair.slice(0, at));
    const value = at < 0 ? "" : unescape(pair.slice(at + 1));
    const before = fields[name];
    fields[name] = before === undefined ? value : [before, value].flat();
  }
  return fields;
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new HandstampError("invalid_request", "The form is not percent-encoded UTF-8.");
  }
}
