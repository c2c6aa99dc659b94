//! Budgets for tokens that are not known to be good, in a real proxy with several workers.

mod edge;
mod flood;
mod told;
