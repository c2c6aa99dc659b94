//! The proxy as a child process that never outlives its test.
//!
//! Dropping it kills it. A test binary keeps some proxies in statics, which are never dropped, and
//! it can itself be killed: so a second, tiny process waits on a pipe that closes when this one ends.

use std::{
    fs::File,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
};

use tempfile::TempDir;

use crate::{Refusal, artifact::envoy_binary};

/// A running proxy with its folder.
pub(crate) struct Process {
    child: Child,
    watchdog: Child,
    folder: TempDir,
}

impl Process {
    /// Starts it with a configuration that lies in `folder`.
    pub(crate) fn start(folder: TempDir, configuration: &str, workers: u32) -> Self {
        let log = File::create(folder.path().join(LOG)).expect("a log file");
        let child = command(folder.path(), configuration)
            .args(["--concurrency", &workers.to_string()])
            .arg("--admin-address-path")
            .arg(folder.path().join(ADMIN))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the proxy's binary runs");
        let watchdog = watch(&child, folder.path());
        Self {
            child,
            watchdog,
            folder,
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, when it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child's status")
    }

    /// All that it has logged.
    pub(crate) fn log(&self) -> String {
        let bytes = std::fs::read(self.folder().join(LOG)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The admin interface's address, once it listens.
    pub(crate) fn admin(&self) -> Option<std::net::SocketAddr> {
        let text = std::fs::read_to_string(self.folder().join(ADMIN)).ok()?;
        text.trim().parse().ok()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        for process in [&mut self.watchdog, &mut self.child] {
            drop(process.kill());
            drop(process.wait());
        }
    }
}

/// A fresh folder for a proxy.
pub(crate) fn folder() -> TempDir {
    tempfile::Builder::new()
        .prefix("portcullis-envoy-")
        .tempdir()
        .expect("a temporary folder")
}

/// Runs a proxy's command in `--mode validate`.
pub(crate) fn validated(mut command: Command) -> Result<(), Refusal> {
    let output = command
        .args(["--mode", "validate"])
        .output()
        .expect("the proxy's binary runs");
    if output.status.success() {
        return Ok(());
    }
    Err(Refusal {
        exit: output.status.code().unwrap_or_default(),
        log: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// A proxy's command with what every run shares.
pub(crate) fn command(folder: &Path, configuration: &str) -> Command {
    let mut command = Command::new(envoy_binary());
    command
        .current_dir(folder)
        .arg("--config-path")
        .arg(folder.join(configuration))
        // No shared memory, so that many run at once and a kill leaves nothing behind.
        .arg("--disable-hot-restart")
        // Access-log lines are waited for; the default holds them back for ten seconds.
        .args(["--file-flush-interval-msec", "20"])
        .args(["--log-level", "warn"])
        // What a plugin logs is read by tests.
        .args(["--component-log-level", "wasm:info"]);
    command
}

fn watch(child: &Child, folder: &Path) -> Child {
    Command::new("sh")
        .args([
            "-c",
            r#"cat >/dev/null; kill -9 "$1"; rm -rf "$2""#,
            "watchdog",
        ])
        .arg(child.id().to_string())
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell runs")
}

const ADMIN: &str = "admin";
const LOG: &str = "envoy.log";
