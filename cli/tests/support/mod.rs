//! Runs the binary as a user does: arguments and files in, text and exit status out.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "for tests, of which each binary uses some"
)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the binary did.
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// The lines that begin with this word and a colon.
    pub(crate) fn lines(&self, word: &str) -> Vec<&str> {
        let prefix = format!("{word}: ");
        self.out
            .lines()
            .filter_map(|line| line.strip_prefix(&prefix))
            .collect()
    }

    /// That the status is this; shows everything where it is not.
    #[track_caller]
    pub(crate) fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{}{}", self.out, self.err);
        self
    }

    /// That one line of this weight begins with this place and says these words.
    #[track_caller]
    pub(crate) fn says(&self, weight: &str, place: &str, words: &str) {
        let lines = self.lines(weight);
        let found = lines
            .iter()
            .any(|line| line.starts_with(&format!("{place}: ")) && line.contains(words));
        assert!(
            found,
            "no {weight} at {place} with \"{words}\":\n{}",
            self.out
        );
    }
}

/// Runs the binary with these arguments and this standard input.
pub(crate) fn portcullis(arguments: &[&str], input: &str) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_portcullis"))
        .args(arguments)
        .current_dir(repository())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // one that answers without reading closes the pipe first
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Ran {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Checks a text as a file of the name `standard input`.
pub(crate) fn check(text: &str) -> Ran {
    portcullis(&["check", "-"], text)
}

/// Checks a text for a plugin.
pub(crate) fn check_for(plugin: &str, text: &str) -> Ran {
    portcullis(&["check", "--plugin", plugin, "-"], text)
}

/// The repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// A file of the repository.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A text with one part replaced, which must be there.
#[track_caller]
pub(crate) fn with(text: &str, part: &str, instead: &str) -> String {
    assert!(text.contains(part), "no \"{part}\" in the text");
    text.replace(part, instead)
}
