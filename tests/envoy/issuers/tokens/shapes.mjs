// Tokens as texts: parts, alphabet, spelling, other serializations, cuts and flipped bits.

import { KEYS } from "./keys.mjs";
import { base64url, jose } from "./sign.mjs";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

export async function shapes(issuer, add) {
  const honest = await issuer.sign("ES256");
  const [header, payload, signature] = honest.split(".");
  for (const [name, text] of [
    ["no dot", "x"], ["dots alone", ".."], ["one part", header], ["two parts", `${header}.${payload}`],
    ["four parts", `${honest}.${signature}`], ["a dot behind", `${honest}.`], ["a dot before", `.${honest}`],
    ["no header", `.${payload}.${signature}`], ["not base64url", "x!.y!.z!"], ["not JSON", "x.y.z"],
    ["no payload", `${header}..${signature}`],
  ]) {
    add("parts", name, text, "jwt.malformed");
  }
  const parts = (change) => [
    [change(header), payload, signature].join("."), [header, change(payload), signature].join("."),
    [header, payload, change(signature)].join("."),
  ];
  const named = ["header", "payload", "signature"];
  for (const [odd, how, change] of [
    ["padding", "=", (part) => `${part}=`], ["padding", "==", (part) => `${part}==`],
    ["alphabet", "+", (part) => `${part.slice(0, -1)}+`], ["alphabet", "/", (part) => `${part.slice(0, -1)}/`],
    ["white-space-inside", "space", (part) => `${part.slice(0, 8)} ${part.slice(8)}`],
    ["white-space-inside", "tab", (part) => `${part.slice(0, 8)}\t${part.slice(8)}`],
    ["alphabet", "%3D", (part) => `${part}%3D`], ["alphabet", "a byte above 127", (part) => `${part.slice(0, 8)}\u00e9${part.slice(8)}`],
  ]) {
    parts(change).forEach((text, at) => add(odd, `${how} in the ${named[at]}`, text, "jwt.malformed"));
  }
  // The same bytes spelt otherwise: bits behind the last byte that a sloppy reader drops.
  const respelt = (part) => {
    const spare = [0, undefined, 4, 2][part.length % 4];
    if (!spare) return undefined;
    return part.slice(0, -1) + ALPHABET[ALPHABET.indexOf(part.at(-1)) + 1];
  };
  const padTo = (text, rest) => text + " ".repeat((rest + 3 - (Buffer.byteLength(text) % 3)) % 3);
  const odd = issuer.bent(padTo('{"alg":"ES256","kid":"es256"}', 1), padTo(JSON.stringify(issuer.claims()), 2), "ES256");
  const spelling = odd.split(".");
  add("none", "with spaces behind its parts", odd, "permit");
  spelling.forEach((part, at) => {
    const again = respelt(part);
    if (!again || !Buffer.from(again, "base64url").equals(Buffer.from(part, "base64url"))) throw new Error(named[at]);
    add("second-spelling", `of the ${named[at]}`, spelling.with(at, again).join("."), "jwt.malformed");
  });
  await serializations(issuer, add);
  cut(honest, add);
  flipped(await issuer.sign("RS256"), "RS256", add);
  flipped(await issuer.sign("EdDSA"), "EdDSA", add);
}

async function serializations(issuer, add) {
  const bytes = Buffer.from(JSON.stringify(issuer.claims()));
  const protectedHeader = { alg: "ES256", kid: "es256" };
  const key = KEYS.es256.privateKey;
  const flattened = await new jose.FlattenedSign(bytes).setProtectedHeader(protectedHeader).sign(key);
  const general = await new jose.GeneralSign(bytes).addSignature(key).setProtectedHeader(protectedHeader).sign();
  // A comma parts the values of a header, so these are several of which some look like a token.
  add("json-serialization", "flattened", JSON.stringify(flattened), "jwt.several_tokens");
  add("json-serialization", "general", JSON.stringify(general), "jwt.several_tokens");
  add("json-serialization", "without a comma", JSON.stringify({ payload: flattened.payload }), "jwt.malformed");
  add("json-serialization", "in base64url", base64url(JSON.stringify(flattened)), "jwt.malformed");
  const jwe = await new jose.CompactEncrypt(bytes)
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .encrypt(new Uint8Array(32));
  add("encrypted", "JWE", jwe, "jwt.malformed");
}

// Every cut is another token, or none.
function cut(honest, add) {
  const ends = [1, 5, honest.indexOf("."), honest.indexOf(".") + 1, honest.lastIndexOf("."), honest.length - 2, honest.length - 1];
  for (let at = 12; at < honest.length; at += 19) ends.push(at);
  for (const end of new Set(ends)) add("cut", `behind ${end}`, honest.slice(0, end), "refuse");
  add("parts", "an empty signature", honest.slice(0, honest.lastIndexOf(".") + 1), "jwt.bad_signature");
}

// One bit of one character flipped, all along the token.
function flipped(honest, alg, add) {
  for (let at = 3; at < honest.length; at += Math.ceil(honest.length / 20)) {
    if (honest[at] === ".") continue;
    const other = ALPHABET[ALPHABET.indexOf(honest[at]) ^ 8];
    add("flipped-bit", `${alg} at ${at}`, honest.slice(0, at) + other + honest.slice(at + 1), "refuse");
  }
}
