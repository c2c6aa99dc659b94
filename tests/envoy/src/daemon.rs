//! A server beside the proxy, as a child process that never outlives its test.

use std::{
    fs::File,
    path::Path,
    process::{Child, Command, Stdio},
};

/// A running server; dropping it ends it.
pub(crate) struct Daemon {
    child: Child,
    watchdog: Child,
}

impl Daemon {
    /// Starts it, with what it says in a file.
    pub(crate) fn start(mut command: Command, log: &Path) -> Self {
        let file = || File::options().create(true).append(true).open(log);
        let child = command
            .stdin(Stdio::null())
            .stdout(file().expect("a log file"))
            .stderr(file().expect("a log file"))
            .spawn()
            .expect("the server's binary runs");
        let watchdog = Command::new("sh")
            .args(["-c", r#"cat >/dev/null; kill -9 "$1""#, "watchdog"])
            .arg(child.id().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell runs");
        Self { child, watchdog }
    }

    /// Whether it still runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().expect("a child's status").is_none()
    }

    /// Has it stand still: connections stay, and nothing is answered.
    pub(crate) fn pause(&self) {
        self.signal("-STOP");
    }

    /// Has it go on.
    pub(crate) fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill")
            .arg(signal)
            .arg(self.child.id().to_string())
            .status();
        assert!(status.expect("kill runs").success(), "{signal}");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        for process in [&mut self.watchdog, &mut self.child] {
            drop(process.kill());
            drop(process.wait());
        }
    }
}
