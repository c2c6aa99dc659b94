//! Where the proxy's binary and the built plugins are.
//!
//! Something missing is an error that says which command makes it; no test is ever skipped.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// A plugin as it is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plugin {
    /// Workload identities.
    SpiffeAuthz,
    /// Tokens.
    JwtAuthn,
    /// Limits.
    RateLimit,
    /// All policies in one pass.
    Gateway,
    /// Not shipped: asks the proxy and the plugin's own code about one signature.
    Agreement,
}

impl Plugin {
    /// The module's file: below `PORTCULLIS_DIST`, else below `dist/` of the repository.
    ///
    /// # Panics
    /// When it has not been built.
    #[must_use]
    pub fn path(self) -> PathBuf {
        let folder =
            env::var_os("PORTCULLIS_DIST").map_or_else(|| repository().join("dist"), PathBuf::from);
        existing(
            folder.join(format!("{}.wasm", self.name())),
            "make build wasm",
        )
    }

    /// The plugin's name, in its file, its counters and its mark.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SpiffeAuthz => "spiffe_authz",
            Self::JwtAuthn => "jwt_authn",
            Self::RateLimit => "rate_limit",
            Self::Gateway => "gateway",
            Self::Agreement => "agreement",
        }
    }
}

/// The proxy's binary: `PORTCULLIS_ENVOY`, else the one that the repository installs for itself.
pub(crate) fn envoy_binary() -> PathBuf {
    let binary = env::var_os("PORTCULLIS_ENVOY").map_or_else(
        || repository().join(".tools/envoy/bin/envoy"),
        PathBuf::from,
    );
    existing(binary, "make tools")
}

/// The minor version of the proxy that the tests run: 40 of 1.40.0. A test whose proxies are configured with something that older
/// ones do not know asks for it.
///
/// # Panics
/// When its binary does not tell.
#[must_use]
pub fn envoy_minor() -> u32 {
    let told = Command::new(envoy_binary()).arg("--version").output();
    let told = told.expect("the proxy's binary runs").stdout;
    let told = String::from_utf8_lossy(&told); // /.../envoy  version: 9e5580.../1.40.0/Clean/RELEASE/BoringSSL
    let version = told.split_once("version: ").map_or("", |(_, rest)| rest);
    let version = version.split('/').nth(1).unwrap_or_default();
    let minor = version.split('.').nth(1);
    let minor = minor.and_then(|minor| minor.parse().ok());
    minor.unwrap_or_else(|| panic!("no version in {told}"))
}

/// nginx: `PORTCULLIS_NGINX`, else the one that the repository unpacks for itself.
pub(crate) fn nginx_binary() -> PathBuf {
    let binary = env::var_os("PORTCULLIS_NGINX").map_or_else(
        || repository().join(".tools/nginx/usr/sbin/nginx"),
        PathBuf::from,
    );
    existing(binary, "scripts/install-tools.sh nginx")
}

/// `OpenBao`: `PORTCULLIS_OPENBAO`, else the one that the repository installs for itself.
pub(crate) fn openbao_binary() -> PathBuf {
    let binary = env::var_os("PORTCULLIS_OPENBAO").map_or_else(
        || repository().join(".tools/openbao/bin/bao"),
        PathBuf::from,
    );
    existing(binary, "scripts/install-tools.sh issuers")
}

/// The folder in which node finds the packages `oidc-provider` and `jose`.
///
/// # Panics
/// When they are not installed.
#[must_use]
pub fn oidc_packages() -> PathBuf {
    let folder = repository().join(".tools/oidc");
    existing(folder.join("version"), "scripts/install-tools.sh issuers");
    folder
}

/// Valkey: `PORTCULLIS_VALKEY`, else the one that the repository unpacks for itself.
pub(crate) fn valkey_binary() -> PathBuf {
    let binary = env::var_os("PORTCULLIS_VALKEY").map_or_else(
        || repository().join(".tools/valkey/valkey-server"),
        PathBuf::from,
    );
    existing(binary, "scripts/install-tools.sh valkey")
}

/// envoyproxy/ratelimit: `PORTCULLIS_RATELIMIT`, else the one that the repository builds for itself.
pub(crate) fn ratelimit_binary() -> PathBuf {
    let binary = env::var_os("PORTCULLIS_RATELIMIT").map_or_else(
        || repository().join(".tools/ratelimit/ratelimit"),
        PathBuf::from,
    );
    existing(binary, "scripts/install-tools.sh ratelimit")
}

fn existing(path: PathBuf, command: &str) -> PathBuf {
    assert!(
        path.is_file(),
        "{} is missing: run `{command}` first",
        path.display()
    );
    path
}

pub(crate) fn repository() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .nth(2)
        .expect("two folders above this crate")
}
