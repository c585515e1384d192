import type { ProviderId } from "@handstamp/protocol";
import type { Mode } from "../../config/config.ts";
import { visible } from "./escape.ts";
import { wrapped } from "./measure.ts";
import type { Canvas } from "./paint.ts";

export interface Started {
  readonly url: string;
  readonly mode: Mode;
  readonly providers: readonly string[];
  readonly notices: readonly string[];
}

/** A first request for each provider that has one without a body. They work as they stand. */
const FIRST_REQUESTS: Readonly<Record<ProviderId, string>> = {
  twilio: "/token?identity=alice",
  agora: "/rtc/lesson-12/publisher/uid/7/",
};

/** What `serve` says when it listens: the address, a request to try, and what to beware of. */
export function banner({ url, mode, providers, notices }: Started, canvas: Canvas): string {
  const { paint } = canvas;
  const lines = [
    `${paint("good", "Handstamp is listening")} on ${paint("strong", url)}  (${providers.join(", ")})`,
  ];
  if (mode === "development")
    lines.push("", ...warning(notices, canvas), "", ...firstRequest(url, providers, canvas));
  else lines.push(...notices.flatMap((notice) => wrapped(visible(notice), canvas.columns)));
  return `${lines.join("\n")}\n`;
}

function warning(
  notices: readonly string[],
  { paint, glyphs, columns }: Canvas,
): readonly string[] {
  const rule = paint("warning", glyphs.done.repeat(Math.min(columns, 80)));
  const text = [
    "Whoever reaches this port gets tokens for any identity they name. It answers this machine alone.",
    ...notices,
    "For production: `npx handstamp init`.",
  ];
  return [
    rule,
    paint("warning", "DEVELOPMENT MODE: nobody is asked who they are"),
    ...text.flatMap((line) => wrapped(visible(line), Math.min(columns, 80))),
    rule,
  ];
}

function firstRequest(
  url: string,
  providers: readonly string[],
  { paint }: Canvas,
): readonly string[] {
  const first = providers.find((id): id is ProviderId => Object.hasOwn(FIRST_REQUESTS, id));
  if (first === undefined) return [];
  return ["Try it:", `  ${paint("strong", `curl '${reachable(url)}${FIRST_REQUESTS[first]}'`)}`];
}

/** An address that listens everywhere is reached, from this machine, as loopback. */
function reachable(url: string): string {
  return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:");
}
