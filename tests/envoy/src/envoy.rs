//! A proxy that serves.
//!
//! Everything a test may look at: its address, its counters, its log and its access log.

use std::{fs, net::SocketAddr};

use fixtures::{Ca, Identity};
use serde_json::Value;

use crate::{
    Client, ClientTls, LogLine, Proxy, Request, access_log, process::Process, proxy::ACCESS_LOG,
    until,
};

/// A running proxy; dropping it ends it.
pub struct Envoy {
    process: Process,
    admin: Client,
    address: SocketAddr,
}

impl Envoy {
    /// Waits until a process serves on the listener of this name.
    pub(crate) async fn serving(mut process: Process, listener: &str) -> Self {
        let admin = until("the admin interface", async || {
            alive(&mut process);
            process.admin()
        })
        .await;
        let admin = Client::new(admin, None);
        until("the proxy to be ready", async || {
            alive(&mut process);
            let ready = admin.try_send(&admin_request("/ready")).await.ok()?;
            (ready.status == 200).then_some(())
        })
        .await;
        let address = until("its listener", async || {
            alive(&mut process);
            listener_address(&admin, listener).await
        })
        .await;
        Self {
            process,
            admin,
            address,
        }
    }

    /// The listener's address.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Replaces a file below its folder in one step, as whoever rotates certificates does.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn replace_file(&self, path: &str, text: &str) {
        let path = self.process.folder().join(path);
        let fresh = path.with_extension("new");
        fs::write(&fresh, text).expect("a file in the proxy's folder");
        fs::rename(&fresh, path).expect("a file in the proxy's folder");
    }

    /// A client without TLS.
    #[must_use]
    pub const fn client(&self) -> Client {
        Client::new(self.address, None)
    }

    /// A TLS client that trusts `ca` and has no certificate.
    #[must_use]
    pub fn tls_client(&self, ca: &Ca) -> Client {
        self.client_with(ClientTls::trusting(ca))
    }

    /// A TLS client that trusts `ca` and shows a certificate.
    #[must_use]
    pub fn client_as(&self, ca: &Ca, identity: &Identity) -> Client {
        self.client_with(ClientTls::trusting(ca).identity(identity))
    }

    /// A client with these TLS settings.
    #[must_use]
    pub fn client_with(&self, tls: ClientTls) -> Client {
        Client::new(self.address, Some(tls.config()))
    }

    /// A counter or gauge; one that is not there counts as zero.
    pub async fn counter(&self, name: &str) -> u64 {
        let text = self.ask("/stats").await;
        text.lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(found, _)| *found == name)
            .map_or(0, |(_, value)| {
                value.parse().expect("a counter is a whole number")
            })
    }

    /// All counters and gauges whose name contains a word.
    pub async fn counters(&self, word: &str) -> Vec<(String, u64)> {
        let text = self.ask("/stats").await;
        text.lines()
            .filter_map(|line| line.split_once(": "))
            .filter(|(name, _)| name.contains(word))
            .filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?)))
            .collect()
    }

    /// Waits until a counter is at least `value`.
    pub async fn wait_for_counter(&self, name: &str, value: u64) {
        until(&format!("{name} >= {value}"), async || {
            (self.counter(name).await >= value).then_some(())
        })
        .await;
    }

    /// Waits for the access-log line of a request.
    pub async fn log_line(&self, request: &Request) -> LogLine {
        let path = self.process.folder().join(ACCESS_LOG);
        until(&format!("the log line of {}", request.id()), async || {
            access_log::find(&path, request.id())
        })
        .await
    }

    /// Waits for the access-log lines of many requests.
    pub async fn log_lines<'r>(&self, requests: impl Iterator<Item = &'r Request>) -> Vec<LogLine> {
        let path = self.process.folder().join(ACCESS_LOG);
        let ids: Vec<&str> = requests.map(Request::id).collect();
        until("all log lines", async || {
            let lines = access_log::all(&path);
            ids.iter().map(|id| lines.get(*id).cloned()).collect()
        })
        .await
    }

    /// All that the proxy has logged.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// Offers another listener to a proxy that was started with [`Proxy::start_watched`].
    pub fn update(&self, proxy: &Proxy) {
        proxy.publish(self.process.folder());
    }

    /// The number of its process.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// The body of an admin page.
    pub async fn ask(&self, path: &str) -> String {
        self.admin
            .try_send(&admin_request(path))
            .await
            .unwrap_or_else(|error| panic!("the admin page {path}: {error}\n{}", self.log()))
            .text()
    }
}

fn alive(process: &mut Process) {
    if let Some(status) = process.ended() {
        panic!("the proxy ended with {status}:\n{}", process.log());
    }
}

fn admin_request(path: &str) -> Vec<u8> {
    Request::get(path).header("connection", "close").to_bytes()
}

async fn listener_address(admin: &Client, name: &str) -> Option<SocketAddr> {
    let answer = admin
        .try_send(&admin_request("/listeners?format=json"))
        .await;
    let page: Value = answer.ok()?.json()?;
    let statuses = page["listener_statuses"].as_array()?;
    let status = statuses.iter().find(|status| status["name"] == name)?;
    let address = &status["local_address"]["socket_address"];
    let port = address["port_value"].as_u64()?;
    let ip = address["address"].as_str()?.parse().ok()?;
    Some(SocketAddr::new(ip, u16::try_from(port).ok()?))
}
