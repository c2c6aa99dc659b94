// How tokens are signed: by `jose` where it does so, else by hand.

import { constants, createHmac, sign as nodeSign } from "node:crypto";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

import { KEYS, SECRETS, SIGNER } from "./keys.mjs";

// The packages lie in .tools/, which is no parent of this file.
const require = createRequire(`${process.env.PORTCULLIS_OIDC}/`);
export const jose = await import(pathToFileURL(require.resolve("jose")));

export const base64url = (bytes) => Buffer.from(bytes).toString("base64url");

const SHA = (alg) => `sha${alg.slice(2)}`;

// The signature by an algorithm over any text (RFC 7518 §3), with any key.
export function signature(alg, key, input, more = {}) {
  if (alg.startsWith("HS")) return createHmac(SHA(alg), key).update(input).digest();
  if (alg === "EdDSA") return nodeSign(null, Buffer.from(input), key.privateKey);
  const options = { key: key.privateKey };
  if (alg.startsWith("ES")) options.dsaEncoding = "ieee-p1363";
  if (alg.startsWith("PS")) {
    options.padding = constants.RSA_PKCS1_PSS_PADDING;
    options.saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  }
  return nodeSign(SHA(alg), Buffer.from(input), { ...options, ...more });
}

// Any bytes as header and payload, signed by hand.
export function byHand(header, payload, alg, key) {
  const input = `${base64url(header)}.${base64url(payload)}`;
  return `${input}.${base64url(signature(alg, key, input))}`;
}

export class Issuer {
  constructor(now) {
    this.now = now;
  }

  // Honest claims for a provider, some of them changed; `undefined` takes one away.
  claims(changed = {}, provider = "login") {
    const { now } = this;
    return {
      iss: `https://${provider}.test`, sub: "ada", aud: "shop", iat: now, exp: now + 600, ...changed,
    };
  }

  // A token of an honest library.
  async sign(alg, claims = this.claims(), header = {}, key = undefined) {
    const kid = SIGNER[alg] ?? alg.toLowerCase();
    const signer = key ?? KEYS[kid]?.privateKey ?? SECRETS[kid];
    return new jose.CompactSign(Buffer.from(JSON.stringify(claims)))
      .setProtectedHeader(JSON.parse(JSON.stringify({ alg, kid, ...header })))
      .sign(signer, { crit: {} });
  }

  // The same put together by hand, with a header that says what it likes.
  bent(header, claims = this.claims(), alg = "RS256", key = KEYS[SIGNER[alg]]) {
    const text = (part) => (typeof part === "string" || Buffer.isBuffer(part) ? part : JSON.stringify(part));
    return byHand(text(header), text(claims), alg, key);
  }
}
