// Several hundred tokens, good and bent, each with what must become of it, as JSON on standard output.
//
// The signer is npm's `jose`, which shares no code with what verifies. Where it refuses to make what a
// forger would, the parts are put together by hand and signed with node's own crypto. What must become
// of a token is written from the standards and docs/tokens.md, never from an answer of the plugin.
//
// usage: node main.mjs NOW, with the folder of the packages in PORTCULLIS_OIDC

import { good } from "./good.mjs";
import { headers } from "./headers.mjs";
import { claims } from "./claims.mjs";
import { shapes } from "./shapes.mjs";
import { signatures } from "./signatures.mjs";
import { requests } from "./requests.mjs";
import { KEYS, published } from "./keys.mjs";
import { Issuer } from "./sign.mjs";

const now = Number(process.argv[2]);
const cases = [];

// A case: the provider whose route is asked, the token, and `permit` or the reason code. `odd` names
// the one thing that is unusual about it. A verdict of `refuse` is a denial with whatever code: what
// is left of a token after a flipped bit may be wrong in several ways.
function add(odd, name, token, expect, more = {}) {
  const provider = more.provider ?? "login";
  const headers = more.headers ?? [["authorization", `Bearer ${token}`]];
  cases.push({ odd, name: name.slice(0, 120), provider, headers, query: more.query ?? "", expect });
}

const issuer = new Issuer(now);
for (const group of [good, headers, claims, shapes, signatures, requests]) await group(issuer, add);

const names = new Set();
for (const { odd, name } of cases) {
  const whole = `${odd}: ${name}`;
  if (names.has(whole)) throw new Error(`two cases of one name: ${whole}`);
  names.add(whole);
}
process.stdout.write(JSON.stringify({ keys: published(KEYS), cases }));
