//! Policies about what is asked.

use serde_json::json;

use crate::{
    peers::{BATCH, CHECKOUT},
    policy::Policy,
    rbac::{
        address, all, all_ids, either, header, header_is, host, id, id_begins, method, methods,
        path, path_begins, path_is, policy, port,
    },
    run::PORT,
};

pub(crate) fn policies() -> [Policy; 7] {
    [
        Policy {
            name: "methods",
            document: json!({"routes": [
                {"name": "read", "methods": ["GET", "HEAD"], "paths": ["/v1/orders/**"],
                 "allow": {"principals": [BATCH, CHECKOUT]}},
                {"name": "write", "methods": ["POST", "PUT"], "paths": ["/v1/orders/**"],
                 "allow": {"principals": [CHECKOUT]}},
            ]}),
            native: vec![
                policy(
                    all([methods(&["GET", "HEAD"]), path_begins("/v1/orders/")]),
                    [id(BATCH), id(CHECKOUT)],
                ),
                policy(
                    all([methods(&["POST", "PUT"]), path_begins("/v1/orders/")]),
                    [id(CHECKOUT)],
                ),
            ],
            paths: &["/v1/orders/7", "/v1/orders"],
        },
        Policy {
            name: "paths",
            document: json!({"routes": [
                {"name": "items", "paths": ["/v1/orders/{id}/items"],
                 "allow": {"principals": [CHECKOUT]}},
                {"name": "files", "paths": ["/files/**"], "allow": {"principals": [BATCH]}},
            ]}),
            native: vec![
                policy(
                    path(&json!({"safe_regex": {"regex": "/v1/orders/[^/]+/items"}})),
                    [id(CHECKOUT)],
                ),
                policy(path_begins("/files/"), [id(BATCH)]),
            ],
            paths: &["/v1/orders/7/items", "/files/a/b.txt", "/files"],
        },
        Policy {
            name: "hosts",
            document: json!({"routes": [
                {"name": "shop", "hosts": ["shop.test"], "methods": ["GET"], "paths": ["/v1/orders"],
                 "allow": {"principals": [CHECKOUT]}},
                {"name": "tenants", "hosts": ["*.tenant.test"], "methods": ["GET"], "paths": ["/v1/orders"],
                 "allow": {"principals": [BATCH]}},
            ]}),
            native: vec![
                policy(
                    all([host("shop.test"), method("GET"), path_is("/v1/orders")]),
                    [id(CHECKOUT)],
                ),
                policy(
                    all([
                        header(":authority", &json!({"suffix": ".tenant.test"})),
                        method("GET"),
                        path_is("/v1/orders"),
                    ]),
                    [id(BATCH)],
                ),
            ],
            paths: &["/v1/orders"],
        },
        Policy {
            name: "ports",
            document: json!({"routes": [
                {"name": "here", "ports": [*PORT], "methods": ["GET"], "paths": ["/v1/orders"],
                 "allow": {"principals": [CHECKOUT]}},
                {"name": "elsewhere", "ports": [9], "methods": ["GET"], "paths": ["/v1/orders"],
                 "allow": {"principals": [BATCH]}},
            ]}),
            native: vec![
                policy(
                    all([port(*PORT), method("GET"), path_is("/v1/orders")]),
                    [id(CHECKOUT)],
                ),
                policy(
                    all([port(9), method("GET"), path_is("/v1/orders")]),
                    [id(BATCH)],
                ),
            ],
            paths: &["/v1/orders"],
        },
        Policy {
            name: "addresses",
            document: json!({
                "identity": {"trust_domain": "mesh.test"},
                "routes": [{"name": "near", "methods": ["GET"], "paths": ["/v1/orders"],
                            "allow": {"namespaces": ["shop", "jobs"],
                                      "remote_ip_blocks": ["127.0.0.1", "10.0.0.0/8", "127.0.0.4/30"]}}],
            }),
            native: vec![policy(
                all([method("GET"), path_is("/v1/orders")]),
                ["127.0.0.1/32", "10.0.0.0/8", "127.0.0.4/30"].map(|block| {
                    let (prefix, length) = block.split_once('/').unwrap();
                    let shop = id_begins("spiffe://mesh.test/ns/shop/sa/");
                    let jobs = id_begins("spiffe://mesh.test/ns/jobs/sa/");
                    all_ids([
                        json!({"or_ids": {"ids": [shop, jobs]}}),
                        address(prefix, length.parse().unwrap()),
                    ])
                }),
            )],
            paths: &["/v1/orders"],
        },
        Policy {
            name: "headers",
            document: json!({"routes": [{
                "name": "tenants", "methods": ["GET"], "paths": ["/v1/orders"],
                "allow": {
                    "principals": [CHECKOUT, BATCH],
                    "when": [{"key": "request.headers[x-tenant]", "values": ["blue", "green"]}],
                },
            }]}),
            native: vec![policy(
                all([
                    method("GET"),
                    path_is("/v1/orders"),
                    either([
                        header_is("x-tenant", "blue"),
                        header_is("x-tenant", "green"),
                    ]),
                ]),
                [id(CHECKOUT), id(BATCH)],
            )],
            paths: &["/v1/orders"],
        },
        Policy {
            name: "headers by their beginning",
            document: json!({"routes": [{
                "name": "trial", "methods": ["GET"], "paths": ["/v1/orders"],
                "allow": {
                    "principals": [CHECKOUT, BATCH],
                    "when": [{"key": "request.headers[x-tenant]", "prefixes": ["bl"]}],
                },
            }]}),
            native: vec![policy(
                all([
                    method("GET"),
                    path_is("/v1/orders"),
                    header("x-tenant", &json!({"prefix": "bl"})),
                ]),
                [id(CHECKOUT), id(BATCH)],
            )],
            paths: &["/v1/orders"],
        },
    ]
}
