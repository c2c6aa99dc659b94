//! The rate-limit service's messages: what we write is what a protobuf library reads, and what it
//! writes, or refuses, we read and refuse alike.

mod api;
mod reading;
mod writing;
