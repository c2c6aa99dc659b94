//! One file of vectors, run natively, in bare wasm and in Envoy.
