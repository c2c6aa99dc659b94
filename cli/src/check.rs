//! `portcullis check`: reads files, compiles what they hold as a plugin would, and tells the rest.
//!
//! The document goes to the plugins' own compiler as the bytes that a proxy would hand over, so
//! the answer here is the answer there.

mod as_json;
mod as_text;
mod outcome;

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::process::ExitCode;

use policy::language::{Place, Report};

use self::as_text::Colours;
use self::outcome::{Checked, Outcome, Totals};
use crate::arguments::{Check, Format};
use crate::locate::{self, Findings, LOOKED_FOR, Located};
use crate::plugin::Plugin;
use crate::{REFUSED, UNREADABLE, ordered, yaml};

/// Checks the files and prints what was found.
///
/// # Errors
/// Standard output is closed.
pub(crate) fn run(arguments: &Check) -> io::Result<ExitCode> {
    let outcomes: Vec<Outcome> = arguments
        .files
        .iter()
        .map(|file| check_file(file, arguments.plugin))
        .collect();
    let totals = Totals::of(&outcomes);
    let mut out = io::stdout().lock();
    match arguments.format {
        Format::Text => {
            let on_terminal = out.is_terminal() && std::env::var_os("NO_COLOR").is_none();
            let colours = if on_terminal {
                Colours::Ansi
            } else {
                Colours::None
            };
            out.write_all(as_text::write(&outcomes, &totals, colours).as_bytes())?;
        }
        Format::Json => out.write_all(as_json::write(&outcomes, &totals).as_bytes())?,
    }
    Ok(if totals.unreadable > 0 {
        ExitCode::from(UNREADABLE)
    } else if totals.refused > 0 {
        ExitCode::from(REFUSED)
    } else {
        ExitCode::SUCCESS
    })
}

fn check_file(file: &str, forced: Option<Plugin>) -> Outcome {
    let name = if file == "-" { "standard input" } else { file };
    let mut outcome = Outcome::new(name);
    let readings = read_text(file).and_then(|text| yaml::read(&text));
    let mut findings = Findings::default();
    match readings {
        Err(problem) => {
            outcome.problem = Some(problem);
            return outcome;
        }
        Ok(readings) => {
            for reading in readings {
                locate::documents(reading, forced, &mut findings);
            }
        }
    }
    if findings.documents.is_empty() {
        outcome.problem = Some(LOOKED_FOR.to_owned());
    }
    outcome.skipped = findings.skipped;
    outcome.documents = findings
        .documents
        .into_iter()
        .map(|located| check_document(located, forced))
        .collect();
    outcome
}

fn check_document(located: Located, forced: Option<Plugin>) -> Checked {
    let plugin = forced.or(located.plugin).unwrap_or(Plugin::Gateway);
    let remarks = match &located.reading {
        None => located.remarks,
        Some(reading) => {
            let mut quirks = Report::default();
            if let Some(cautious) = &reading.cautious {
                yaml::report_quirks(&reading.json, cautious, &Place::top(), &mut quirks);
            }
            let bytes = ordered::compact(&reading.json).into_bytes();
            let compiled = policy::compile(&bytes, plugin.file(), plugin.policies());
            let report = match &compiled {
                Ok((_, report)) | Err(report) => report,
            };
            located.remarks.behind(&quirks).behind(report)
        }
    };
    Checked {
        place: located.place,
        plugin,
        remarks,
    }
}

fn read_text(file: &str) -> Result<String, String> {
    let cannot = |error: io::Error| format!("cannot be read: {error}");
    let mut bytes = Vec::new();
    let bound = yaml::MAX_FILE_BYTES.saturating_add(1);
    if file == "-" {
        io::stdin().lock().take(bound).read_to_end(&mut bytes)
    } else {
        File::open(file).and_then(|opened| opened.take(bound).read_to_end(&mut bytes))
    }
    .map_err(cannot)?;
    if bytes.len() as u64 >= bound {
        let max = yaml::MAX_FILE_BYTES;
        return Err(format!("cannot be read: larger than {max} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| "cannot be read: not UTF-8".to_owned())
}
