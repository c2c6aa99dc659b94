//! Several workers on one store, with an issuer whose keys change.

mod budget;
mod damage;
mod lifecycle;
mod schedules;
mod world;
