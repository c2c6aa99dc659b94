//! The host layer: the only crate that names proxy-wasm.
