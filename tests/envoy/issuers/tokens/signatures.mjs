// Signatures that are another's, of another form, or of another key's making.

import { constants } from "node:crypto";

import { KEYS, SIGNER } from "./keys.mjs";
import { base64url, signature } from "./sign.mjs";

// The order of P-256 (SEC 2 §2.4.2).
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
// The order of the base point of Ed25519 (RFC 8032 §5.1).
const L = 2n ** 252n + 27742317777372353535851937790883648493n;

const number = (bytes) => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
const bytes = (value) => Buffer.from(value.toString(16).padStart(64, "0"), "hex");

export async function signatures(issuer, add) {
  const signed = (alg, sign, claims = issuer.claims()) => {
    const head = base64url(JSON.stringify({ alg, kid: SIGNER[alg] }));
    const input = `${head}.${base64url(JSON.stringify(claims))}`;
    return `${input}.${base64url(sign(input))}`;
  };
  const bad = (name, token) => add("signature", name, token, "jwt.bad_signature");
  for (const alg of Object.keys(SIGNER)) {
    const length = signature(alg, KEYS[SIGNER[alg]], "x").length;
    const plain = (input) => signature(alg, KEYS[SIGNER[alg]], input);
    bad(`${alg} of nothing`, signed(alg, () => Buffer.alloc(0)));
    bad(`${alg} of zeros`, signed(alg, () => Buffer.alloc(length)));
    bad(`${alg} of ones`, signed(alg, () => Buffer.alloc(length, 0xff)));
    bad(`${alg} with a byte more`, signed(alg, (input) => Buffer.concat([plain(input), Buffer.alloc(1)])));
    bad(`${alg} with a byte less`, signed(alg, (input) => plain(input).subarray(0, -1)));
    bad(`${alg} with a zero before`, signed(alg, (input) => Buffer.concat([Buffer.alloc(1), plain(input)])));
    bad(`${alg} of another token`, signed(alg, () => plain("other")));
    bad(`${alg} of the claims alone`, signed(alg, (input) => plain(input.split(".")[1])));
  }
  // Another digest or padding than the header says, by the right key.
  for (const [alg, by] of [["RS256", "RS384"], ["RS256", "PS256"], ["PS256", "RS256"], ["PS256", "PS512"], ["RS512", "RS256"]]) {
    bad(`${alg} signed as ${by}`, signed(alg, (input) => signature(by, KEYS.rsa, input)));
  }
  // RFC 7518 §3.5: the salt is as long as the digest.
  for (const saltLength of [0, 20, constants.RSA_PSS_SALTLEN_MAX_SIGN]) {
    bad(`PS256 with a salt of ${saltLength}`, signed("PS256", (input) => signature("PS256", KEYS.rsa, input, { saltLength })));
  }
  // RFC 7518 §3.4: r and s side by side, not DER.
  bad("ES256 in DER", signed("ES256", (input) => signature("ES256", KEYS.es256, input, { dsaEncoding: "der" })));
  const es256 = (input) => signature("ES256", KEYS.es256, input);
  const halves = (input) => [es256(input).subarray(0, 32), es256(input).subarray(32)];
  bad("ES256 with r and s exchanged", signed("ES256", (input) => Buffer.concat(halves(input).reverse())));
  bad("ES256 with r of zero", signed("ES256", (input) => Buffer.concat([Buffer.alloc(32), halves(input)[1]])));
  bad("ES256 with s of zero", signed("ES256", (input) => Buffer.concat([halves(input)[0], Buffer.alloc(32)])));
  bad("ES256 with s of the order", signed("ES256", (input) => Buffer.concat([halves(input)[0], bytes(ORDER)])));
  // The other of the two signatures that ECDSA has for each; RFC 7518 forbids neither.
  add("none", "ES256 with n - s", signed("ES256", (input) => {
    const whole = es256(input);
    return Buffer.concat([whole.subarray(0, 32), bytes(ORDER - number(whole.subarray(32)))]);
  }), "permit");
  // RFC 8032 §5.1.7: S is below L, or one signature would be several.
  bad("EdDSA with S + L", signed("EdDSA", (input) => {
    const whole = signature("EdDSA", KEYS.ed, input);
    const s = number(Buffer.from(whole.subarray(32)).reverse()) + L;
    return Buffer.concat([whole.subarray(0, 32), bytes(s).reverse()]);
  }));
  const [head, , tag] = (await issuer.sign("RS256")).split(".");
  const claims = base64url(JSON.stringify(issuer.claims({ sub: "mallory" })));
  bad("RS256 with other claims", `${head}.${claims}.${tag}`);
  const api = await issuer.sign("ES256", issuer.claims({}, "api"), { typ: "at+jwt" });
  add("issuer", "a token of another provider with the same keys", api, "jwt.unknown_issuer");
}
