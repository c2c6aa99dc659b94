// Tokens that are to be taken, and those of other kinds than the provider's.

import { KEYS, SIGNER } from "./keys.mjs";
import { jose } from "./sign.mjs";

export async function good(issuer, add) {
  const { now } = issuer;
  for (const alg of Object.keys(SIGNER)) {
    for (const typ of [undefined, "JWT", "jwt", "at+jwt", "application/at+JWT"]) {
      add("none", `${alg} typ ${typ}`, await issuer.sign(alg, issuer.claims(), { typ }), "permit");
    }
    // What a reader does not know in a header it ignores (RFC 7515 §4).
    for (const more of [{ x: [1, { y: null }] }, { cty: "JWT" }, { zip: "DEF" }, { x5t: "AAAA" }, { nonce: "n" }]) {
      const [name] = Object.keys(more);
      add("ignored-member", `${alg} ${name}`, await issuer.sign(alg, issuer.claims(), more), "permit");
    }
  }
  for (const alg of ["HS256", "HS384", "HS512"]) {
    const claims = issuer.claims({}, "secret");
    add("none", alg, await issuer.sign(alg, claims), "permit", { provider: "secret" });
  }
  const signed = await new jose.SignJWT({ scope: "a b" })
    .setProtectedHeader({ alg: "PS256", kid: "rsa", typ: "JWT" })
    .setIssuer("https://login.test").setAudience(["other", "shop"]).setSubject("ada")
    .setIssuedAt(now).setNotBefore(now).setExpirationTime(now + 60).setJti("1")
    .sign(KEYS.rsa.privateKey);
  add("none", "SignJWT with everything", signed, "permit");

  await profiles(issuer, add);
}

// Access tokens after RFC 9068, ID tokens where none is taken, tokens that live too long.
async function profiles(issuer, add) {
  const { now } = issuer;
  const api = (changed) => issuer.claims({ jti: "1", client_id: "web", ...changed }, "api");
  const typed = { typ: "at+jwt" };
  for (const typ of ["at+jwt", "AT+JWT", "application/at+jwt"]) {
    add("none", `access token typ ${typ}`, await issuer.sign("ES256", api(), { typ }), "permit", { provider: "api" });
  }
  for (const typ of [undefined, "JWT", "id+jwt", "at+jwt;v=1"]) {
    const token = await issuer.sign("ES256", api(), { typ });
    add("profile", `access token typ ${typ}`, token, "jwt.bad_type", { provider: "api" });
  }
  for (const name of ["jti", "sub", "client_id", "iat"]) {
    const token = await issuer.sign("ES256", api({ [name]: undefined }), typed);
    add("profile", `access token without ${name}`, token, "jwt.missing_claim", { provider: "api" });
  }
  const numbered = await issuer.sign("ES256", api({ client_id: 7 }), typed);
  add("profile", "access token whose client_id is a number", numbered, "jwt.missing_claim", { provider: "api" });

  const id = (changed) => issuer.claims(changed, "id");
  add("none", "no ID token", await issuer.sign("ES256", id({})), "permit", { provider: "id" });
  for (const mark of [{ nonce: "n" }, { at_hash: "x" }, { c_hash: "x" }, { s_hash: "x" }, { typ: "ID" }]) {
    const [name] = Object.keys(mark);
    add("id-token", `with ${name}`, await issuer.sign("ES256", id(mark)), "jwt.bad_type", { provider: "id" });
  }

  // The provider's longest life is an hour.
  const short = (changed) => issuer.claims(changed, "short");
  for (const [name, changed, expect] of [
    ["half an hour", { exp: now + 1800 }, "permit"],
    ["two hours", { exp: now + 7200 }, "jwt.lifetime_too_long"],
    ["two hours without iat", { exp: now + 7200, iat: undefined }, "jwt.lifetime_too_long"],
    ["half an hour without iat", { exp: now + 1800, iat: undefined }, "permit"],
    ["two hours of which half an hour is left", { exp: now + 1800, iat: now - 5400 }, "jwt.lifetime_too_long"],
  ]) {
    add("lifetime", name, await issuer.sign("ES256", short(changed)), expect, { provider: "short" });
  }
}
