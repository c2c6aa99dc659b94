//! Open Policy Agent beside the proxy, with a policy that decides what our documents decide.
//!
//! It is how a proxy is usually given a policy language: `ext_authz` asks it for every request. It
//! runs with the callers, on another processor than the proxy.

use std::{
    env,
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use tempfile::TempDir;

use crate::{
    account::Used,
    native::{self, others},
    plugin::repository,
    row::Row,
    say,
    world::{AUDIENCE, ISSUER, World},
};

/// The rule of `bench/opa/orders.rego` that is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// One of ten identities.
    Identity,
    /// The same, and a token that it verifies.
    IdentityAndToken,
}

/// The rows that ask it, where it is installed.
#[must_use]
pub(crate) fn rows() -> Vec<Row> {
    if binary().is_none() {
        say("no Open Policy Agent (scripts/install-tools.sh opa): its rows are left out");
        return Vec::new();
    }
    let row = |name, what, rule| {
        let mut row = Row::new(name, what, vec![native::ext_authz()]).timed();
        row.agent = Some(rule);
        row
    };
    vec![
        row(
            "ext-authz-opa",
            "native `ext_authz` asking Open Policy Agent: identity",
            Rule::Identity,
        ),
        row(
            "ext-authz-opa-token",
            "native `ext_authz` asking Open Policy Agent: identity, token",
            Rule::IdentityAndToken,
        ),
    ]
}

/// A running agent; dropping it ends it.
pub(crate) struct Opa {
    child: Child,
    folder: TempDir,
    address: SocketAddr,
}

impl Opa {
    /// Starts it and waits until it listens.
    ///
    /// # Panics
    /// When it does not, with its log.
    #[must_use]
    pub(crate) fn start(rule: Rule, world: &World) -> Self {
        let prefix = tempfile::Builder::new()
            .prefix("portcullis-bench-opa-")
            .tempdir();
        let folder = prefix.expect("a folder");
        let address = free_address();
        let path = match rule {
            Rule::Identity => "bench/identity",
            Rule::IdentityAndToken => "bench/identity_and_token",
        };
        let server = json!({"addr": address.to_string(), "path": path});
        let config = json!({"plugins": {"envoy_ext_authz_grpc": server}});
        let principals: serde_json::Map<_, _> = others(PRINCIPALS)
            .into_iter()
            .map(|name| (name, json!(true)))
            .collect();
        let data = json!({
            "principals": principals,
            "issuer": ISSUER,
            "audience": AUDIENCE,
            "jwks": world.issuer().jwks().to_string(),
        });
        let write = |name: &str, text: String| {
            let file = folder.path().join(name);
            fs::write(&file, text).expect("a file");
            file
        };
        let (config, data) = (
            write("config.json", config.to_string()),
            write("data.json", data.to_string()),
        );
        let log = File::create(folder.path().join(LOG)).expect("a log file");
        // It ends with us, however we end.
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL"])
            .arg(binary().expect("an installed agent"))
            .args(["run", "--server", "--addr", "127.0.0.1:0"])
            .args(["--log-level", "error", "--disable-telemetry"])
            .arg("--config-file")
            .arg(config)
            .arg(repository().join("bench/opa/orders.rego"))
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("setpriv runs the agent");
        let opa = Self {
            child,
            folder,
            address,
        };
        opa.wait();
        opa
    }

    /// Where it answers.
    #[must_use]
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it has used.
    #[must_use]
    pub(crate) fn used(&self) -> Used {
        Used::by(self.child.id())
    }

    fn wait(&self) {
        let began = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            let log = || fs::read_to_string(self.folder.path().join(LOG)).unwrap_or_default();
            assert!(began.elapsed() < PATIENCE, "it does not listen:\n{}", log());
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Opa {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The agent's binary: `PORTCULLIS_OPA`, else the one that the repository installs for itself;
/// `None` where there is none.
#[must_use]
pub(crate) fn binary() -> Option<PathBuf> {
    let path = env::var_os("PORTCULLIS_OPA").map_or_else(
        || repository().join(".tools/bin/opa-envoy-plugin"),
        PathBuf::from,
    );
    path.is_file().then_some(path)
}

/// It cannot say which port it was given, so it is told one that was free a moment ago.
fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("a bound port")
}

/// As many as the plain rows have.
const PRINCIPALS: usize = 10;
const PATIENCE: Duration = Duration::from_secs(60);
const LOG: &str = "opa.log";
