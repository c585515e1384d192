/** Holds a source against the two tables and says what it breaks, and why the rule is there. */
import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { EFFECTS, type Effect } from "./effects.ts";
import { GROUPS, ROOMS, type Room, WORKSPACE } from "./rooms.ts";
import type { Import, Source } from "./source.ts";

export interface Violation {
  readonly path: string;
  readonly line: number;
  /** What was done: "imports ../store/sqlite/index.ts (server/store/*)". */
  readonly found: string;
  /** What may be done instead. */
  readonly rule: string;
  readonly why: string;
}

/** Every rule that the source at this path (from the root) breaks. */
export function violationsOf(path: string, source: Source): Violation[] {
  const place = roomOf(path);
  if (!place) return [homeless(path)];
  return [
    ...source.imports.flatMap((each) => importViolation(path, place, each)),
    ...EFFECTS.filter((effect) => !isInside(path, effect.allowed)).flatMap((effect) =>
      effectViolations(path, effect, source),
    ),
  ];
}

interface Place {
  readonly room: Room;
  /** What `*` stands for in the room's path. */
  readonly instance: string;
}

/** The room of a file: the longest path that fits. */
export function roomOf(path: string): Place | undefined {
  const fits = ROOMS.flatMap((room) => {
    const match = new RegExp(`^${toPattern(room.path)}(/|$)`).exec(path);
    return match ? [{ room, instance: match[1] ?? "", length: match[0].length }] : [];
  });
  return fits.sort((a, b) => b.length - a.length)[0];
}

/** `*` is a folder: it has something behind it. */
function toPattern(path: string): string {
  const escaped = path.replaceAll(".", "\\.");
  return escaped.includes("*") ? `${escaped.replace("*", "([^/]+)")}(?=/)` : `${escaped}()`;
}

function homeless(path: string): Violation {
  return {
    path,
    line: 1,
    found: "stands in a folder that is no room",
    rule: "every source has a room",
    why: "Give the folder a line in scripts/layers/rooms.ts: who may it import, and why?",
  };
}

function importViolation(path: string, place: Place, each: Import): Violation[] {
  const complaint = complaintOf(path, place, each);
  if (complaint === undefined) return [];
  const { room } = place;
  const types = room.types ? `, and types from ${room.types.join(", ")}` : "";
  const may = [...room.may, ...listOf(room.builtins, "Node"), ...listOf(room.packages, "npm")];
  const rule = `${room.name} may import ${may.join(", ") || "nothing"}${types}`;
  return [{ path, line: each.line, found: complaint, rule, why: room.why }];
}

function listOf(allowed: Room["builtins"], all: string): readonly string[] {
  return allowed === "any" ? [`anything from ${all}`] : (allowed ?? []);
}

function complaintOf(path: string, place: Place, each: Import): string | undefined {
  const { specifier } = each;
  if (specifier === undefined) return "imports a module whose name is computed";
  const target = WORKSPACE[specifier] ?? relativeTarget(path, specifier);
  if (target !== undefined) return roomComplaint(place, target, each);
  if (isBuiltin(specifier))
    return isListed(place.room.builtins, specifier) ? undefined : `imports ${specifier}`;
  if (isOwnPackage(specifier)) return `imports ${specifier}, which is no entry of that package`;
  return isListed(place.room.packages, packageOf(specifier)) ? undefined : `imports ${specifier}`;
}

function roomComplaint(place: Place, target: string, each: Import): string | undefined {
  const there = roomOf(target);
  if (!there) return `imports ${each.specifier}, which is in no room`;
  const same = there.room === place.room && there.instance === place.instance;
  if (same || reaches(place.room.may, there.room.name)) return undefined;
  if (each.typeOnly && reaches(place.room.types ?? [], there.room.name)) return undefined;
  return `imports ${each.typeOnly ? "a type from " : ""}${each.specifier} (${there.room.name})`;
}

function reaches(may: readonly string[], room: string): boolean {
  return may.some((name) => (GROUPS[name] ? GROUPS[name](room) : name === room));
}

function relativeTarget(path: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return posix.join(posix.dirname(path), specifier);
}

function isListed(allowed: Room["builtins"], name: string): boolean {
  return allowed === "any" || (allowed?.includes(name) ?? false);
}

function isOwnPackage(specifier: string): boolean {
  return specifier.startsWith("@handstamp/") || specifier.startsWith("#");
}

/** `@noble/hashes/hmac.js` is of `@noble/hashes`. */
function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function effectViolations(path: string, effect: Effect, source: Source): Violation[] {
  const used = source.uses.filter((use) => effect.uses.some((name) => isUse(use.path, name)));
  const brought = source.imports.filter((each) => brings(effect, each));
  const all = [
    ...used.map(({ path: what, line }) => ({ line, found: `uses ${what}` })),
    ...brought.map((each) => ({ line: each.line, found: `imports ${each.specifier}` })),
  ];
  const rule = `${effect.name} may enter in ${effect.allowed.join(", ")}`;
  return all.map(({ line, found }) => ({ path, line, found, rule, why: effect.why }));
}

/** A name with a dot also stands for what is behind it; a bare name, such as `process`, for itself. */
function isUse(path: string, name: string): boolean {
  if (path === name) return true;
  return (name.includes(".") || name === "fetch") && path.startsWith(`${name}.`);
}

function brings(effect: Effect, each: Import): boolean {
  if (each.typeOnly || each.specifier === undefined) return false;
  const names = effect.modules?.[each.specifier];
  if (names === undefined) return false;
  // Without names it is a namespace, a default or a dynamic import: all of the module.
  return names === "any" || each.names.length === 0 || each.names.some((n) => names.includes(n));
}

function isInside(path: string, allowed: readonly string[]): boolean {
  return allowed.some((each) => path === each || path.startsWith(`${each}/`));
}
