import { s } from "@handstamp/protocol";
import type { Operation } from "../http/operation.ts";

const STATUS = s.object({ status: s.choice(["ok", "not ready"]) });
const common = { tag: "Health", access: "public", method: "GET" } as const;

/** Live: the process answers. Ready: it can issue tokens, and a load balancer may send it requests. */
export function healthOperations(isReady: () => boolean): readonly Operation[] {
  return [
    {
      ...common,
      id: "healthLive",
      path: "/health/live",
      summary: "Is the process alive?",
      answers: { 200: { doc: "It is.", shape: STATUS } },
      handle: () => ({ status: 200, body: { status: "ok" } }),
    },
    {
      ...common,
      id: "healthReady",
      path: "/health/ready",
      summary: "Can it issue tokens?",
      answers: { 200: { doc: "It can.", shape: STATUS }, 503: { doc: "Not now.", shape: STATUS } },
      handle: () =>
        isReady()
          ? { status: 200, body: { status: "ok" } }
          : { status: 503, body: { status: "not ready" }, headers: { "retry-after": "2" } },
    },
  ];
}
