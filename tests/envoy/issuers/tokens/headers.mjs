// Headers: which key, which algorithm, which kind, and what must not be there.

import { FOREIGN, KEYS, SECRETS, SIGNER, jwk } from "./keys.mjs";
import { base64url, byHand, jose, signature } from "./sign.mjs";

export async function headers(issuer, add) {
  await algorithms(issuer, add);
  await keyIds(issuer, add);
  await members(issuer, add);
  texts(issuer, add);
}

async function algorithms(issuer, add) {
  const payload = JSON.stringify(issuer.claims());
  // A public key as the secret of an HMAC (RFC 8725 §2.1).
  for (const kid of ["rsa", "es256", "es384", "ed"]) {
    const open = KEYS[kid].publicKey;
    const forms = {
      pem: open.export({ type: "spki", format: "pem" }),
      der: open.export({ type: "spki", format: "der" }),
      jwk: JSON.stringify(jwk(KEYS[kid])),
    };
    for (const [form, secret] of Object.entries(forms)) {
      for (const alg of ["HS256", "HS384", "HS512"]) {
        const token = issuer.bent({ alg, kid }, payload, alg, secret);
        add("alg-confusion", `${alg} under the ${form} of ${kid}`, token, "jwt.algorithm_not_allowed");
      }
    }
  }
  const asSecret = await issuer.sign("RS256", issuer.claims({}, "secret"), { kid: "hs256" });
  add("alg-confusion", "RS256 where secrets are", asSecret, "jwt.algorithm_not_allowed", { provider: "secret" });
  const otherHash = issuer.bent({ alg: "HS512", kid: "hs256" }, issuer.claims({}, "secret"), "HS512", SECRETS.hs256);
  add("alg-of-key", "HS512 under the key of HS256", otherHash, "jwt.unknown_key", { provider: "secret" });

  const none = new jose.UnsecuredJWT(issuer.claims()).encode();
  add("alg-none", "as jose makes it", none, "jwt.algorithm_not_allowed");
  for (const alg of ["none", "None", "NONE", "nOnE", ""]) {
    const head = base64url(JSON.stringify({ alg, kid: "rsa" }));
    const unsigned = `${head}.${base64url(payload)}.`;
    add("alg-none", `${alg} without a signature`, unsigned, "jwt.algorithm_not_allowed");
    add("alg-none", `${alg} with one`, issuer.bent({ alg, kid: "rsa" }), "jwt.algorithm_not_allowed");
  }
  for (const alg of ["rs256", "RS257", "RS1", "ES256K", "Ed25519", "ES512", "RSA-OAEP", "dir", " RS256", "RS256\u0000"]) {
    add("alg-unknown", JSON.stringify(alg), issuer.bent({ alg, kid: "rsa" }), "jwt.algorithm_not_allowed");
  }
  // ES512 is no algorithm of the provider, however well it is signed.
  const head = JSON.stringify({ alg: "ES512", kid: "es256" });
  add("alg-unknown", "ES512 signed", byHand(head, payload, "ES512", FOREIGN.p521), "jwt.algorithm_not_allowed");
  for (const alg of [7, null, ["RS256"], {}, true]) {
    add("header-type", `alg ${JSON.stringify(alg)}`, issuer.bent({ alg, kid: "rsa" }), "jwt.malformed");
  }
  add("header-type", "no alg", issuer.bent({ kid: "rsa" }), "jwt.malformed");
  // The key is another algorithm's: by its type, or by its own words.
  for (const [alg, kid] of [["RS256", "es256"], ["ES256", "rsa"], ["ES256", "ed"], ["ES384", "es256"], ["EdDSA", "es256"], ["PS256", "ed"]]) {
    add("alg-of-key", `${alg} under ${kid}`, await issuer.sign(alg, issuer.claims(), { kid }), "jwt.unknown_key");
  }
  for (const alg of ["RS384", "RS512", "PS256"]) {
    const token = issuer.bent({ alg, kid: "rs256" }, issuer.claims(), alg, KEYS.rs256);
    add("alg-of-key", `${alg} under a key for RS256`, token, "jwt.unknown_key");
  }
}

async function keyIds(issuer, add) {
  for (const [alg, kid] of Object.entries(SIGNER)) {
    const token = issuer.bent({ alg, kid }, issuer.claims({ sub: "mallory" }), alg, FOREIGN[kid]);
    add("foreign-key", alg, token, "jwt.bad_signature");
  }
  for (const kid of ["", "RSA", "rsa ", "rs", "rsa\u0000", "../../dev/null", "' OR 1=1 --", "*", "k".repeat(4000)]) {
    add("unknown-kid", JSON.stringify(kid.slice(0, 20)), issuer.bent({ alg: "RS256", kid }), "jwt.unknown_key");
  }
  for (const kid of [7, null, ["rsa"], {}]) {
    add("header-type", `kid ${JSON.stringify(kid)}`, issuer.bent({ alg: "RS256", kid }), "jwt.malformed");
  }
  add("none", "an escaped kid", issuer.bent('{"alg":"RS256","kid":"\\u0072sa"}'), "permit");
  // Without a kid, the only key that fits; never just one of several.
  add("no-kid", "one key fits", issuer.bent({ alg: "ES256" }, issuer.claims(), "ES256"), "permit");
  add("no-kid", "one key fits EdDSA", issuer.bent({ alg: "EdDSA" }, issuer.claims(), "EdDSA"), "permit");
  add("no-kid-several-keys", "RS256", issuer.bent({ alg: "RS256" }), "jwt.unknown_key");
  add("foreign-key", "without a kid", issuer.bent({ alg: "ES256" }, issuer.claims(), "ES256", FOREIGN.es256), "jwt.bad_signature");
  for (const kid of ["enc", "signs"]) {
    const token = issuer.bent({ alg: "RS256", kid }, issuer.claims(), "RS256", KEYS[kid]);
    add("key-for-another-use", kid, token, "jwt.unknown_key");
  }
}

async function members(issuer, add) {
  const own = { ...jwk(KEYS.rsa), kid: "rsa" };
  const theirs = jwk(FOREIGN.rsa);
  const base = { alg: "RS256", kid: "rsa" };
  for (const [name, more, key] of [
    ["jwk", { jwk: own }], ["jwk of the forger", { jwk: theirs }, FOREIGN.rsa], ["jwk null", { jwk: null }],
    ["jku", { jku: "https://evil.test/keys" }], ["jku of ours", { jku: "https://login.test/keys" }],
    ["x5u", { x5u: "https://evil.test/cert" }], ["x5c", { x5c: ["AAAA"] }], ["x5c empty", { x5c: [] }],
  ]) {
    add("brings-a-key", name, issuer.bent({ ...base, ...more }, issuer.claims(), "RS256", key), "jwt.unsupported");
  }
  for (const [name, more] of [
    ["crit exp", { crit: ["exp"] }], ["crit empty", { crit: [] }], ["crit text", { crit: "exp" }],
    ["crit kid", { crit: ["kid"] }], ["crit twice", { crit: ["exp", "exp"], exp: 1 }],
    ["b64 true", { b64: true }], ["b64 false", { b64: false }], ["crit b64", { crit: ["b64"], b64: true }],
  ]) {
    add("changes-how-it-is-read", name, issuer.bent({ ...base, ...more }), "jwt.unsupported");
  }
  // RFC 7797: the payload as it is; not even its base64url.
  const detached = JSON.stringify({ ...base, b64: false, crit: ["b64"] });
  const input = `${base64url(detached)}.${base64url(JSON.stringify(issuer.claims()))}`;
  const token = `${input}.${base64url(signature("RS256", KEYS.rsa, input))}`;
  add("changes-how-it-is-read", "an unencoded payload", token, "jwt.unsupported");

  for (const typ of ["dpop+jwt", "logout+jwt", "secevent+jwt", "JOSE", "id_token", "", "JWT ", "text/jwt", "application/"]) {
    add("typ", JSON.stringify(typ), await issuer.sign("RS256", issuer.claims(), { typ }), "jwt.bad_type");
  }
  for (const typ of [7, null, ["JWT"]]) {
    add("header-type", `typ ${JSON.stringify(typ)}`, issuer.bent({ ...base, typ }), "jwt.malformed");
  }
}

function texts(issuer, add) {
  const honest = '{"alg":"RS256","kid":"rsa"}';
  for (const [name, text] of [
    ["alg twice", '{"alg":"RS256","alg":"none","kid":"rsa"}'],
    ["alg twice, the same", '{"alg":"RS256","alg":"RS256","kid":"rsa"}'],
    ["kid twice", '{"alg":"RS256","kid":"evil","kid":"rsa"}'],
    ["typ twice", '{"alg":"RS256","kid":"rsa","typ":"JWT","typ":"JWT"}'],
    ["alg twice, once escaped", '{"alg":"RS256","kid":"rsa","\\u0061lg":"none"}'],
    ["within a member", '{"alg":"RS256","kid":"rsa","x":{"a":1,"a":2}}'],
  ]) {
    add("duplicate-header-member", name, issuer.bent(text), "jwt.malformed");
  }
  for (const [name, text] of [
    ["list", '[{"alg":"RS256","kid":"rsa"}]'], ["text", '"RS256"'], ["number", "7"], ["null", "null"], ["empty object", "{}"],
    ["trailing comma", '{"alg":"RS256","kid":"rsa",}'], ["single quotes", "{'alg':'RS256','kid':'rsa'}"],
    ["comment", '{"alg":"RS256",/**/"kid":"rsa"}'], ["something behind", `${honest}x`], ["two objects", honest + honest],
    ["cut", honest.slice(0, -1)], ["byte order mark", `\ufeff${honest}`], ["NaN", '{"alg":"RS256","kid":"rsa","x":NaN}'],
    ["bad UTF-8", Buffer.concat([Buffer.from('{"alg":"RS256","kid":"rsa","x":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])],
    ["half a surrogate", '{"alg":"RS256","kid":"rsa","x":"\\ud800"}'], ["a raw newline in a string", '{"alg":"RS256","kid":"rsa","x":"\n"}'],
    ["a number beyond all", '{"alg":"RS256","kid":"rsa","x":1e999}'],
  ]) {
    add("header-text", name, issuer.bent(text), "jwt.malformed");
  }
  add("none", "white space in JSON", issuer.bent(' {\n"alg" : "RS256",\t"kid":"rsa" }\r\n'), "permit");
  for (const depth of [17, 200, 2000]) {
    const text = `{"alg":"RS256","kid":"rsa","x":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    add("deep-header", `${depth} levels`, issuer.bent(text), "jwt.malformed");
  }
}
