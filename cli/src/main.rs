//! The `portcullis` command: checks documents before a proxy does, and tells what they may hold.
//!
//! It links the same policies as the plugins, so that what it accepts, they load.
#![forbid(unsafe_code)]

mod arguments;
mod check;
mod file_name;
mod key;
mod locate;
mod ordered;
mod plugin;
mod reference;
mod remarks;
mod schema;
mod yaml;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command};

/// A document was refused.
const REFUSED: u8 = 1;

/// A file could not be read, or the command line; the number that clap uses too.
const UNREADABLE: u8 = 2;

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Schema => print(&schema::page()).map(|()| ExitCode::SUCCESS),
        Command::Reference => print(&reference::page()).map(|()| ExitCode::SUCCESS),
        Command::Key(command) => key::run(&command),
    };
    // nobody is left to tell where standard output is closed
    done.unwrap_or_else(|_| ExitCode::from(UNREADABLE))
}

fn print(text: &str) -> io::Result<()> {
    io::stdout().lock().write_all(text.as_bytes())
}
