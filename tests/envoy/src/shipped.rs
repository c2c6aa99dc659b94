//! A configuration as it is shipped, started in a folder of its own.
//!
//! What a user copies is what is tested; only ports, keys and upstreams are put in.

use std::{fs, os::unix::fs::symlink, path::Path};

use fixtures::{Ca, Identity};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::{
    Envoy, Plugin, Refusal,
    artifact::repository,
    process::{Process, command, folder, validated},
};

/// A file of `envoy/`, with `sds/`, `certs/` and `dist/` beside it as its head says.
pub struct Shipped {
    folder: TempDir,
    text: String,
}

impl Shipped {
    /// A file below `envoy/` of the repository.
    #[must_use]
    pub fn new(file: &str) -> Self {
        let folder = folder();
        let path = repository().join("envoy").join(file);
        let text = fs::read_to_string(&path).expect("a shipped configuration");
        let plugins = Plugin::Gateway.path();
        let plugins = plugins.parent().expect("a file lies in a folder");
        let plugins = plugins.canonicalize().expect("a folder that is there");
        symlink(plugins, folder.path().join("dist")).expect("a link in a fresh folder");
        let secrets = repository().join("envoy/sds");
        symlink(secrets, folder.path().join("sds")).expect("a link in a fresh folder");
        fs::create_dir(folder.path().join("certs")).expect("a folder in a fresh folder");
        Self { folder, text }
    }

    /// Writes `certs/NAME.crt` and `certs/NAME.key`.
    #[must_use]
    pub fn identity(self, name: &str, identity: &Identity) -> Self {
        let written = identity.write(&self.certs(), name);
        written.expect("files in a fresh folder");
        self
    }

    /// Writes `certs/bundle.crt`.
    #[must_use]
    pub fn bundle(self, ca: &Ca) -> Self {
        let written = fs::write(self.certs().join("bundle.crt"), ca.cert_pem());
        written.expect("a file in a fresh folder");
        self
    }

    /// Writes `certs/bundles.json` with the authorities of each trust domain.
    #[must_use]
    pub fn bundles(self, domains: &[(&str, &[&Ca])]) -> Self {
        let written = fs::write(self.certs().join("bundles.json"), trust_bundles(domains));
        written.expect("a file in a fresh folder");
        self
    }

    /// Puts other text in place of some.
    ///
    /// # Panics
    /// When it is not there: the file has changed, and with it what is tested.
    #[must_use]
    pub fn replace(mut self, from: &str, to: &str) -> Self {
        assert!(
            self.text.contains(from),
            "the configuration has no {from:?}"
        );
        self.text = self.text.replace(from, to);
        self
    }

    /// Puts its listeners and its admin interface on free ports of loopback.
    #[must_use]
    pub fn on_free_ports(self) -> Self {
        let ports = [
            ("0.0.0.0, port_value: 8443", "127.0.0.1, port_value: 0"),
            ("127.0.0.1, port_value: 9000", "127.0.0.1, port_value: 0"),
            ("port_value: 9901", "port_value: 0"),
        ];
        let named = ports
            .into_iter()
            .filter(|(from, _)| self.text.contains(from));
        let named: Vec<_> = named.collect();
        named
            .into_iter()
            .fold(self, |shipped, (from, to)| shipped.replace(from, to))
    }

    /// The line that begins with these words.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn line(&self, words: &str) -> String {
        let mut lines = self.text.lines().map(str::trim);
        let found = lines.find(|line| line.starts_with(words));
        found
            .unwrap_or_else(|| panic!("the configuration has no line with {words:?}"))
            .to_owned()
    }

    /// Runs `envoy --mode validate` on it.
    ///
    /// # Errors
    /// With the exit code and the log, when it is refused.
    pub fn validate(&self) -> Result<(), Refusal> {
        self.write();
        validated(command(self.folder.path(), CONFIG))
    }

    /// Starts it and waits until the listener of this name serves.
    ///
    /// # Panics
    /// When it does not, with its log.
    pub async fn start(self, listener: &str) -> Envoy {
        self.write();
        Envoy::serving(Process::start(self.folder, CONFIG, 2), listener).await
    }

    fn write(&self) {
        let written = fs::write(self.folder.path().join(CONFIG), &self.text);
        written.expect("a file in a fresh folder");
    }

    fn certs(&self) -> std::path::PathBuf {
        Path::new(self.folder.path()).join("certs")
    }
}

/// A map of trust bundles, as the proxy's SPIFFE validator reads it.
#[must_use]
pub fn trust_bundles(domains: &[(&str, &[&Ca])]) -> String {
    let bundle = |cas: &[&Ca]| {
        let keys: Vec<Value> = cas.iter().map(|ca| ca.bundle_key()).collect();
        json!({"spiffe_sequence": 1, "keys": keys})
    };
    let domains: Map<String, Value> = domains
        .iter()
        .map(|(name, cas)| ((*name).to_owned(), bundle(cas)))
        .collect();
    json!({"trust_domains": domains}).to_string()
}

const CONFIG: &str = "envoy.yaml";
