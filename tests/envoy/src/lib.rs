//! Black-box tests against a real Envoy.
