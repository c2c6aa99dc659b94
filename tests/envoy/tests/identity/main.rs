//! Who may call a service: SPIFFE IDs out of client certificates, over real mutual TLS.

mod callers;
mod certificates;
mod mesh;
