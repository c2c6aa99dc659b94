//! The demo's service.
fn main() {}
