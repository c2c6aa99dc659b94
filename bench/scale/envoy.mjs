// The same documents in a real Envoy: how long each configure takes, and what a worker's VM weighs.
// usage: node bench/scale/envoy.mjs [--envoy .tools/envoy/bin/envoy] [--module dist/spiffe_authz.wasm] [--sizes 10,1000,10000]

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";

import * as shapes from "./documents.mjs";

const { values } = parseArgs({
  options: {
    envoy: { type: "string", default: ".tools/envoy/bin/envoy" },
    module: { type: "string", default: "dist/spiffe_authz.wasm" },
    sizes: { type: "string", default: "10,1000,10000" },
    workers: { type: "string", default: "1,4" },
    only: { type: "string", default: "routes" },
  },
});
const TYPE = "type.googleapis.com/";

function bootstrap(document) {
  const plugin = {
    name: "bench",
    vm_config: { runtime: "envoy.wasm.runtime.v8", code: { local: { filename: resolve(values.module) } } },
    configuration: { "@type": `${TYPE}google.protobuf.StringValue`, value: document },
  };
  const filters = [
    { name: "wasm", typed_config: { "@type": `${TYPE}envoy.extensions.filters.http.wasm.v3.Wasm`, config: plugin } },
    { name: "router", typed_config: { "@type": `${TYPE}envoy.extensions.filters.http.router.v3.Router` } },
  ];
  const chain = {
    "@type": `${TYPE}envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: "bench",
    http_filters: filters,
    route_config: {
      virtual_hosts: [{ name: "all", domains: ["*"], routes: [{ match: { prefix: "/" }, direct_response: { status: 200 } }] }],
    },
  };
  const any = { socket_address: { address: "127.0.0.1", port_value: 0 } };
  const listener = { name: "bench", address: any, filter_chains: [{ filters: [{ name: "http", typed_config: chain }] }] };
  return { static_resources: { listeners: [listener] } };
}

/** Starts Envoy, waits until its workers run, and answers its log and its resident memory in MiB. */
async function run(document, workers, traced) {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-bench-"));
  const config = join(folder, "envoy.json");
  writeFileSync(config, JSON.stringify(bootstrap(document)));
  const levels = traced ? ["--component-log-level", "wasm:trace"] : [];
  const own = ["-c", config, "--concurrency", String(workers), "--use-dynamic-base-id", "--log-format", "%H:%M:%S.%f %t %v"];
  const envoy = spawn(values.envoy, [...own, ...levels], { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  envoy.stderr.on("data", (data) => (log += data));
  const ended = new Promise((done) => envoy.on("exit", done));
  try {
    const answers = () => log.split("proxy_on_configure return").length - 1;
    // the canary, the main thread, and each worker
    const ready = () => log.includes("starting workers") && (!traced || answers() >= workers + 2);
    while (!ready()) {
      if (envoy.exitCode !== null) throw new Error(`envoy ended:\n${log.slice(-2000)}`);
      await pause(20);
    }
    await pause(1500); // the workers are still at it, and nothing tells when they have settled
    const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${envoy.pid}/status`, "utf8"));
    return { log, resident: Number(resident[1]) / 1024 };
  } finally {
    envoy.kill();
    await ended;
    rmSync(folder, { recursive: true });
  }
}

/** Milliseconds of each call of `proxy_on_configure`, in the order in which they began. */
function configures(log) {
  const began = new Map();
  const took = [];
  for (const line of log.split("\n")) {
    const call = /^(\d+):(\d+):([\d.]+) (\d+) .*\[(vm->host|host->vm|host<-vm)\] proxy_on_configure/.exec(line);
    if (!call) continue;
    const now = (Number(call[1]) * 60 + Number(call[2])) * 60_000 + Number(call[3]) * 1000;
    if (line.includes("return")) took.push(now - began.get(call[4]));
    else began.set(call[4], now);
  }
  return took;
}

const counts = values.workers.split(",").map(Number);
console.log("| document | n | configure of each thread, ms | " + counts.map((n) => `RSS with ${n}, MiB`).join(" | ") + " | each further worker, MiB |");
console.log("| --- | ---: | --- |" + counts.map(() => " ---: |").join("") + " ---: |");
for (const name of values.only.split(",")) {
  for (const size of values.sizes.split(",").map(Number)) {
    const document = JSON.stringify(shapes[name](size));
    const took = configures((await run(document, counts[0], true)).log);
    const resident = [];
    for (const workers of counts) resident.push((await run(document, workers, false)).resident);
    const each = (resident.at(-1) - resident[0]) / (counts.at(-1) - counts[0]);
    const cells = [took.map((ms) => ms.toFixed(0)).join(", "), ...resident.map((mib) => mib.toFixed(0)), each.toFixed(1)];
    console.log(`| ${name} | ${size} | ${cells.join(" | ")} |`);
  }
}
