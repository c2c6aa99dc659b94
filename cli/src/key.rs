//! `portcullis key`: makes API keys, and the lines of a document that know them.
//!
//! A key is shown once, here, and kept nowhere: the document holds its digest alone.

use std::io::{self, Read};
use std::process::ExitCode;

use api_key::{Digest, MAX_KEY_BYTES};
use policy::language::Json;

use crate::arguments::{Format, Hash, Holder, KeyCommand, New};
use crate::ordered::{pretty, text};
use crate::{UNREADABLE, print};

/// What every key begins with, so that a key in a log or a repository is known for one.
const PREFIX: &str = "portcullis_";

/// Fewer characters than this cannot hold 128 random bits: 22 of base64 do.
const SHORT: usize = 22;

/// Runs one of the commands.
///
/// # Errors
/// Standard input or output is closed.
pub(crate) fn run(command: &KeyCommand) -> io::Result<ExitCode> {
    match command {
        KeyCommand::New(new) => make(new),
        KeyCommand::Hash(hash) => digest(hash),
    }
}

fn make(new: &New) -> io::Result<ExitCode> {
    let mut random = vec![0; usize::from(new.bytes)];
    if let Err(error) = getrandom::fill(&mut random) {
        return Ok(refuse(&format!(
            "the system gives no random bytes: {error}"
        )));
    }
    let digits = random.iter().map(|byte| format!("{byte:02x}"));
    let key: String = std::iter::once(PREFIX.to_owned()).chain(digits).collect();
    let digest = Digest::of(key.as_bytes());
    print(&match new.format {
        Format::Json => {
            let mut members = vec![("key".to_owned(), text(&*key))];
            members.extend(entry(&new.holder, &digest));
            pretty(&Json::Object(members))
        }
        Format::Text => format!(
            "Give this key to {}. It is shown this once and kept nowhere:\n\n  {key}\n\n\
             Add this line to api_key.keys of the document:\n\n  {}\n",
            new.holder.client,
            line(&new.holder, &digest),
        ),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn digest(hash: &Hash) -> io::Result<ExitCode> {
    let mut key = Vec::new();
    let most = u64::try_from(MAX_KEY_BYTES.saturating_add(3)).unwrap_or(u64::MAX);
    io::stdin().lock().take(most).read_to_end(&mut key)?;
    // what `echo` and editors put behind it
    if key.last() == Some(&b'\n') {
        key.pop();
        if key.last() == Some(&b'\r') {
            key.pop();
        }
    }
    if let Some(problem) = unusable(&key) {
        return Ok(refuse(problem));
    }
    if key.len() < SHORT {
        warn(
            "warning: the key is short; whoever reads the document finds a key that can be guessed. \
             `portcullis key new` makes a better one",
        );
    }
    let digest = Digest::of(&key);
    let holder = hash.client.as_ref().map(|client| Holder {
        client: client.clone(),
        not_after: hash.not_after.clone(),
    });
    print(&match holder {
        Some(holder) => format!("{}\n", line(&holder, &digest)),
        None => format!("{digest}\n"),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Why no request can carry a key.
fn unusable(key: &[u8]) -> Option<&'static str> {
    if key.is_empty() {
        Some("no key on standard input")
    } else if key.len() > MAX_KEY_BYTES {
        Some("the key is longer than 1,024 bytes, and so never taken")
    } else if !key.iter().all(u8::is_ascii_graphic) {
        Some("the key holds a space, a control character or a letter that is not ASCII")
    } else if key.iter().any(|byte| b",;\"".contains(byte)) {
        Some(
            "the key holds a comma, a semicolon or a quote, which no header or cookie carries whole",
        )
    } else {
        None
    }
}

/// The entry of `api_key.keys`.
fn entry(holder: &Holder, digest: &Digest) -> Vec<(String, Json)> {
    let mut members = vec![
        ("client".to_owned(), text(&*holder.client)),
        ("sha256".to_owned(), text(digest.to_string())),
    ];
    if let Some(time) = &holder.not_after {
        members.push(("not_after".to_owned(), text(&**time)));
    }
    members
}

/// The entry as a line of YAML, all of it quoted: clients may be called `7` or `no`.
fn line(holder: &Holder, digest: &Digest) -> String {
    let client = &holder.client;
    let not_after = holder.not_after.as_ref();
    let not_after = not_after.map(|time| format!(", not_after: \"{time}\""));
    let not_after = not_after.unwrap_or_default();
    format!("- {{client: \"{client}\", sha256: \"{digest}\"{not_after}}}")
}

fn refuse(problem: &str) -> ExitCode {
    warn(&format!("error: {problem}"));
    ExitCode::from(UNREADABLE)
}

#[allow(
    clippy::print_stderr,
    reason = "what is wrong must not stand in a pipe"
)]
fn warn(line: &str) {
    eprintln!("{line}");
}
