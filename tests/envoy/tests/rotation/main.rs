//! SVIDs and trust bundles that change while the proxy serves.

mod federation;
mod load;
mod service;
mod shop;
