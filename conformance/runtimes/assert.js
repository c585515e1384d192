/** What the suite needs to compare, on any runtime. */

export function ok(condition, message) {
  if (!condition) throw new Error(message);
}

/** Deep equality of JSON values; the order of an object's keys does not count. */
export function equal(actual, expected) {
  const [a, b] = [canonical(actual), canonical(expected)];
  ok(a === b, `expected ${b}\n     got ${a}`);
}

/** Runs what must be refused with this stable code, or one that matches. */
export function refused(code, run) {
  let value;
  try {
    value = run();
  } catch (error) {
    const fits = code instanceof RegExp ? code.test(error?.code) : error?.code === code;
    ok(fits, `expected ${code}, got ${error?.code ?? error}\n${error?.stack}`);
    return;
  }
  throw new Error(`expected ${code}, got ${canonical(value)}`);
}

export function hexOf(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function bytesOf(hex) {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
    Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
}

function canonical(value) {
  return JSON.stringify(value, (_key, inner) =>
    inner && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
