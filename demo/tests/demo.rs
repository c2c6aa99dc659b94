//! The configurations in `envoy/` are what a user copies: each plugin in them stands behind a seal,
//! and the demo that runs them comes out as their policy says.
#![allow(
    clippy::unwrap_used,
    reason = "clippy takes helpers beside tests for what ships"
)]

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use portcullis_demo::{Member, mint};
use serde_json::Value;
use tempfile::TempDir;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

fn from_environment(name: &str, otherwise: &str) -> PathBuf {
    env::var_os(name).map_or_else(|| repository().join(otherwise), PathBuf::from)
}

fn envoy() -> PathBuf {
    from_environment("PORTCULLIS_ENVOY", ".tools/envoy/bin/envoy")
}

fn plugins() -> PathBuf {
    from_environment("PORTCULLIS_DIST", "dist")
}

fn minted() -> TempDir {
    let folder = TempDir::new().unwrap();
    mint(
        &repository().join("envoy"),
        &plugins(),
        folder.path(),
        &|_, _, _| None,
    )
    .unwrap();
    folder
}

/// The lists of HTTP filters, by name.
fn filter_chains(value: &Value, found: &mut Vec<Vec<String>>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::Array(filters)) = members.get("http_filters") {
                let name = |filter: &Value| filter["name"].as_str().unwrap().to_owned();
                found.push(filters.iter().map(name).collect());
            }
            members
                .values()
                .for_each(|member| filter_chains(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| filter_chains(item, found)),
        _ => {}
    }
}

#[test]
fn each_plugin_comes_first_and_the_seal_right_behind_it() {
    let folder = minted();
    for member in Member::ALL {
        let path = folder.path().join(member.name()).join("envoy.json");
        let value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let mut chains = Vec::new();
        filter_chains(&value, &mut chains);
        let (sealed, open): (Vec<_>, Vec<_>) = chains
            .into_iter()
            .partition(|chain| chain.iter().any(|name| name == "portcullis"));
        assert_eq!(sealed.len(), 1, "{member}");
        assert_eq!(
            sealed[0][..2],
            ["portcullis", "portcullis.seal"],
            "{member}"
        );
        // What leaves a service is decided where it arrives.
        let outbound = usize::from(member != Member::Edge);
        assert_eq!(
            open,
            vec![["envoy.filters.http.router"]; outbound],
            "{member}"
        );
    }
}

#[test]
fn the_demo_comes_out_as_the_policy_says() {
    let folder = TempDir::new().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_portcullis-demo"))
        .arg("run")
        .arg("--envoy")
        .arg(envoy())
        .arg("--plugins")
        .arg(plugins())
        .arg("--folder")
        .arg(folder.path().join("demo"))
        .current_dir(repository())
        .output()
        .unwrap();
    let table = String::from_utf8_lossy(&output.stdout);
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{table}\n{log}");
}
