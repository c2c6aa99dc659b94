//! An nginx as upstream, which reads paths and hosts in its own way.
//!
//! It listens on a socket in a folder of its own, so that no port has to be guessed free, and ends
//! with its test: the shell that starts it waits on a pipe that closes when the test's process ends.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

use crate::{artifact::nginx_binary, until};

/// A running nginx; dropping it ends it.
pub struct Nginx {
    shell: Child,
    folder: TempDir,
}

impl Nginx {
    /// Starts it with `server` blocks that say `listen unix:nginx.sock`, relative to its folder.
    ///
    /// # Panics
    /// When it does not come up, with its log.
    pub async fn start(servers: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("portcullis-nginx-")
            .tempdir()
            .expect("a temporary folder");
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("{name}_temp_path {name};\n"))
            .concat();
        let text = format!(
            "daemon off; master_process off; pid nginx.pid;\nevents {{}}\n\
             http {{\naccess_log off;\n{temporary}{servers}\n}}\n"
        );
        let text = text.replace(
            "unix:nginx.sock",
            &format!("unix:{}/{SOCKET}", folder.path().display()),
        );
        fs::write(folder.path().join(CONFIG), text).expect("a configuration file");
        let log = fs::File::create(folder.path().join(LOG)).expect("a log file");
        let shell = Command::new("sh")
            .args(["-c", WATCHED, "nginx"])
            .arg(nginx_binary())
            .arg(folder.path())
            .arg(CONFIG)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("a shell runs");
        let mut nginx = Self { shell, folder };
        until("nginx to listen", async || {
            let ended = nginx.shell.try_wait().expect("a child's status");
            assert!(ended.is_none(), "nginx ended: {}", nginx.log());
            nginx.socket().exists().then_some(())
        })
        .await;
        nginx
    }

    /// The socket it listens on.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join(SOCKET)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join(LOG)).unwrap_or_default()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        drop(self.shell.wait());
    }
}

/// Starts nginx, ends it when standard input closes, and leaves nothing behind.
const WATCHED: &str = r#"
exec 3<&0
"$1" -p "$2/" -c "$2/$3" -e stderr <&- 3<&- & nginx=$!
(cat <&3 >/dev/null; kill "$nginx"; rm -rf "$2") 2>/dev/null &
exec 3<&-
wait "$nginx"
"#;
const CONFIG: &str = "nginx.conf";
const LOG: &str = "nginx.log";
const SOCKET: &str = "nginx.sock";
