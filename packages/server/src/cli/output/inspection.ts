/** An inspection as a person reads it: what is wrong first, then who, what and when, then the parts. */
import { type Finding, type Inspection, type Part, PROVIDERS } from "@handstamp/core";
import { byteTable } from "./bytes.ts";
import { safeJson, visible } from "./escape.ts";
import { grantTable } from "./grants.ts";
import { shortened, wrapped } from "./measure.ts";
import type { Canvas } from "./paint.ts";
import { type Row, table } from "./table.ts";
import { duration, local, relative } from "./time.ts";
import { timeline } from "./timeline.ts";

export interface Shown {
  readonly inspection: Inspection;
  /** The token's own text, to show what has no decoded value. */
  readonly text: string;
  /** Unix seconds. */
  readonly now: number;
  /** Binary parts byte by byte. */
  readonly bytes: boolean;
}

type Section = (shown: Shown, canvas: Canvas) => readonly string[];

const SECTIONS: readonly Section[] = [verdict, problems, facts, life, grants, parts];

export function renderInspection(shown: Shown, canvas: Canvas): string {
  return SECTIONS.map((section) => section(shown, canvas))
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function verdict({ inspection }: Shown, { paint, glyphs }: Canvas): readonly string[] {
  const [style, words] = judgement(inspection);
  const name = paint("heading", visible(inspection.format));
  return [`${paint(style, glyphs[style])} ${name}: ${paint(style, words)}`];
}

function judgement({
  provider,
  problems: all,
  verified,
}: Inspection): readonly ["error" | "warning" | "good" | "info", string] {
  const has = (severity: Finding["severity"]) =>
    all.some((finding) => finding.severity === severity);
  if (provider === null) return ["error", "not a token that is known here"];
  if (has("error")) return ["error", "would be refused"];
  const found = verified ? "valid" : "nothing wrong to be seen, signature not checked";
  if (has("warning")) return ["warning", `${found}, and there is something to mind`];
  return [verified ? "good" : "info", found];
}

function problems({ inspection }: Shown, canvas: Canvas): readonly string[] {
  const title = inspection.provider === null ? "" : PROVIDERS[inspection.provider].title;
  return groups(inspection.problems).flatMap((group) => problem(group, title, canvas));
}

type Group = readonly [Finding, ...Finding[]];

/** What has one cause and one mend, such as five privileges that have expired, is said together. */
function groups(findings: readonly Finding[]): readonly Group[] {
  const all = new Map<string, [Finding, ...Finding[]]>();
  for (const finding of findings) {
    const key = `${finding.severity} ${finding.code} ${finding.mend}`;
    const group = all.get(key);
    if (group) group.push(finding);
    else all.set(key, [finding]);
  }
  return [...all.values()];
}

function problem(group: Group, title: string, canvas: Canvas): readonly string[] {
  const { paint, glyphs, columns } = canvas;
  const [{ severity, mend, code, providerCode }] = group;
  const pointers = group.map(({ pointer }) => pointer).filter((pointer) => pointer !== undefined);
  const tag = [
    code,
    providerCode === undefined ? "" : `${title} ${providerCode}`,
    pointers[0] ?? "",
  ];
  const more = pointers.length > 1 ? ` and ${pointers.length - 1} more` : "";
  const sign = paint(severity, glyphs[severity]);
  const arrow = `  ${paint("good", glyphs.mend)}`;
  return [
    ...group.flatMap(({ message }) => hanging(sign, wrapped(visible(message), columns - 4))),
    ...(mend === "" ? [] : hanging(arrow, wrapped(visible(mend), columns - 6))),
    `    ${paint("quiet", visible(tag.filter(Boolean).join("  ") + more))}`,
  ];
}

/** Lines of which the first follows a sign and the others stand under it. */
function hanging(sign: string, [first = "", ...rest]: readonly string[]): readonly string[] {
  const indent = " ".repeat(sign.startsWith(" ") ? 6 : 4);
  return [`  ${sign} ${first}`, ...rest.map((line) => `${indent}${line}`)];
}

const SIGNATURES = {
  true: ["matches", "good"],
  false: ["does not match", "error"],
  null: ["not checked: there is no key for it here", undefined],
} as const;

function facts({ inspection, now }: Shown, canvas: Canvas): readonly string[] {
  const { identity, account, keyId, id, issuedAt, notBefore, expiresAt, verified, provider } =
    inspection;
  const rows: (Row | undefined)[] = [
    identity === undefined
      ? undefined
      : ["identity", identity === "" ? "(nobody)" : visible(identity), "strong"],
    account === undefined ? undefined : ["account", visible(account)],
    provider === null ? undefined : signature(verified, keyId),
    id === undefined ? undefined : ["id", visible(id)],
    when("issued", issuedAt, now),
    when("valid from", notBefore, now),
    when(expiresAt !== undefined && expiresAt <= now ? "expired" : "expires", expiresAt, now),
    issuedAt === undefined || expiresAt === undefined || expiresAt <= issuedAt
      ? undefined
      : ["lives", duration(expiresAt - issuedAt)],
  ];
  return table(
    rows.filter((row) => row !== undefined),
    canvas,
  );
}

function signature(verified: boolean | null, keyId: string | undefined): Row {
  const [word, style] = SIGNATURES[`${verified}`];
  const text = keyId === undefined ? word : `${word} (${visible(keyId)})`;
  return style === undefined ? ["signature", text] : ["signature", text, style];
}

function when(name: string, at: number | undefined, now: number): Row | undefined {
  return at === undefined ? undefined : [name, `${local(at)}, ${relative(at, now)}`];
}

function life({ inspection, now }: Shown, canvas: Canvas): readonly string[] {
  const { issuedAt, notBefore, expiresAt } = inspection;
  const start = issuedAt ?? notBefore;
  if (start === undefined || expiresAt === undefined) return [];
  return timeline({ start, end: expiresAt, now }, canvas);
}

function grants({ inspection }: Shown, canvas: Canvas): readonly string[] {
  if (inspection.grants === undefined) return [];
  return [canvas.paint("heading", "Grants"), ...grantTable(inspection.grants, canvas)];
}

function parts(shown: Shown, canvas: Canvas): readonly string[] {
  const blocks = shown.inspection.parts.map((part) => onePart(part, shown, canvas));
  return blocks.flatMap((block, i) => (i === 0 ? block : ["", ...block]));
}

function onePart(part: Part, { text, bytes }: Shown, canvas: Canvas): readonly string[] {
  const [start, end] = part.range;
  const heading = canvas.paint("heading", visible(capital(part.name)));
  const place = canvas.paint("quiet", `characters ${start} to ${end}`);
  return [`${heading}  ${place}`, ...content(part, text.slice(start, end), bytes, canvas)];
}

function content(part: Part, slice: string, bytes: boolean, canvas: Canvas): readonly string[] {
  if (part.bytes && bytes) return byteTable(part.bytes, canvas);
  if (part.value !== undefined) return layout(part.value);
  const raw = `  ${shortened(visible(slice), canvas.columns - 4)}`;
  if (!part.bytes) return [raw];
  return [raw, `  ${canvas.paint("quiet", `${part.bytes.length} fields: --bytes shows each`)}`];
}

function layout(value: unknown): readonly string[] {
  return safeJson(value, 2)
    .split("\n")
    .map((line) => `  ${line}`);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
