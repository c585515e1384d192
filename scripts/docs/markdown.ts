/** As much of Markdown as the checks need: links, headings and fenced blocks. */

/** What is wrong on a page. */
export interface Problem {
  readonly line: number;
  readonly message: string;
}

export interface Link {
  readonly target: string;
  readonly line: number;
}

export interface Fence {
  readonly language: string;
  readonly code: string;
  /** The line of its first line of code. */
  readonly line: number;
}

const LINK = /\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g;

/** Every inline link and image outside of code. */
export function linksOf(text: string): Link[] {
  return proseLines(text).flatMap(({ content, line }) =>
    [...content.replace(/`[^`]*`/g, "").matchAll(LINK)].map((match) => ({
      target: match[1] ?? "",
      line,
    })),
  );
}

/** The anchors of a page, as GitHub makes them from its headings. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const { content } of proseLines(text)) {
    const heading = /^#{1,6}\s+(.+?)\s*#*$/.exec(content)?.[1];
    if (heading === undefined) continue;
    const base = slug(heading);
    let anchor = base;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${base}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}

function slug(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(" ", "-");
}

export function fencesOf(text: string): Fence[] {
  const fences: Fence[] = [];
  let open: { mark: string; language: string; line: number; code: string[] } | undefined;
  for (const [i, content] of text.split("\n").entries()) {
    const mark = /^\s*(`{3,}|~{3,})(.*)$/.exec(content);
    if (open && mark?.[1]?.startsWith(open.mark) && mark[2]?.trim() === "") {
      fences.push({ language: open.language, code: open.code.join("\n"), line: open.line });
      open = undefined;
    } else if (open) open.code.push(content);
    else if (mark)
      open = { mark: mark[1] ?? "", language: mark[2]?.trim() ?? "", line: i + 2, code: [] };
  }
  return fences;
}

function proseLines(text: string): { content: string; line: number }[] {
  const fenced = new Set(
    fencesOf(text).flatMap(({ code, line }) => code.split("\n").map((_, i) => line + i)),
  );
  return text
    .split("\n")
    .map((content, i) => ({ content, line: i + 1 }))
    .filter(({ line }) => !fenced.has(line));
}
