//! A proxy that is still to be started: its listener, its filters, its workers.
//!
//! A test states what it is about and takes the rest as it is shipped.

use std::{fs, net::SocketAddr, path::Path};

use fixtures::{Ca, Identity};
use serde_json::{Value, json};

use crate::{
    Echo, Envoy, Hygiene, Plugin, Transport,
    http_chain::{connection_manager, seal, wasm_filter},
    process::{Process, command, folder, validated},
    transport::towards,
    until,
};

/// A proxy before it is started.
#[derive(Clone)]
#[must_use]
pub struct Proxy {
    upstream: Echo,
    /// The next proxy with the TLS towards it, in the upstream's place.
    next: Option<(SocketAddr, Value)>,
    workers: u32,
    port: u16,
    transport: Transport,
    hygiene: Hygiene,
    /// Settings of the connection manager beside those of `hygiene`.
    settings: Value,
    filters: Vec<Value>,
    /// The plugin whose mark the access log shows and the seal asks for.
    marked_by: &'static str,
    seal: bool,
    /// What the proxy answers itself to what is permitted, in place of the upstream.
    answer: Option<&'static str>,
    /// Clusters beside the upstream's.
    clusters: Vec<Value>,
}

/// A configuration that the proxy did not take.
#[derive(Debug)]
pub struct Refusal {
    /// The process's exit code.
    pub exit: i32,
    /// What it logged.
    pub log: String,
}

impl Proxy {
    /// One worker, plain text, shipped hygiene, no plugin and no seal.
    pub const fn new(upstream: Echo) -> Self {
        Self {
            upstream,
            next: None,
            workers: 1,
            port: 0,
            transport: Transport::plain(),
            hygiene: Hygiene::Shipped,
            settings: Value::Null,
            filters: Vec::new(),
            marked_by: "none",
            seal: false,
            answer: None,
            clusters: Vec::new(),
        }
    }

    /// Has the proxy answer itself what is permitted, to measure what comes before.
    pub const fn answering(mut self, body: &'static str) -> Self {
        self.answer = Some(body);
        self
    }

    /// The number of worker threads.
    pub const fn workers(mut self, workers: u32) -> Self {
        self.workers = workers;
        self
    }

    /// The listener's port, for a document that names it; else a free one is taken.
    pub const fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// How the listener is reached.
    pub fn transport(mut self, transport: Transport) -> Self {
        self.transport = transport;
        self
    }

    /// What the listener does before the plugin.
    pub const fn hygiene(mut self, hygiene: Hygiene) -> Self {
        self.hygiene = hygiene;
        self
    }

    /// Sends requests on to another proxy over mutual TLS, instead of to the upstream.
    pub fn towards(mut self, next: &Envoy, identity: &Identity, ca: &Ca) -> Self {
        self.next = Some((next.address(), towards(identity, ca)));
        self
    }

    /// A cluster beside the upstream's, for what a plugin asks of other services.
    pub fn cluster(mut self, name: &str, address: SocketAddr) -> Self {
        self.clusters.push(plain_cluster(name, address));
        self
    }

    /// Settings of the connection manager that a test is about, over all others.
    pub fn settings(mut self, settings: Value) -> Self {
        self.settings = settings;
        self
    }

    /// A plugin with its document, and the seal behind it.
    pub fn plugin(self, plugin: Plugin, document: &Value) -> Self {
        self.plugin_text(plugin, Some(&document.to_string()))
    }

    /// A plugin with any text as its configuration, or with none, and the seal behind it.
    pub fn plugin_text(mut self, plugin: Plugin, configuration: Option<&str>) -> Self {
        let filter = wasm_filter(&plugin.path(), "portcullis", configuration);
        self.filters.push(filter);
        self.marked_by = plugin.name();
        self.sealed()
    }

    /// Any HTTP filter.
    pub fn filter(mut self, filter: Value) -> Self {
        self.filters.push(filter);
        self
    }

    /// The same, with protocol and address as they are written.
    pub fn cluster_as_written(mut self, cluster: Value) -> Self {
        self.clusters.push(cluster);
        self
    }

    /// The seal behind all filters.
    pub const fn sealed(mut self) -> Self {
        self.seal = true;
        self
    }

    /// No seal: only to show what it is for.
    pub const fn unsealed(mut self) -> Self {
        self.seal = false;
        self
    }

    /// Starts it and waits until it serves.
    ///
    /// # Panics
    /// When it does not, with its log.
    pub async fn start(&self) -> Envoy {
        let folder = folder();
        let listener = self.listener(folder.path());
        self.write(folder.path(), &json!({"listeners": [listener]}), &json!({}));
        Envoy::serving(Process::start(folder, CONFIG, self.workers), LISTENER).await
    }

    /// Starts it with a listener that [`Envoy::update`] can replace.
    ///
    /// # Panics
    /// When it does not come up, with its log.
    pub async fn start_watched(&self) -> Envoy {
        let folder = folder();
        let source = json!({"path": folder.path().join(LISTENERS)});
        let dynamic = json!({"lds_config": {"path_config_source": source}});
        self.publish(folder.path());
        self.write(folder.path(), &json!({}), &dynamic);
        Envoy::serving(Process::start(folder, CONFIG, self.workers), LISTENER).await
    }

    /// Starts it, expecting that it refuses its configuration and ends.
    ///
    /// # Panics
    /// When it serves instead.
    pub async fn refused_start(&self) -> Refusal {
        let folder = folder();
        let listener = self.listener(folder.path());
        self.write(folder.path(), &json!({"listeners": [listener]}), &json!({}));
        let mut process = Process::start(folder, CONFIG, self.workers);
        let status = until("the proxy to refuse and end", async || process.ended()).await;
        Refusal {
            exit: status.code().unwrap_or_default(),
            log: process.log(),
        }
    }

    /// Runs `envoy --mode validate` on its configuration.
    ///
    /// # Errors
    /// With the exit code and the log, when the configuration is refused.
    pub fn validate(&self) -> Result<(), Refusal> {
        let folder = folder();
        let listener = self.listener(folder.path());
        self.write(folder.path(), &json!({"listeners": [listener]}), &json!({}));
        validated(command(folder.path(), CONFIG))
    }

    /// Puts its listener where a watched proxy looks: written beside, then renamed in one step.
    pub(crate) fn publish(&self, folder: &Path) {
        let mut listener = self.listener(folder);
        listener["@type"] = json!("type.googleapis.com/envoy.config.listener.v3.Listener");
        let fresh = folder.join("listeners.new");
        let text = json!({"resources": [listener]}).to_string();
        fs::write(&fresh, text).expect("a file in the proxy's folder");
        fs::rename(&fresh, folder.join(LISTENERS)).expect("a file in the proxy's folder");
    }

    fn write(&self, folder: &Path, listeners: &Value, dynamic: &Value) {
        let loopback = json!({"address": "127.0.0.1", "port_value": 0});
        let mut resources = listeners.clone();
        let clusters = std::iter::once(self.upstream_cluster());
        resources["clusters"] = clusters.chain(self.clusters.iter().cloned()).collect();
        let bootstrap = json!({
            "node": {"id": "test", "cluster": "test"},
            "admin": {"address": {"socket_address": loopback}},
            "static_resources": resources,
            "dynamic_resources": dynamic,
        });
        fs::write(folder.join(CONFIG), bootstrap.to_string()).expect("a configuration file");
    }

    fn listener(&self, folder: &Path) -> Value {
        let seal = self.seal.then(|| seal(self.marked_by));
        let filters: Vec<Value> = self.filters.iter().cloned().chain(seal).collect();
        let manager = connection_manager(
            (self.hygiene, self.answer),
            &filters,
            self.marked_by,
            &folder.join(ACCESS_LOG),
            &self.settings,
        );
        let mut chain = json!({"filters": [manager]});
        if let Some(socket) = self.transport.socket() {
            chain["transport_socket"] = socket.clone();
        }
        json!({
            "name": LISTENER,
            "stat_prefix": LISTENER,
            "address": {"socket_address": {"address": "127.0.0.1", "port_value": self.port}},
            "filter_chains": [chain],
        })
    }

    fn upstream_cluster(&self) -> Value {
        let next = self.next.as_ref();
        let address = next.map_or_else(|| self.upstream.address(), |(address, _)| *address);
        let mut cluster = plain_cluster("upstream", address);
        if let Some((_, tls)) = next {
            cluster["transport_socket"] = tls.clone();
        }
        cluster
    }
}

fn plain_cluster(name: &str, address: SocketAddr) -> Value {
    let socket = json!({"address": address.ip(), "port_value": address.port()});
    let endpoint = json!({"endpoint": {"address": {"socket_address": socket}}});
    json!({
        "name": name,
        "connect_timeout": "5s",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [endpoint]}],
        },
    })
}

pub(crate) const ACCESS_LOG: &str = "access.log";
const CONFIG: &str = "envoy.json";
const LISTENERS: &str = "listeners.json";
const LISTENER: &str = "under_test";
