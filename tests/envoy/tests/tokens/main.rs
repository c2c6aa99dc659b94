//! Tokens at an edge: every way in which one can be wrong, and what a right one opens.

mod edge;
mod forged;
mod honest;
