//! An OpenID provider: npm's `oidc-provider`, which signs access tokens after RFC 9068.
//!
//! It is served over TLS, asks clients for a certificate and binds tokens to it (RFC 8705), and takes
//! other keys while it runs. The test tells it what to do by lines on its standard input; when that
//! closes, it ends: so it never outlives its test.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
};

use fixtures::{Ca, Identity};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::spawn_blocking;

use super::ask::{Body, ask};
use crate::{
    Client, ClientTls,
    artifact::{oidc_packages, repository},
    until,
};

/// A running provider; dropping it ends it.
pub struct Oidc {
    ca: Ca,
    server: Identity,
    folder: TempDir,
    port: u16,
    published: Mutex<Vec<Signer>>,
    /// Blocking pipes and not tokio's, since those would end with the runtime of the first test.
    process: Arc<Mutex<Option<Running>>>,
}

/// A signing key: its algorithm and its key id. The key itself is made when it is first named, and
/// kept over a restart.
pub type Signer = (&'static str, &'static str);

/// How often the provider was asked for what verifiers read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fetched {
    /// Its key set.
    pub keys: u64,
    /// Its discovery document.
    pub discovery: u64,
    /// Requests for either that wait for [`Oidc::release`].
    pub waiting: u64,
}

struct Running {
    child: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Oidc {
    /// Starts it with these keys; of each algorithm the first one signs.
    ///
    /// # Panics
    /// When it does not come up.
    pub async fn start(keys: &[Signer]) -> Self {
        let ca = Ca::new("login.test");
        let server = ca.server(&["localhost"]);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut provider = Self {
            ca,
            server,
            folder,
            port: 0,
            published: Mutex::new(keys.to_vec()),
            process: Arc::default(),
        };
        provider.port = provider.launch(0).await.expect("the provider comes up");
        provider
    }

    /// Its `iss`, and where its pages are.
    #[must_use]
    pub fn issuer(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// Where its key set is.
    #[must_use]
    pub fn keys_uri(&self) -> String {
        format!("{}/jwks", self.issuer())
    }

    /// Where its discovery document is.
    #[must_use]
    pub fn discovery(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.issuer())
    }

    /// A cluster of this name that leads to it, over TLS that is verified.
    #[must_use]
    pub fn cluster(&self, name: &str) -> Value {
        let socket = json!({"address": "127.0.0.1", "port_value": self.port});
        let trusted = json!({"trusted_ca": {"inline_string": self.ca.cert_pem()}});
        let kind =
            "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";
        json!({
            "name": name,
            "connect_timeout": "2s",
            "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [
                {"endpoint": {"address": {"socket_address": socket}}},
            ]}]},
            "transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": {
                "@type": kind,
                "sni": "localhost",
                "common_tls_context": {"validation_context": trusted},
            }},
        })
    }

    /// Its key set, as anybody can fetch it.
    pub async fn keys(&self) -> Value {
        ask(&self.client(None), "/jwks", "", Body::Nothing).await
    }

    /// An access token for the audience `shop`, signed by this algorithm, with the scope
    /// `orders:read`.
    pub async fn token(&self, algorithm: &str) -> String {
        self.access_token("plain", algorithm, None).await
    }

    /// The same, bound to a client's certificate, whoever signed that.
    pub async fn bound_token(&self, algorithm: &str, holder: &Identity) -> String {
        self.access_token("bound", algorithm, Some(holder)).await
    }

    /// Publishes these keys and no others; of each algorithm the first one signs.
    pub async fn publish(&self, keys: &[Signer]) {
        keys.clone_into(&mut held(&self.published));
        self.tell(&json!({"publish": named(keys)})).await;
    }

    /// Lets all who ask for keys or discovery wait.
    pub async fn hold(&self) {
        self.tell(&json!({"hold": true})).await;
    }

    /// Lets those who wait go on.
    pub async fn release(&self) {
        self.tell(&json!({"release": true})).await;
    }

    /// How often it was asked, since it was last started.
    pub async fn fetched(&self) -> Fetched {
        let told = self.tell(&json!({})).await;
        let count = |name: &str| told[name].as_u64().expect("a count");
        Fetched {
            keys: count("keys"),
            discovery: count("discovery"),
            waiting: count("waiting"),
        }
    }

    /// Kills it.
    ///
    /// # Panics
    /// When it is not running.
    pub fn kill(&self) {
        let running = held(&self.process).take();
        drop(running.expect("a provider that runs"));
    }

    /// Starts it again where it was, with the keys that it had.
    pub async fn restart(&self) {
        // Somebody may hold its port for a moment.
        until("the provider to be back", async || {
            self.launch(self.port).await
        })
        .await;
    }

    async fn launch(&self, port: u16) -> Option<u16> {
        let mut running = Running::start();
        let start = json!({
            "port": port,
            "cert": self.server.cert_pem(),
            "key": self.server.key_pem(),
            "folder": self.folder.path(),
            "publish": named(&held(&self.published)),
        });
        let told = spawn_blocking(move || Some((running.tell(&start)?, running)));
        let (told, running) = told.await.expect("a task")?;
        *held(&self.process) = Some(running);
        told["port"].as_u64()?.try_into().ok()
    }

    async fn tell(&self, command: &Value) -> Value {
        let process = Arc::clone(&self.process);
        let command = command.clone();
        let told = spawn_blocking(move || held(&process).as_mut()?.tell(&command));
        told.await.expect("a task").expect("a provider that runs")
    }

    async fn access_token(&self, client: &str, algorithm: &str, who: Option<&Identity>) -> String {
        let form = format!(
            "grant_type=client_credentials&client_id={client}&client_secret=secret\
             &scope=orders%3Aread&resource=urn%3Ashop%3A{algorithm}"
        );
        let answer = ask(&self.client(who), "/token", "", Body::Form(form)).await;
        let token = answer["access_token"].as_str();
        token.expect("an access token").to_owned()
    }

    fn client(&self, who: Option<&Identity>) -> Client {
        let tls = ClientTls::trusting(&self.ca);
        let tls = match who {
            Some(identity) => tls.identity(identity),
            None => tls,
        };
        Client::new(([127, 0, 0, 1], self.port).into(), Some(tls.config()))
    }
}

impl Running {
    fn start() -> Self {
        let mut child = Command::new("node")
            .arg(repository().join("tests/envoy/issuers/oidc.mjs"))
            .env("PORTCULLIS_OIDC", oidc_packages())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node runs");
        Self {
            commands: child.stdin.take().expect("a pipe"),
            answers: BufReader::new(child.stdout.take().expect("a pipe")),
            child,
        }
    }

    /// Sends a line and reads the answer's; nothing when it has ended.
    fn tell(&mut self, command: &Value) -> Option<Value> {
        writeln!(self.commands, "{command}").ok()?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer).ok()?;
        serde_json::from_str(&answer).ok()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn named(keys: &[Signer]) -> Value {
    keys.iter()
        .map(|(alg, kid)| json!({"alg": alg, "kid": kid}))
        .collect()
}
