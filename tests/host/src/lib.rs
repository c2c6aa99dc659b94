//! An in-process host for the filter: faults that a real proxy cannot be made to show.
//!
//! The tests and their host are in `tests/all`: the host is the symbols that the filter's calls are
//! linked against, so it has to be in the test's own binary.
