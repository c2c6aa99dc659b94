// What a token costs: CPU of the proxy's worker per request, beside Envoy's native jwt_authn in the same run.
//
// node bench/tokens/run.mjs [--requests 10000] [--rounds 5] [--algorithm RS256]
//
// Each round starts every proxy once, one after the other, so that what the machine does besides falls on all of
// them alike; the least of the rounds counts. What is added to a proxy without a filter is told.

import { spawn } from "node:child_process";
import { createSign, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const requests = Number(option("requests", "10000"));
const rounds = Number(option("rounds", "5"));
const algorithm = option("algorithm", "RS256");
const envoy = process.env.PORTCULLIS_ENVOY ?? join(root, ".tools/envoy/bin/envoy");
const dist = process.env.PORTCULLIS_DIST ?? join(root, "dist");
const connections = 8;

const pair = () => algorithm === "ES256"
  ? generateKeyPairSync("ec", { namedCurve: "P-256" })
  : generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = pair(), foreign = pair();
const jwk = { ...key.publicKey.export({ format: "jwk" }), kid: "k", alg: algorithm, use: "sig" };
const now = Math.floor(Date.now() / 1000);
const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

function token(number, signer = key) {
  const header = encode({ alg: algorithm, kid: "k", typ: "JWT" });
  const claims = encode({
    iss: "https://login.test", sub: `user-${number}`, aud: "shop", iat: now - 10, exp: now + 3600, jti: String(number),
    scope: "openid profile orders:read", azp: "web", email: `user-${number}@example.org`, name: "Ada Lovelace",
  });
  const sign = createSign("sha256").update(`${header}.${claims}`);
  const form = { key: signer.privateKey, dsaEncoding: "ieee-p1363" };
  return `${header}.${claims}.${sign.sign(form).toString("base64url")}`;
}

const typed = (name, config) => ({ "@type": `type.googleapis.com/envoy.extensions.filters.http.${name}`, ...config });

function plugin(budgets) {
  const document = {
    version: "v1",
    jwt: {
      budgets, cache: { tokens: 1000 },
      providers: [{ name: "login", issuer: "https://login.test", audiences: ["shop"], algorithms: [algorithm], jwks: { inline: { keys: [jwk] } } }],
    },
    routes: [{ name: "all", paths: ["/**"], allow: { jwt: "login" } }],
  };
  const code = { local: { filename: join(dist, "jwt_authn.wasm") } };
  const configuration = { "@type": "type.googleapis.com/google.protobuf.StringValue", value: JSON.stringify(document) };
  const config = { name: "portcullis", vm_config: { vm_id: "portcullis", runtime: "envoy.wasm.runtime.v8", code }, configuration };
  return { name: "envoy.filters.http.wasm", typed_config: typed("wasm.v3.Wasm", { config }) };
}

function native(cache) {
  const provider = {
    issuer: "https://login.test", audiences: ["shop"], forward: false, local_jwks: { inline_string: JSON.stringify({ keys: [jwk] }) },
    ...(cache ? { jwt_cache_config: { jwt_cache_size: 1000 } } : {}),
  };
  const config = { providers: { login: provider }, rules: [{ match: { prefix: "/" }, requires: { provider_name: "login" } }] };
  return { name: "envoy.filters.http.jwt_authn", typed_config: typed("jwt_authn.v3.JwtAuthentication", config) };
}

const unlimited = { failures: { unlimited: true } };
const proxies = {
  none: null,
  native: native(false),
  "native, cached": native(true),
  plugin: plugin({ failures: { requests: 100, per: "1s" } }),
  "plugin, no budget": plugin(unlimited),
};

function bootstrap(filter) {
  const router = { name: "envoy.filters.http.router", typed_config: typed("router.v3.Router", {}) };
  const direct = { match: { prefix: "/" }, direct_response: { status: 200, body: { inline_string: "ok" } } };
  const manager = {
    "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
    stat_prefix: "bench", use_remote_address: true, http_filters: filter ? [filter, router] : [router],
    route_config: { virtual_hosts: [{ name: "all", domains: ["*"], routes: [direct] }] },
  };
  const address = { socket_address: { address: "127.0.0.1", port_value: 0 } };
  const chain = { filters: [{ name: "envoy.filters.network.http_connection_manager", typed_config: manager }] };
  return { admin: { address }, static_resources: { listeners: [{ name: "bench", address, filter_chains: [chain] }] } };
}

async function ask(port, path) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return response.text();
}

async function started(filter) {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-bench-"));
  const file = join(folder, "envoy.json"), admin = join(folder, "admin");
  writeFileSync(file, JSON.stringify(bootstrap(filter)));
  const arguments_ = ["-c", file, "--concurrency", "1", "--admin-address-path", admin, "--use-dynamic-base-id", "--log-level", "warn"];
  const child = spawn(envoy, arguments_, { stdio: ["ignore", "ignore", "inherit"] });
  for (let turn = 0; turn < 400; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    try {
      const port = readFileSync(admin, "utf8").split(":").pop();
      if ((await ask(port, "/ready")).startsWith("LIVE")) {
        const listeners = JSON.parse(await ask(port, "/listeners?format=json"));
        return { child, folder, port: listeners.listener_statuses[0].local_address.socket_address.port_value };
      }
    } catch { /* not yet */ }
  }
  throw new Error("the proxy does not start");
}

// Time that the worker thread has run, in microseconds. V8 compiles hot code anew on threads of its own, which
// ends after the first thousands of requests and would be told as theirs.
function cpu(pid) {
  const folder = `/proc/${pid}/task`;
  const worker = readdirSync(folder).find((id) => readFileSync(`${folder}/${id}/comm`, "utf8") === "wrk:worker_0\n");
  return Number(readFileSync(`${folder}/${worker}/schedstat`, "utf8").split(" ")[0]) / 1_000;
}

// Sends tokens over a few connections, each with one request at a time; gives back how often each status came.
function send(port, tokens) {
  const statuses = {};
  let next = 0;
  const one = () => new Promise((resolve, reject) => {
    const socket = createConnection(port, "127.0.0.1");
    socket.setNoDelay(true);
    let buffer = "";
    const step = () => {
      if (next === tokens.length) return socket.end(resolve);
      const value = tokens[next];
      next += 1;
      socket.write(`GET / HTTP/1.1\r\nhost: shop.test\r\nauthorization: Bearer ${value}\r\n\r\n`);
    };
    socket.on("data", (data) => {
      buffer += data.toString("latin1");
      const end = buffer.indexOf("\r\n\r\n");
      const length = /content-length: (\d+)/i.exec(buffer);
      if (end < 0 || !length || buffer.length < end + 4 + Number(length[1])) return;
      const status = buffer.slice(9, 12);
      statuses[status] = (statuses[status] ?? 0) + 1;
      buffer = "";
      step();
    });
    socket.on("error", reject);
    socket.on("connect", step);
  });
  return Promise.all(Array.from({ length: connections }, one)).then(() => statuses);
}

const fresh = Array.from({ length: requests }, (_, number) => token(number));
const forged = Array.from({ length: requests }, (_, number) => token(number, foreign));
const late = [...Array.from({ length: 100 }, (_, number) => token(requests + number)), ...forged.slice(0, 50)];
const phases = { "first sight": fresh, repeat: Array(requests).fill(fresh[requests - 1]), "bad tokens": forged };
const least = {}, seen = {};
for (let round = 0; round < rounds; round += 1) {
  for (const [name, filter] of Object.entries(proxies)) {
    const { child, folder, port } = await started(filter);
    const warm = Array.from({ length: 3_000 }, (_, number) => late[number % late.length]);
    await send(port, warm); // what is compiled late is compiled now
    for (const [phase, tokens] of Object.entries(phases)) {
      const before = cpu(child.pid);
      seen[`${name}, ${phase}`] = await send(port, tokens);
      const spent = (cpu(child.pid) - before) / tokens.length;
      const known = least[`${name}, ${phase}`] ?? Infinity;
      least[`${name}, ${phase}`] = Math.min(known, spent);
    }
    child.kill();
    await new Promise((resolve) => child.on("exit", resolve));
    rmSync(folder, { recursive: true });
  }
}

console.log(`${algorithm}, ${requests} requests a phase, least of ${rounds} rounds; CPU in microseconds a request`);
const base = least["none, first sight"];
const uncached = least["native, first sight"] - base;
console.log(`without a filter: ${base.toFixed(1)}`);
console.log("| proxy | phase | added | of native uncached | statuses |\n| --- | --- | ---: | ---: | --- |");
for (const name of Object.keys(proxies).slice(1)) {
  for (const phase of Object.keys(phases)) {
    const added = least[`${name}, ${phase}`] - least[`none, ${phase}`];
    const statuses = JSON.stringify(seen[`${name}, ${phase}`]).replaceAll('"', "");
    console.log(`| ${name} | ${phase} | ${added.toFixed(1)} | ${(added / uncached).toFixed(2)} | ${statuses} |`);
  }
}
