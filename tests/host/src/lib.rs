//! An in-process host: faults that a real Envoy cannot be made to show.
