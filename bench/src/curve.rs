//! What a request costs from the first one on, while a proxy gets warm.
//!
//! Only figures of a proxy as it runs for days say something, so the warm-up of a run is read from
//! this (`Scale::warm_up`). Envoy starts V8 with `--no-liftoff`: a module is compiled by the slow
//! compiler alone, while it is loaded, and no function is compiled anew once requests come. Were
//! that to change, the cost would fall over 100,000 requests, and the threads beside be busy.

use std::{fmt::Write, iter};

use crate::{
    cost::{Lane, micros},
    row,
    run::is_asked_for,
    say,
    scale::Scale,
    world::World,
};

/// Cost per request of the rows that are asked for, step by step from the first one on.
///
/// The steps go round the rows, so that what the machine does is seen in all of them.
#[must_use]
pub(crate) fn curves(scale: &Scale) -> String {
    let world = World::new(scale.tokens);
    let rows = row::all(&world, scale).into_iter();
    let rows = rows.filter(|row| is_asked_for(row.name));
    let mut lanes: Vec<Lane> = rows.map(|row| Lane::start(row, &world)).collect();
    let mut text = String::from("| requests |");
    for lane in &lanes {
        let _ = write!(text, " {}, us | beside, us |", lane.name);
    }
    text.push_str("\n| ---: |");
    text.push_str(&" ---: | ---: |".repeat(lanes.len()));
    let mut sent = 0;
    for step in steps() {
        sent += step;
        let mut line = format!("\n| {sent} |");
        for lane in &mut lanes {
            let used = lane.spent(&world, step);
            let [serving, beside] = [used.serving, used.beside].map(|time| micros(time, step));
            let _ = write!(line, " {serving:.1} | {beside:.2} |");
        }
        say(line.trim_start());
        text.push_str(&line);
    }
    text
}

/// Small steps at first, then large ones up to 300,000 requests.
fn steps() -> impl Iterator<Item = u32> {
    let first = iter::repeat_n(500, 10);
    first.chain(iter::repeat_n(5_000, 59))
}
