// An OpenID provider for tests: the npm package oidc-provider, on loopback, over TLS.
//
// It is told what to do by lines of JSON on standard input, and answers each with a line on standard
// output. When standard input closes, because the test has ended in whatever way, it ends.

import { createRequire } from "node:module";
import { createServer } from "node:https";
import { createInterface } from "node:readline";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

// Standard output is for answers alone; the provider greets there.
console.log = console.info = console.warn = console.error;

// The packages lie in .tools/, which is no parent of this file.
const require = createRequire(`${process.env.PORTCULLIS_OIDC}/`);
const { Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));

const commands = createInterface({ input: process.stdin });
const lines = commands[Symbol.asyncIterator]();
const next = async () => {
  const { value, done } = await lines.next();
  if (done) {
    if (folder) rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  }
  return JSON.parse(value);
};
const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

const KEYS = {
  RS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  EdDSA: () => generateKeyPairSync("ed25519"),
};

// The private JWK of a key id, made when it is first named and kept for a restart.
function key(alg, kid) {
  keys[kid] ??= { ...KEYS[alg]().privateKey.export({ format: "jwk" }), alg, kid, use: "sig" };
  writeFileSync(store, JSON.stringify(keys));
  return keys[kid];
}

// A client that gets plain tokens, and one whose tokens are bound to its certificate (RFC 8705 §3).
const client = (id, alg, more) => ({
  client_id: id,
  client_secret: "secret",
  grant_types: ["client_credentials"],
  redirect_uris: [],
  response_types: [],
  token_endpoint_auth_method: "client_secret_post",
  id_token_signed_response_alg: alg, // asked for no ID token, but one of the keys must be able to
  ...more,
});

// A resource is `urn:AUDIENCE:ALG`: what its tokens are for, and which kind of key signs them.
function resourceServer(resource) {
  const [, audience, alg] = resource.split(":");
  return {
    audience,
    scope: "orders:read orders:write",
    accessTokenTTL: 600,
    accessTokenFormat: "jwt",
    jwt: { sign: { alg } },
  };
}

function provider(issuer, published) {
  const made = new Provider(issuer, {
    clients: [
      client("plain", published[0].alg, {}),
      client("bound", published[0].alg, { tls_client_certificate_bound_access_tokens: true }),
    ],
    jwks: { keys: published.map(({ alg, kid }) => key(alg, kid)) },
    scopes: ["orders:read", "orders:write"],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      mTLS: {
        enabled: true,
        certificateBoundAccessTokens: true,
        getCertificate: (ctx) => ctx.req.socket.getPeerX509Certificate?.(),
      },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => resourceServer(resource),
      },
    },
  });
  made.on("server_error", (_ctx, error) => console.error(error));
  return made.callback();
}

// What the key set's and the discovery document's readers were given, and what they wait for.
const fetched = { keys: 0, discovery: 0, waiting: 0 };
let gate = Promise.resolve();
let open = () => {};

const PATHS = { "/jwks": "keys", "/.well-known/openid-configuration": "discovery" };

let folder;
const { port, cert, key: serverKey, publish, ...start } = await next();
folder = start.folder;
const store = `${folder}/keys.json`;
const keys = existsSync(store) ? JSON.parse(readFileSync(store)) : {};
let serve;
const server = createServer(
  // A client's certificate is asked for and not verified: a self-signed one binds as well (RFC 8705 §2.2).
  { cert, key: serverKey, requestCert: true, rejectUnauthorized: false },
  async (request, response) => {
    const kind = PATHS[request.url];
    if (kind) {
      fetched[kind] += 1;
      fetched.waiting += 1;
      await gate;
      fetched.waiting -= 1;
    }
    serve(request, response);
  },
);
server.listen(port, "127.0.0.1", async () => {
  const issuer = `https://localhost:${server.address().port}`;
  serve = provider(issuer, publish);
  answer({ issuer, port: server.address().port });
  for (;;) {
    const command = await next();
    if (command.publish) serve = provider(issuer, command.publish);
    if (command.hold) gate = new Promise((resolve) => (open = resolve));
    if (command.release) open();
    answer(fetched);
  }
});
