/**
 * One suite for every JavaScript runtime. It takes the library as its argument and uses nothing but
 * the language, so that it runs where there is no test framework.
 */

import { bytesOf, equal, hexOf, ok, refused } from "./assert.js";
import { AGORA, NOW, TWILIO } from "./inputs.js";
import { portCases } from "./ports.js";
import { agoraContent, twilioToken } from "./vectors.js";

/**
 * Runs every case.
 *
 * @param library `core`, `twilio` and `agora` as the package exports them; `ports`, by name: the
 *   platform files that this runtime can load
 * @returns a list of `{ name, ok, error }`
 */
export function runSuite(library) {
  const cases = { ...portCases(library.ports), ...TWILIO_CASES, ...AGORA_CASES, ...INSPECT_CASES };
  return Object.entries(cases).map(([name, run]) => {
    try {
      run(library);
      return { name, ok: true };
    } catch (error) {
      return { name, ok: false, error: error instanceof Error ? `${error.stack}` : String(error) };
    }
  });
}

const random = () => Uint8Array.from(TWILIO.random);
const mintTwilio = ({ twilio }, more = {}) =>
  twilio.mintAccessToken({ ...TWILIO, random, now: NOW, ...more });
const verifyTwilio = ({ twilio }, token, more = {}) =>
  twilio.verifyAccessToken(token, { keySecret: TWILIO.keySecret, now: NOW, ...more });
const [header, payload, signature] = twilioToken.split(".");

const TWILIO_CASES = {
  "twilio: the token is the vendor's, byte for byte": (library) => {
    const minted = mintTwilio(library);
    equal(minted.token, twilioToken);
    equal(minted.id, `${TWILIO.keySid}-${hexOf(random())}`);
    equal(minted.expiresAt, NOW + TWILIO.ttl);
  },
  "twilio: verifies the vendor's token": (library) => {
    const { identity, grants, region } = verifyTwilio(library, twilioToken);
    equal({ identity, grants, region }, pick(TWILIO, "identity", "grants", "region"));
  },
  "twilio: without `now` and `random` two tokens differ": ({ twilio }) => {
    const [a, b] = [twilio.mintAccessToken(TWILIO_BARE), twilio.mintAccessToken(TWILIO_BARE)];
    ok(a.id !== b.id, "the ids are the same");
    ok(Math.abs(a.issuedAt - Date.now() / 1000) < 60, "the time is not now");
    twilio.verifyAccessToken(a.token, { keySecret: TWILIO.keySecret });
  },
  "twilio: refuses another secret": (library) =>
    refused("token_signature_invalid", () =>
      verifyTwilio(library, twilioToken, { keySecret: `${TWILIO.keySecret}!` }),
    ),
  "twilio: refuses an expired token": (library) =>
    refused("token_expired", () => verifyTwilio(library, twilioToken, { now: NOW + TWILIO.ttl })),
  "twilio: refuses a changed payload": (library) =>
    refused("token_signature_invalid", () =>
      verifyTwilio(
        library,
        [header, encode(library, { sub: TWILIO.accountSid }), signature].join("."),
      ),
    ),
  "twilio: refuses alg none": (library) =>
    refused("token_header_invalid", () =>
      verifyTwilio(library, withHeader(library, { alg: "none" })),
    ),
  "twilio: refuses crit": (library) =>
    refused("token_header_invalid", () =>
      verifyTwilio(library, withHeader(library, { alg: "HS256", crit: ["exp"] })),
    ),
  "twilio: refuses a key inside the header": (library) =>
    refused("token_header_invalid", () =>
      verifyTwilio(library, withHeader(library, { alg: "HS256", jwk: {} })),
    ),
  "twilio: refuses padding": (library) =>
    refused("token_malformed", () => verifyTwilio(library, `${twilioToken}=`)),
  "twilio: refuses stray last bits": (library) =>
    refused("token_malformed", () => verifyTwilio(library, strayBits(twilioToken))),
  "twilio: refuses white space": (library) =>
    refused("token_malformed", () => verifyTwilio(library, `${twilioToken}\n`)),
  "twilio: refuses a fourth part": (library) =>
    refused("token_malformed", () => verifyTwilio(library, `${twilioToken}.x`)),
  "twilio: refuses a token that is too large": (library) =>
    refused("token_too_large", () => verifyTwilio(library, `${header}.${"A".repeat(9000)}.x`)),
  "twilio: refuses a short secret": (library) =>
    refused("key_invalid", () => mintTwilio(library, { keySecret: "short" })),
  "twilio: refuses more than a day": (library) =>
    refused("ttl_invalid", () => mintTwilio(library, { ttl: 86_401 })),
};

const mintAgora = ({ agora }, more = {}) => agora.mintToken({ ...AGORA, now: NOW, ...more });
const verifyAgora = ({ agora }, token, more = {}) =>
  agora.verifyToken(token, { appCertificate: AGORA.appCertificate, now: NOW, ...more });

const AGORA_CASES = {
  "agora: the content is the vendor's, byte for byte": (library) => {
    const { token } = mintAgora(library);
    equal(token.slice(0, 3), "007");
    equal(hexOf(unpack(library, token)), agoraContent);
  },
  "agora: verifies a token that was compressed elsewhere": (library) => {
    const verified = verifyAgora(library, pack(library, bytesOf(agoraContent)));
    equal(verified.id, mintAgora(library).id);
    equal(verified.services.length, 2);
    equal(verified.expiresAt, NOW + AGORA.ttl);
  },
  "agora: a 006 token is made and verified": (library) => {
    const services = { rtc: AGORA.services.rtc };
    const { token } = mintAgora(library, { version: 6, services });
    equal(token.slice(0, 3), "006");
    const { channel, uid } = services.rtc;
    verifyAgora(library, token, { channel, uid });
    refused("token_claims_invalid", () => verifyAgora(library, token, { channel: "other", uid }));
  },
  "agora: without `now` and `salt` two tokens differ": ({ agora }) => {
    const { salt: _, ...params } = AGORA;
    ok(agora.mintToken(params).id !== agora.mintToken(params).id, "the ids are the same");
  },
  "agora: refuses another certificate": (library) =>
    refused("token_signature_invalid", () =>
      verifyAgora(library, mintAgora(library).token, { appCertificate: AGORA.appId }),
    ),
  "agora: refuses an expired token": (library) =>
    refused("token_expired", () =>
      verifyAgora(library, mintAgora(library).token, { now: NOW + AGORA.ttl + 1 }),
    ),
  "agora: refuses every changed byte": (library) => {
    const content = bytesOf(agoraContent);
    for (let i = 0; i < content.length; i++) {
      const changed = Uint8Array.from(content);
      changed[i] ^= 1;
      refused(/^token_/, () => verifyAgora(library, pack(library, changed)));
    }
  },
  "agora: refuses every cut": (library) => {
    const { token } = mintAgora(library);
    for (let length = 0; length < token.length; length++)
      refused("token_malformed", () => verifyAgora(library, token.slice(0, length)));
  },
  "agora: refuses a wrong checksum": (library) => {
    const zlib = deflated(library, bytesOf(agoraContent));
    zlib[zlib.length - 1] ^= 1;
    refused("token_malformed", () => verifyAgora(library, armour(library, zlib)));
  },
  "agora: refuses a token that inflates without end": (library) =>
    refused("token_malformed", () =>
      verifyAgora(library, pack(library, new Uint8Array(4_000_000))),
    ),
  "agora: refuses a retired format": (library) =>
    refused("token_malformed", () => verifyAgora(library, `005${"A".repeat(80)}`)),
  "agora: refuses milliseconds": (library) =>
    refused("ttl_invalid", () => mintAgora(library, { ttl: 3_600_000 })),
};

const INSPECT_CASES = {
  "inspect: a Twilio token and its key": ({ core }) => {
    const key = { account: TWILIO.accountSid, id: TWILIO.keySid, secret: TWILIO.keySecret };
    const seen = core.inspect(twilioToken, { keys: [key], now: NOW });
    equal(pick(seen, "provider", "verified", "identity"), {
      provider: "twilio",
      verified: true,
      identity: TWILIO.identity,
    });
  },
  "inspect: an Agora token without a key": (library) => {
    const seen = library.core.inspect(mintAgora(library).token, { now: NOW });
    equal(pick(seen, "provider", "verified"), { provider: "agora", verified: null });
  },
  "inspect: never throws": ({ core }) => {
    for (const text of ["", "x", "a.b.c", "007", "007!", "006", "eyJ.eyJ.x", null, 7, "\ud800.."])
      ok(Array.isArray(core.inspect(text).problems), "there is no list of problems");
  },
};

const { now: _now, random: _random, ...TWILIO_BARE } = TWILIO;

function pick(object, ...names) {
  return Object.fromEntries(names.map((name) => [name, object[name]]));
}

/** JSON as base64url, by the plainest of the ports. */
function encode({ ports }, value) {
  return ports.web.encodeBase64url(JSON.stringify(value));
}

/** A token with this header and a true signature: only the header can be what is refused. */
function withHeader(library, value) {
  const signed = `${encode(library, { typ: "JWT", cty: "twilio-fpa;v=1", ...value })}.${payload}`;
  return `${signed}.${library.ports.web.hmacSha256Base64url(TWILIO.keySecret, signed)}`;
}

/** The same bytes spelt differently: the last character of 43 has two bits that mean nothing. */
function strayBits(token) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return token.slice(0, -1) + alphabet[alphabet.indexOf(token.at(-1)) ^ 1];
}

const deflated = ({ ports }, content) => ports.web.deflate(content);
const armour = ({ ports }, zlib) => `007${ports.web.encodeBase64(zlib)}`;
const pack = (library, content) => armour(library, deflated(library, content));

function unpack({ ports }, token) {
  return ports.web.inflate(ports.web.decodeBase64(token.slice(3)), 65_536);
}
