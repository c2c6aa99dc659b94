//! `portcullis check` on Kubernetes manifests.

mod support;

use support::{check, check_for, portcullis, with};

const WASM_PLUGIN: &str = "\
apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: {name: who-may-call, namespace: shop}
spec:
  url: oci://registry.example.org/portcullis/spiffe-authz:v1
  failStrategy: FAIL_RELOAD
  pluginConfig:
    version: v1
    identity: {trust_domain: example.org}
    routes:
      - {name: charge, methods: [POST], paths: [/v1/charges], allow: {service_accounts: [shop/checkout]}}
";

const TRAFFIC_EXTENSION: &str = "\
apiVersion: extensions.istio.io/v1alpha1
kind: TrafficExtension
metadata: {name: limits}
spec:
  wasm:
    url: file:///plugins/rate_limit.wasm
    pluginConfig:
      version: v1
      rate_limit: {limits: [{name: l, rates: [{requests: 1, per: 1s}]}]}
";

#[test]
fn a_wasm_plugin_is_checked_for_the_plugin_of_its_image() {
    let ran = check(WASM_PLUGIN).expect(0);
    assert!(
        ran.out.starts_with(
            "standard input: WasmPlugin who-may-call, spec.pluginConfig: ok for spiffe_authz.wasm\n"
        ),
        "{}",
        ran.out
    );
    check(&with(WASM_PLUGIN, "spiffe-authz:v1", "jwt-authn:v1"))
        .expect(1)
        .says("error", "identity", "jwt_authn.wasm");
    check(&with(WASM_PLUGIN, "[shop/checkout]", "[checkout]"))
        .expect(1)
        .says(
            "error",
            "routes[charge].allow.service_accounts[0]",
            "checkout",
        );
}

#[test]
fn a_traffic_extension_is_checked_too() {
    let ran = check(TRAFFIC_EXTENSION).expect(0);
    assert!(
        ran.out
            .contains("TrafficExtension limits, spec.wasm.pluginConfig: ok for rate_limit")
    );
    check(&with(TRAFFIC_EXTENSION, "per: 1s", "per: 60"))
        .expect(1)
        .says(
            "error",
            "rate_limit.limits[l].rates[0].per",
            "write \"60s\"",
        );
}

#[test]
fn manifests_are_found_among_others() {
    let others = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {version: x}\n";
    let text = format!("{others}---\n{WASM_PLUGIN}---\n{TRAFFIC_EXTENSION}");
    let ran = check(&text).expect(0);
    assert!(ran.out.contains("2 documents in 1 file"));
    let indented = |text: &str| {
        let mut lines = text.lines();
        let first = lines.next().unwrap().to_owned();
        lines.fold(format!("  - {first}\n"), |all, line| {
            format!("{all}    {line}\n")
        })
    };
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n{}{}",
        indented(WASM_PLUGIN),
        indented(TRAFFIC_EXTENSION)
    );
    let ran = check(&list).expect(0);
    assert!(ran.out.contains("2 documents in 1 file"), "{}", ran.out);
}

#[test]
fn a_patch_without_url_is_checked_for_the_plugin_that_is_said_or_the_gateway() {
    let patch = with(
        WASM_PLUGIN,
        "  url: oci://registry.example.org/portcullis/spiffe-authz:v1\n",
        "",
    );
    check(&patch)
        .expect(0)
        .says("note", "url", "checked for gateway.wasm");
    let ran = check_for("spiffe_authz", &patch).expect(0);
    assert!(ran.out.contains("ok for spiffe_authz.wasm"));
    assert_eq!(ran.lines("note"), [""; 0]);
    check_for("rate_limit", &patch).expect(1);
}

#[test]
fn a_manifest_without_a_document_is_refused() {
    let (without, _) = WASM_PLUGIN.split_once("  pluginConfig").unwrap();
    check(without)
        .expect(1)
        .says("error", "spec.pluginConfig", "missing");
    let lua = "apiVersion: x\nkind: TrafficExtension\nmetadata: {name: l}\nspec: {lua: {}}\n";
    let ran = check(lua).expect(2);
    assert!(ran.out.contains("TrafficExtension l: has no wasm plugin"));
}

#[test]
fn a_plugin_of_somebody_else_is_passed_over() {
    let theirs = "apiVersion: x\nkind: WasmPlugin\nmetadata: {name: waf}\n\
                  spec: {url: 'oci://example.org/waf:1', pluginConfig: {rules: []}}\n";
    let ran = check(theirs).expect(2);
    assert!(ran.out.contains("waf:1"));
    let ran = check(&format!("{theirs}---\n{WASM_PLUGIN}")).expect(0);
    assert!(ran.out.contains("1 document in 1 file"));
}

#[test]
fn what_makes_a_manifest_unsafe_is_told() {
    check(&with(WASM_PLUGIN, "FAIL_RELOAD", "FAIL_OPEN"))
        .expect(0)
        .says("warning", "failStrategy", "FAIL_OPEN");
    let keys = "    jwt: {providers: [{name: a, issuer: x, audiences: any, jwks: {inline: {keys: \
                [{kty: EC, crv: P-256, x: a, y: b}]}}}]}\n    routes:";
    check(&with(WASM_PLUGIN, "    routes:", keys)).says("note", "the key y", "\"y\"");
}

#[test]
fn the_shipped_manifests_are_accepted() {
    let folder = support::repository().join("istio");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = match path.extension().and_then(|end| end.to_str()) {
            Some("yaml" | "yml") => std::fs::read_to_string(&path).unwrap(),
            _ => continue,
        };
        if text.contains("pluginConfig") {
            files.push(path.to_str().unwrap().to_owned());
        }
    }
    if !files.is_empty() {
        let mut arguments = vec!["check"];
        arguments.extend(files.iter().map(String::as_str));
        portcullis(&arguments, "").expect(0);
    }
}
