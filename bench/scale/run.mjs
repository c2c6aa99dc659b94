// How a plugin's configure time, memory and cost per request grow with its document, inside V8.
// usage: node bench/scale/run.mjs [--module dist/spiffe_authz.wasm] [--only SHAPE,...] [--sizes 10,1000,10000]

import { cpus } from "node:os";
import { parseArgs } from "node:util";

import { connection } from "./caller.mjs";
import * as shapes from "./documents.mjs";
import { Vm } from "./proxy.mjs";

const CONFIGURES = 5; // the least is told: what is above it is the machine's
const ROUNDS = 15;
const REQUESTS = 4000;
const PLAIN = ["routes", "principals"];

const { values } = parseArgs({
  options: {
    module: { type: "string", default: "dist/spiffe_authz.wasm" },
    only: { type: "string" },
    sizes: { type: "string", default: "10,100,1000,10000" },
  },
});
const sizes = values.sizes.split(",").map(Number);
const names = values.only?.split(",") ?? Object.keys(shapes).filter((name) => typeof shapes[name] === "function");

const module = await Vm.compile(values.module);
const caller = connection(shapes.CALLER);
const request = { ":method": "GET", ":authority": "h0.example.org", ":path": "/v1/s0/r0" };

function configured(text) {
  const vm = new Vm(module);
  for (const [path, value] of caller) vm.properties.set(path, value);
  for (const [name, value] of Object.entries(request)) {
    vm.properties.set(`request\0headers\0${name}`, Buffer.from(value));
  }
  return [vm, vm.configure(text)];
}

/** Milliseconds of the quickest of several configures in VMs of their own, and the last VM. */
function quickest(text) {
  let best = Infinity;
  let last;
  for (let turn = 0; turn < CONFIGURES; turn += 1) {
    const [vm, { taken, milliseconds }] = configured(text);
    best = Math.min(best, milliseconds);
    last = { vm, taken };
    if (milliseconds > 2000) break;
  }
  return { ...last, milliseconds: best };
}

/** Microseconds of a request in the quickest of several rounds. */
function perRequest(vm) {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = performance.now();
    for (let turn = 0; turn < REQUESTS; turn += 1) vm.request();
    best = Math.min(best, ((performance.now() - before) * 1000) / REQUESTS);
  }
  return best;
}

console.log(`${values.module}, Node ${process.version} (V8 ${process.versions.v8}), ${cpus()[0].model} x ${cpus().length}\n`);
console.log("| document | n | bytes | taken | configure, ms | memory, MiB | request, us |");
console.log("| --- | ---: | ---: | --- | ---: | ---: | ---: |");
for (const name of names) {
  for (const size of sizes) {
    const text = JSON.stringify(shapes[name](size));
    const { vm, taken, milliseconds } = quickest(text);
    const cost = PLAIN.includes(name) && taken ? perRequest(vm).toFixed(2) : "";
    if (cost !== "" && !vm.request()) throw new Error(`${name} ${size}: the request was denied`);
    const memory = (vm.bytes / 2 ** 20).toFixed(1);
    console.log(
      `| ${name} | ${size} | ${text.length} | ${taken ? "yes" : "no"} | ${milliseconds.toFixed(1)} | ${memory} | ${cost} |`,
    );
    if (!taken && process.env.VERBOSE) console.log(vm.log.slice(0, 3).join("\n"));
  }
}
