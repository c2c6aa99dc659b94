//! What the interface costs, and the visit of a place of code, whatever a filter decides: the rows that
//! docs/performance.md explains the others with.
//!
//! Between two requests the processor's caches have forgotten the filter, so that each function is read
//! from memory farther away, and its page looked up. So two rows run many small functions once each, and
//! differ in how far apart they lie.

use std::fmt::Write;

use crate::{
    plugin::{reference, twice, written},
    row::Row,
};

/// The rows.
#[must_use]
pub(crate) fn rows() -> Vec<Row> {
    let cold = |name, apart| vec![written(name, &cold(apart))];
    vec![
        Row::new(
            "calls",
            "a wasm filter that makes the host calls of three policies, and computes nothing",
            vec![reference("calls")],
        ),
        Row::new(
            "calls-twice",
            "the same, each call twice",
            vec![twice("calls")],
        ),
        Row::new(
            "cold-near",
            "a wasm filter that runs 256 functions of a few instructions",
            cold("cold-near", 256),
        ),
        Row::new(
            "cold-far",
            "the same, each function on a page of its own",
            cold("cold-far", 5_000),
        ),
    ]
}

/// A filter in text form, with so many bytes of code that never runs in each function; it is compiled to
/// about that much.
fn cold(apart: usize) -> String {
    let mut text = String::from("(module (memory (export \"memory\") 1)\n");
    let mut all = String::from("(i32.const 0)");
    for number in 0..FUNCTIONS {
        let _ = writeln!(
            text,
            "(func $f{number} (param $x i32) (result i32)\n\
             (if (i32.ge_s (local.get $x) (i32.const 0))\n\
             (then (return (i32.add (local.get $x) (i32.const {number})))))\n\
             {} (local.get $x))",
            never_run(number, apart / STEP),
        );
        all = format!("(call $f{number} {all})");
    }
    let _ = write!(
        text,
        "(func (export \"proxy_abi_version_0_2_1\"))\n\
         (func (export \"proxy_on_memory_allocate\") (param i32) (result i32) (i32.const 1024))\n\
         (func (export \"proxy_on_context_create\") (param i32 i32))\n\
         (func (export \"proxy_on_configure\") (param i32 i32) (result i32) (i32.const 1))\n\
         (func (export \"proxy_on_request_headers\") (param i32 i32 i32) (result i32)\n\
         (i32.store (i32.const 0) {all}) (i32.const 0))\n\
         (func (export \"proxy_on_response_headers\") (param i32 i32 i32) (result i32) (i32.const 0))\n\
         (func (export \"proxy_on_delete\") (param i32)))"
    );
    text
}

/// Functions that run for a request; with three policies, gateway.wasm runs about half as many.
const FUNCTIONS: usize = 256;

/// Bytes that a step of [`never_run`] is compiled to.
const STEP: usize = 16;

/// So many steps that the compiler cannot leave out or join; different in each function.
fn never_run(number: usize, steps: usize) -> String {
    (0..steps).fold(String::new(), |mut text, step| {
        let (mask, factor) = (number * steps + step + 1, 2 * step + 3_000_001);
        let _ = write!(
            text,
            "(local.set $x (i32.mul (i32.xor (local.get $x) (i32.const {mask})) (i32.const {factor})))"
        );
        text
    })
}
