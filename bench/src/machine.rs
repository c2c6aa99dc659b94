//! Where and with what a run was made.

use std::{fmt::Write, fs, process::Command};

use crate::proxy::binary;

/// The versions, the machine, and the command.
#[must_use]
pub(crate) fn described(command: &str) -> String {
    let mut text = String::new();
    let lines = [
        ("command", format!("`{command}`")),
        ("proxy", first_line(Command::new(binary()).arg("--version"))),
        (
            "built with",
            first_line(Command::new("rustc").arg("--version")),
        ),
        (
            "commit",
            first_line(Command::new("git").args(["rev-parse", "--short=12", "HEAD"])),
        ),
        (
            "day",
            first_line(Command::new("date").args(["-u", "+%Y-%m-%d"])),
        ),
        ("processors", processors()),
        ("system", first_line(Command::new("uname").arg("-sr"))),
    ];
    text.push_str("| | |\n| --- | --- |\n");
    for (name, value) in lines {
        let _ = writeln!(text, "| {name} | {value} |");
    }
    text
}

fn processors() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let mut models = text
        .lines()
        .filter_map(|line| line.strip_prefix("model name"));
    let model = models.next().unwrap_or_default();
    let count = 1 + models.count();
    format!("{count} x {}", model.trim_start_matches([' ', '\t', ':']))
}

/// What a command says in the first line that is not empty.
fn first_line(command: &mut Command) -> String {
    let output = command.output().map(|output| output.stdout);
    let text = String::from_utf8_lossy(&output.unwrap_or_default()).into_owned();
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    line.map_or("", |line| line.rsplit("  version: ").next().unwrap_or(line))
        .to_owned()
}
