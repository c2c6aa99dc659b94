// The least of a proxy that a plugin needs: its host calls, answered in this process. Node's engine
// is V8, which is also Envoy's, so that time and memory inside the VM are what a worker sees.

import { readFile } from "node:fs/promises";

const OK = 0;
const NOT_FOUND = 1;
const CAS_MISMATCH = 8;
const ROOT = 1;
const PLUGIN_CONFIGURATION = 7;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** One VM with one plugin in it. */
export class Vm {
  /** Compiles a module once; a VM is made of it in each measurement. */
  static async compile(path) {
    return WebAssembly.compile(await readFile(path));
  }

  constructor(module) {
    this.log = [];
    /** What the proxy would say of the request: header or property by its path, as bytes. Complete before the first request. */
    this.properties = new Map();
    this.headers = undefined;
    this.shared = new Map();
    /** The status of the reply that was sent, if one was. */
    this.replied = undefined;
    this.calls = 0;
    this.context = ROOT;
    this.configuration = new Uint8Array();
    const own = this.#imports();
    const imports = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      const call = own[name] ?? (() => OK);
      imports[from] ??= {};
      imports[from][name] = (...args) => {
        this.calls += 1;
        return call(...args);
      };
    }
    this.exports = new WebAssembly.Instance(module, imports).exports;
    this.exports._initialize?.();
    this.exports.proxy_on_context_create(ROOT, 0);
    this.exports.proxy_on_vm_start?.(ROOT, 0);
  }

  /** Whether the plugin takes the configuration, and how long that took in milliseconds. */
  configure(text) {
    this.configuration = encoder.encode(text);
    const before = performance.now();
    const taken = this.exports.proxy_on_configure(ROOT, this.configuration.length) === 1;
    const milliseconds = performance.now() - before;
    this.configuration = new Uint8Array();
    return { taken, milliseconds };
  }

  /** Sends one request through; whether it went on. */
  request() {
    this.context += 1;
    this.replied = undefined;
    this.exports.proxy_on_context_create(this.context, ROOT);
    const action = this.exports.proxy_on_request_headers(this.context, 4, 1);
    this.exports.proxy_on_delete?.(this.context);
    return action === 0 && this.replied === undefined;
  }

  /** The size of the VM's memory in bytes; it never shrinks. */
  get bytes() {
    return this.exports.memory.buffer.byteLength;
  }

  #text(at, size) {
    return decoder.decode(new Uint8Array(this.exports.memory.buffer, at, size));
  }

  #give(bytes, pointer, size) {
    const at = bytes.length === 0 ? 0 : this.exports.proxy_on_memory_allocate(bytes.length);
    new Uint8Array(this.exports.memory.buffer).set(bytes, at);
    const view = new DataView(this.exports.memory.buffer);
    view.setUint32(pointer, at, true);
    view.setUint32(size, bytes.length, true);
    return OK;
  }

  #property(path, pointer, size) {
    const value = this.properties.get(path);
    return value === undefined ? NOT_FOUND : this.#give(value, pointer, size);
  }

  /** All headers as one buffer: their number, the sizes of each, then each with a NUL behind it. */
  #headers() {
    const prefix = "request\0headers\0";
    const texts = [];
    for (const [path, value] of this.properties) {
      if (path.startsWith(prefix)) texts.push(encoder.encode(path.slice(prefix.length)), value);
    }
    const head = new Uint32Array([texts.length / 2, ...texts.map((text) => text.length)]);
    const nul = Uint8Array.of(0);
    return Buffer.concat([Buffer.from(head.buffer), ...texts.flatMap((text) => [text, nul])]);
  }

  #clock(pointer) {
    const nanoseconds = BigInt(Date.now()) * 1_000_000n;
    new DataView(this.exports.memory.buffer).setBigUint64(pointer, nanoseconds, true);
    return OK;
  }

  #imports() {
    return {
      proxy_log: (level, at, size) => {
        this.log.push(this.#text(at, size));
        return OK;
      },
      proxy_get_buffer_bytes: (buffer, start, most, pointer, size) =>
        buffer === PLUGIN_CONFIGURATION
          ? this.#give(this.configuration.subarray(start, start + most), pointer, size)
          : NOT_FOUND,
      proxy_get_property: (at, length, pointer, size) =>
        this.#property(this.#text(at, length), pointer, size),
      proxy_get_header_map_pairs: (map, pointer, size) => this.#give((this.headers ??= this.#headers()), pointer, size),
      proxy_get_header_map_value: (map, at, length, pointer, size) =>
        this.#property(`request\0headers\0${this.#text(at, length)}`, pointer, size),
      proxy_send_local_response: (status) => {
        this.replied = status;
        return OK;
      },
      proxy_get_current_time_nanoseconds: (pointer) => this.#clock(pointer),
      clock_time_get: (clock, precision, pointer) => this.#clock(pointer),
      proxy_call_foreign_function: () => NOT_FOUND,
      proxy_get_shared_data: (key, length, pointer, size, version) => {
        const entry = this.shared.get(this.#text(key, length));
        if (entry === undefined) return NOT_FOUND;
        this.#give(entry.value, pointer, size);
        new DataView(this.exports.memory.buffer).setUint32(version, entry.version, true);
        return OK;
      },
      proxy_set_shared_data: (key, length, at, size, version) => {
        const name = this.#text(key, length);
        const before = this.shared.get(name)?.version ?? 0;
        if (version !== 0 && version !== before) return CAS_MISMATCH;
        const value = new Uint8Array(this.exports.memory.buffer).slice(at, at + size);
        this.shared.set(name, { value, version: before + 1 });
        return OK;
      },
      environ_sizes_get: (count, size) => {
        const view = new DataView(this.exports.memory.buffer);
        view.setUint32(count, 0, true);
        view.setUint32(size, 0, true);
        return OK;
      },
    };
  }
}
