/** The dashboard asks for what `/metrics` exports, and the metrics name nobody. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { putApiToken } from "./api-token.ts";
import { type Inside, startInside } from "./inside.ts";
import { ask, SETTINGS, signIn } from "./service.ts";

const DASHBOARD = new URL("../../deploy/grafana/handstamp.json", import.meta.url);

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { expr: string }[];
  }[];
}

let service: Inside;
let exported: string;
before(async () => {
  const callers = [...SETTINGS.callers, { api_token: {} }];
  service = await startInside({ ...SETTINGS, callers, limits: { identity: 3 } });
  for (let i = 0; i < 5; i++) await ask(service.url, signIn("alice-in-metrics"));
  await ask(service.url, "no.such.jwt");
  await ask(service.url, signIn("bob-in-metrics"), "{");
  await fetch(`${service.url}/no-such-path-${"x".repeat(50)}`);
  const authorization = `Bearer ${await putApiToken(service.database, ["read"])}`;
  const answer = await fetch(`${service.url}/metrics`, { headers: { authorization } });
  assert.equal(answer.status, 200);
  exported = await answer.text();
});
after(() => service.close());

test("every metric and label of every panel is exported", () => {
  const { panels } = JSON.parse(readFileSync(DASHBOARD, "utf8")) as Dashboard;
  const queries = panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => ({ title, expr })),
  );
  assert.ok(queries.length >= 15);
  for (const { title, expr } of queries) {
    const names = expr.match(/handstamp_\w+/g) ?? [];
    assert.ok(names.length > 0, title);
    for (const name of names) {
      assert.match(exported, new RegExp(`^${name}[ {]`, "m"), `${title} asks for ${name}`);
      for (const label of labelsOf(expr))
        if (!["le", "instance"].includes(label))
          assert.match(
            exported,
            new RegExp(`^${name}\\{[^}]*\\b${label}=`, "m"),
            `${title}: ${name} by ${label}`,
          );
    }
  }
});

const labelsOf = (expr: string): string[] =>
  [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, names = ""]) => names.split(/, */));

test("the promised ones are there: issued, refused, latency, commits, key age, queue", () => {
  for (const line of [
    /^handstamp_tokens_issued_total\{provider="twilio",product="twilio.chat"\} 3$/m,
    /^handstamp_requests_refused_total\{code="rate_limited"\} 2$/m,
    /^handstamp_requests_refused_total\{code="unauthenticated"\} 1$/m,
    /^handstamp_requests_refused_total\{code="not_found"\} 1$/m,
    /^handstamp_http_request_duration_seconds_count\{route="POST \/v1\/tokens",status="201"\} 3$/m,
    /^handstamp_commit_duration_seconds_count [1-9]/m,
    /^handstamp_commit_batch_size_sum [1-9]/m,
    /^handstamp_signing_key_age_seconds \d/m,
    /^handstamp_queue_depth 0$/m,
    /^handstamp_ready 1$/m,
  ])
    assert.match(exported, line);
});

test("no label holds a name, a path or an address", () => {
  for (const part of ["in-metrics", "no-such-path", "127.0.0.1", "IS0a1b"])
    assert.ok(!exported.includes(part), part);
});
