//! The demo's demo.
fn main() {}
