//! A proxy under measurement: one listener over mutual TLS, and an answer of its own to what passes.
//!
//! No upstream and no access log: what is left is the connection, HTTP, and the filters.

use std::{
    env,
    fs::{self, File},
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    native::{self, EXTENSIONS},
    plugin::repository,
    world::World,
};

/// What a proxy is started with.
#[derive(Clone)]
pub(crate) struct Setup {
    /// The HTTP filters before the router.
    pub(crate) filters: Vec<Value>,
    /// Clusters that filters call.
    pub(crate) clusters: Vec<Value>,
    /// Whether the route leads to a cluster, as some filters ask for; the fault filter then answers
    /// in the route's place, at about the same cost.
    pub(crate) routed: bool,
    /// The number of worker threads.
    pub(crate) workers: u32,
    /// Whether its log says when the plugin is configured.
    pub(crate) traced: bool,
    /// The processor it runs on.
    pub(crate) processor: usize,
}

/// A running proxy; dropping it ends it.
pub(crate) struct Proxy {
    child: Child,
    folder: TempDir,
    address: SocketAddr,
}

impl Setup {
    /// One worker on the first processor, with these filters.
    #[must_use]
    pub(crate) const fn new(filters: Vec<Value>) -> Self {
        Self {
            filters,
            clusters: Vec::new(),
            routed: false,
            workers: 1,
            traced: false,
            processor: 0,
        }
    }

    /// Starts it and waits until it serves.
    ///
    /// # Panics
    /// When it does not, with its log.
    #[must_use]
    pub(crate) fn start(&self, world: &World) -> Proxy {
        let folder = tempfile::Builder::new()
            .prefix("portcullis-bench-")
            .tempdir()
            .expect("a folder");
        let config = folder.path().join("envoy.json");
        fs::write(&config, self.bootstrap(world).to_string()).expect("a file");
        let log = File::create(folder.path().join(LOG)).expect("a log file");
        let level = if self.traced {
            "wasm:trace"
        } else {
            "wasm:warn"
        };
        // It ends with us, however we end.
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "taskset", "-c"])
            .arg(self.processor.to_string())
            .arg(binary())
            .current_dir(folder.path())
            .arg("--config-path")
            .arg(&config)
            .args(["--concurrency", &self.workers.to_string()])
            .arg("--admin-address-path")
            .arg(folder.path().join(ADMIN))
            .args(["--disable-hot-restart", "--log-level", "warn"])
            .args(["--component-log-level", level])
            .args(["--log-format", "%H:%M:%S.%f %t %v"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("setpriv and taskset run the proxy");
        Proxy::serving(child, folder)
    }

    fn bootstrap(&self, world: &World) -> Value {
        let any = json!({"address": "127.0.0.1", "port_value": 0});
        let mut filters = self.filters.clone();
        filters.push(native::filter("router", "router.v3.Router", json!({})));
        let mut clusters = self.clusters.clone();
        let mut route = json!({
            "match": {"prefix": "/"},
            "direct_response": {"status": 200, "body": {"inline_string": "permitted"}},
        });
        if self.routed {
            filters.insert(filters.len().saturating_sub(1), native::answering());
            clusters.push(json!({"name": "nowhere", "connect_timeout": "1s"}));
            route = json!({"match": {"prefix": "/"}, "route": {"cluster": "nowhere"}});
        }
        let manager = json!({
            "@type": format!("{EXTENSIONS}.network.http_connection_manager.v3.HttpConnectionManager"),
            "stat_prefix": "bench",
            // The caller's address is what X-Forwarded-For says, so that there can be many.
            "use_remote_address": false,
            "strip_any_host_port": true,
            "normalize_path": true,
            "merge_slashes": true,
            "path_with_escaped_slashes_action": "REJECT_REQUEST",
            "common_http_protocol_options": {"headers_with_underscores_action": "REJECT_REQUEST"},
            "http_filters": filters,
            "route_config": {"virtual_hosts": [{
                "name": "all", "domains": ["*"],
                // Read by the filter that asks a rate-limit service, and by no other.
                "rate_limits": [{"actions": [{"remote_address": {}}]}],
                "routes": [route],
            }]},
        });
        let tls = json!({
            "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            "require_client_certificate": true,
            "common_tls_context": {
                "tls_certificates": [{
                    "certificate_chain": {"inline_string": world.server().cert_pem()},
                    "private_key": {"inline_string": world.server().key_pem()},
                }],
                "validation_context": {"trusted_ca": {"inline_string": world.ca().cert_pem()}},
            },
        });
        json!({
            "admin": {"address": {"socket_address": any}},
            "static_resources": {
                "clusters": clusters,
                "listeners": [{
                    "name": LISTENER,
                    "address": {"socket_address": any},
                    "filter_chains": [{
                        "filters": [{"name": "http", "typed_config": manager}],
                        "transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": tls},
                    }],
                }],
            },
        })
    }
}

impl Proxy {
    /// Where it listens.
    #[must_use]
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The number of its process.
    #[must_use]
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// What it has logged.
    #[must_use]
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join(LOG)).unwrap_or_default()
    }

    fn serving(child: Child, folder: TempDir) -> Self {
        let mut proxy = Self {
            child,
            folder,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
        };
        let began = Instant::now();
        loop {
            if let Some(address) = proxy.listener() {
                proxy.address = address;
                return proxy;
            }
            let ended = proxy.child.try_wait().expect("a child").is_some();
            let slow = began.elapsed() > PATIENCE;
            assert!(
                !ended && !slow,
                "the proxy does not serve:\n{}",
                proxy.log()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn listener(&self) -> Option<SocketAddr> {
        let admin = fs::read_to_string(self.folder.path().join(ADMIN)).ok()?;
        let admin = admin.trim().parse().ok()?;
        ask(admin, "/ready").filter(|text| text.starts_with("HTTP/1.1 200"))?;
        let text = ask(admin, "/listeners")?;
        let (_, rest) = text.split_once(&format!("{LISTENER}::"))?;
        rest.split_whitespace().next()?.parse().ok()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The proxy's binary: `PORTCULLIS_ENVOY`, else the one that the repository installs for itself.
#[must_use]
pub(crate) fn binary() -> PathBuf {
    env::var_os("PORTCULLIS_ENVOY").map_or_else(
        || repository().join(".tools/envoy/bin/envoy"),
        PathBuf::from,
    )
}

/// A page of the admin interface with its head.
fn ask(admin: SocketAddr, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(admin).ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: admin\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    Some(text)
}

const PATIENCE: Duration = Duration::from_secs(60);
const LISTENER: &str = "bench";
const ADMIN: &str = "admin";
const LOG: &str = "envoy.log";
