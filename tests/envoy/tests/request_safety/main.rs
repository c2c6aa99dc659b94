//! Requests that two servers would read in two ways are refused before anything is decided on them.

mod edge;
mod fields;
mod paths;
mod shipped;
