import { isObject, suggest } from "@handstamp/protocol";
import { type Builder, type Check, fail, type Given } from "./check.ts";
import { secondsProblem } from "./rules.ts";
import { layoutOf, type ServiceName } from "./services.ts";

/** A list of names, or an object of names with their seconds, or what the service gives by itself. */
export function privilegesOf(
  service: ServiceName,
  builder: Builder,
  given: Given,
  check: Check,
): [number, number][] {
  const { privileges = builder.privileges(given), privilegeTtl } = given;
  fail(check, "privilegeTtl", privilegeTtl === undefined ? undefined : ttl(privilegeTtl, check));
  const life = privilegeTtl === undefined ? check.ttl : (privilegeTtl as number);
  const named = namesOf(privileges, life, check);
  if (named.length === 0 && !builder.mayHaveNone)
    fail(check, "privileges", "must name at least one");
  const { privileges: known } = layoutOf(service);
  const allowed = service === "rtc" ? (builder.privileges(given) as readonly string[]) : undefined;
  const pairs: [number, number][] = [];
  for (const [name, seconds] of named) {
    const id = Object.hasOwn(known, name) ? known[name] : undefined;
    if (id === undefined)
      fail(check, "privileges", `"${name}" is not known${suggest(name, Object.keys(known))}`);
    else if (allowed && !allowed.includes(name))
      fail(check, "privileges", `${name} is more than a ${String(given["role"])} has`);
    else if (pairs.some(([other]) => other === id))
      fail(check, "privileges", `${name} stands twice`);
    else pairs.push([id, seconds]);
  }
  if (pairs.some(([, seconds]) => seconds === 0))
    check.warnings.push(
      `A privilege of ${service} has 0 seconds, which Agora reads as "until the token expires": the SDK's will-expire callback does not fire for it.`,
    );
  return pairs.sort(([a], [b]) => a - b);
}

function namesOf(privileges: unknown, life: number, check: Check): [string, number][] {
  if (Array.isArray(privileges)) {
    if (privileges.every((name) => typeof name === "string"))
      return privileges.map((name) => [name, life]);
    fail(check, "privileges", "must be names");
  } else if (isObject(privileges)) {
    const pairs = Object.entries(privileges).filter(([, seconds]) => seconds !== undefined);
    for (const [name, seconds] of pairs) fail(check, `privileges/${name}`, ttl(seconds, check));
    return pairs as [string, number][];
  } else if (privileges !== undefined)
    fail(check, "privileges", "must be a list of names, or an object of names with their seconds");
  return [];
}

function ttl(value: unknown, check: Check): string | undefined {
  const problem = secondsProblem(value, 0, check.ttl);
  return problem && `${problem}; a privilege must not outlive its token`;
}
