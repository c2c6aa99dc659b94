//! What can go wrong with the demo itself, as opposed to what it shows.

use std::{io, path::PathBuf};

/// Why the demo could not be made, started or carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A configuration does not have the shape that the demo fills in.
    #[error("{path}: {problem}")]
    Configuration {
        /// The configuration's file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A program could not be started.
    #[error("cannot start {program}: {source}")]
    Start {
        /// The program.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A program ended although it should serve.
    #[error("{name} ended ({status}); the end of {log}:\n{tail}", log = log.display())]
    Ended {
        /// Which one.
        name: String,
        /// Its exit status.
        status: String,
        /// Where its log is.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },
    /// The stack did not come up in time.
    #[error("not ready after {seconds} s; last answer: {last}")]
    NotReady {
        /// How long was waited.
        seconds: u64,
        /// What the last attempt met with.
        last: String,
    },
    /// A certificate or key could not be used.
    #[error("{path}: {problem}")]
    Credential {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A request of the round could not be written.
    #[error("a request of the round: {0}")]
    Request(String),
    /// The network failed where the demo needs it.
    #[error("{doing}: {source}")]
    Network {
        /// What was tried.
        doing: String,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    /// For `map_err` on everything that touches a file.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }

    /// For `map_err` on sockets.
    pub fn network(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Network { doing, source }
    }
}
