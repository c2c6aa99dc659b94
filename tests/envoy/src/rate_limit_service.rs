//! The field's own rate limit service with its store: envoyproxy/ratelimit and Valkey.
//!
//! Both listen on sockets in a folder of their own, so that no port has to be guessed free.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    artifact::{ratelimit_binary, valkey_binary},
    daemon::Daemon,
    until,
};

/// A running service with its store; dropping it ends both.
pub struct RateLimitService {
    service: Option<Daemon>,
    store: Option<Daemon>,
    folder: TempDir,
}

impl RateLimitService {
    /// Starts both, with an empty configuration for one domain.
    ///
    /// # Panics
    /// When they do not come up, with their log.
    pub async fn start(domain: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("portcullis-ratelimit-")
            .tempdir()
            .expect("a temporary folder");
        let config = folder.path().join("runtime/shared/config");
        fs::create_dir_all(&config).expect("a folder");
        fs::write(config.join("domain.yaml"), format!("domain: {domain}\n")).expect("a file");
        let mut both = Self {
            service: None,
            store: None,
            folder,
        };
        both.start_store().await;
        both.start_service().await;
        both
    }

    /// A cluster of this name that leads to the service.
    #[must_use]
    pub fn cluster(&self, name: &str) -> Value {
        let pipe = json!({"pipe": {"path": self.path(SERVICE)}});
        let options = json!({
            "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
            "explicit_http_config": {"http2_protocol_options": {}},
        });
        json!({
            "name": name,
            "connect_timeout": "1s",
            "typed_extension_protocol_options": {
                "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": options,
            },
            "load_assignment": {
                "cluster_name": name,
                "endpoints": [{"lb_endpoints": [{"endpoint": {"address": pipe}}]}],
            },
        })
    }

    /// Starts the store, or starts it again, empty.
    pub async fn start_store(&mut self) {
        let socket = self.path(STORE);
        let mut command = Command::new(valkey_binary());
        command
            .current_dir(self.folder.path())
            .args(["--port", "0", "--save", "", "--appendonly", "no"])
            .arg("--unixsocket")
            .arg(&socket);
        self.store = Some(started(command, &socket, &self.path("valkey.log")).await);
    }

    /// Starts the service, or starts it again.
    pub async fn start_service(&mut self) {
        let socket = self.path(SERVICE);
        let mut command = Command::new(ratelimit_binary());
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("RUNTIME_ROOT", self.path("runtime"))
            .env("RUNTIME_SUBDIRECTORY", "shared")
            .env("RUNTIME_WATCH_ROOT", "false")
            .env("REDIS_SOCKET_TYPE", "unix")
            .env("REDIS_URL", self.path(STORE))
            .env("GRPC_UDS", &socket)
            .env("USE_STATSD", "false")
            .env("LOG_LEVEL", "error");
        for name in ["HOST", "DEBUG_HOST"] {
            command.env(name, "127.0.0.1");
        }
        for name in ["PORT", "DEBUG_PORT"] {
            command.env(name, "0"); // any
        }
        self.service = Some(started(command, &socket, &self.path("ratelimit.log")).await);
    }

    /// Kills the store.
    pub fn kill_store(&mut self) {
        self.store = None;
    }

    /// Kills the service.
    pub fn kill_service(&mut self) {
        self.service = None;
    }

    /// Has the service stand still: it takes calls, and answers none.
    ///
    /// # Panics
    /// When it is not there.
    pub fn pause(&self) {
        self.service.as_ref().expect("a service").pause();
    }

    /// Has the service go on.
    ///
    /// # Panics
    /// When it is not there.
    pub fn resume(&self) {
        self.service.as_ref().expect("a service").resume();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Starts a server and waits for its socket, which an earlier one may have left behind.
async fn started(command: Command, socket: &Path, log: &Path) -> Daemon {
    drop(fs::remove_file(socket));
    let mut daemon = Daemon::start(command, log);
    until(&format!("{}", socket.display()), async || {
        let log = || fs::read_to_string(log).unwrap_or_default();
        assert!(daemon.runs(), "it ended: {}", log());
        std::os::unix::net::UnixStream::connect(socket).ok()
    })
    .await;
    daemon
}

const STORE: &str = "valkey.sock";
const SERVICE: &str = "ratelimit.sock";
