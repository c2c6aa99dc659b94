// The issuer's keys: fresh ones at each run.

import { generateKeyPairSync, randomBytes } from "node:crypto";

const rsa = () => generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = (namedCurve) => generateKeyPairSync("ec", { namedCurve });

// What a key says of itself beside its kid: an RSA key without `alg` may sign by any RSA algorithm.
const pair = (made, more = {}) => ({ ...made, more });

export const KEYS = {
  rsa: pair(rsa(), { use: "sig" }),
  // Bound to one algorithm by its own words.
  rs256: pair(rsa(), { use: "sig", alg: "RS256" }),
  es256: pair(ec("P-256"), { use: "sig", alg: "ES256" }),
  es384: pair(ec("P-384"), { use: "sig", alg: "ES384" }),
  ed: pair(generateKeyPairSync("ed25519"), { use: "sig", alg: "EdDSA" }),
  // Not for signatures, by their own words.
  enc: pair(rsa(), { use: "enc" }),
  signs: pair(rsa(), { key_ops: ["sign"] }),
};

// Somebody else's keys, under no name of their own.
export const FOREIGN = {
  rsa: pair(rsa()),
  es256: pair(ec("P-256")),
  es384: pair(ec("P-384")),
  ed: pair(generateKeyPairSync("ed25519")),
  p521: pair(ec("P-521")),
};

export const SECRETS = {
  hs256: randomBytes(32),
  hs384: randomBytes(48),
  hs512: randomBytes(64),
};

// The kid that signs by each algorithm.
export const SIGNER = {
  RS256: "rsa", RS384: "rsa", RS512: "rsa",
  PS256: "rsa", PS384: "rsa", PS512: "rsa",
  ES256: "es256", ES384: "es384", EdDSA: "ed",
};

export const jwk = (key) => key.publicKey.export({ format: "jwk" });

// The key sets of the two kinds of provider: those that sign with keys, and the one with secrets.
export function published(keys) {
  const open = Object.entries(keys).map(([kid, key]) => ({ ...jwk(key), ...key.more, kid }));
  const secret = Object.entries(SECRETS).map(([kid, k]) => ({
    kty: "oct", kid, alg: kid.toUpperCase(), use: "sig", k: k.toString("base64url"),
  }));
  return { open: { keys: open }, secret: { keys: secret } };
}
