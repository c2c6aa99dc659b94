//! Proxies, workers, a network and a service, all in one thread and under one clock that the test
//! moves: whatever is lost, late or dead, nobody gets more than the limit.

#[path = "../../tests/wire/api.rs"]
mod api;
mod behaviour;
mod network;
mod proxy;
mod schedules;
mod server;
mod shelf;
mod world;
