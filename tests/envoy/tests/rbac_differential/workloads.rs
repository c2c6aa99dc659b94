//! Policies about who calls.

use serde_json::json;

use crate::{
    peers::{BATCH, CHECKOUT, LEGACY},
    policy::Policy,
    rbac::{
        address, all, all_ids, anybody, either, id, id_begins, method, methods, not, not_id,
        path_begins, path_is, policy,
    },
};

pub(crate) fn policies() -> [Policy; 7] {
    [
        Policy {
            name: "one workload, one path",
            document: json!({"routes": [
                {"name": "charge", "methods": ["POST"], "paths": ["/v1/charges"],
                 "allow": {"principals": [CHECKOUT]}},
            ]}),
            native: vec![policy(
                all([method("POST"), path_is("/v1/charges")]),
                [id(CHECKOUT)],
            )],
            paths: &["/v1/charges"],
        },
        Policy {
            name: "several workloads",
            document: json!({
                "identity": {"trust_domain": "mesh.test"},
                "routes": [
                    {"name": "charge", "methods": ["POST"], "paths": ["/v1/charges"],
                     "allow": {"service_accounts": ["shop/checkout"]}},
                    {"name": "read", "methods": ["GET"], "paths": ["/v1/**"],
                     "allow": {"principals": [BATCH, CHECKOUT]}},
                    {"name": "metrics", "methods": ["GET"], "paths": ["/metrics"],
                     "allow": {"namespaces": ["monitoring"]}},
                ],
            }),
            native: vec![
                policy(
                    all([method("POST"), path_is("/v1/charges")]),
                    [id(CHECKOUT)],
                ),
                policy(
                    all([method("GET"), path_begins("/v1/")]),
                    [id(BATCH), id(CHECKOUT)],
                ),
                policy(
                    all([method("GET"), path_is("/metrics")]),
                    [id_begins("spiffe://mesh.test/ns/monitoring/")],
                ),
            ],
            paths: &["/v1/charges", "/v1/orders/7", "/metrics", "/v1"],
        },
        Policy {
            name: "a template",
            document: json!({"routes": [
                {"name": "read", "methods": ["GET"], "paths": ["/v1/prices"],
                 "allow": {"principals": ["spiffe://mesh.test/region/{name}"]}},
            ]}),
            native: vec![policy(
                all([method("GET"), path_is("/v1/prices")]),
                [id_begins("spiffe://mesh.test/region/")],
            )],
            paths: &["/v1/prices"],
        },
        Policy {
            name: "deny over a namespace",
            document: json!({
                "identity": {"trust_domain": "mesh.test"},
                "deny": [{"name": "quarantine", "who": {"principals": [LEGACY]}}],
                "routes": [{"name": "shop", "methods": ["GET", "POST"], "paths": ["/v1/**"],
                            "allow": {"namespaces": ["shop"]}}],
            }),
            native: vec![policy(
                all([methods(&["GET", "POST"]), path_begins("/v1/")]),
                [all_ids([
                    id_begins("spiffe://mesh.test/ns/shop/sa/"),
                    not_id(&id(LEGACY)),
                ])],
            )],
            paths: &["/v1/charges", "/v1/orders/7", "/v1"],
        },
        Policy {
            name: "any of, all of",
            document: json!({
                "identity": {"trust_domain": "mesh.test"},
                "routes": [{"name": "report", "methods": ["GET"], "paths": ["/v1/report"], "allow": {
                    "any_of": [
                        {"principals": [BATCH]},
                        {"all_of": [
                            {"namespaces": ["shop"]},
                            {"remote_ip_blocks": ["127.0.0.0/30"]},
                        ]},
                    ],
                }}],
            }),
            native: vec![policy(
                all([method("GET"), path_is("/v1/report")]),
                [
                    id(BATCH),
                    all_ids([
                        id_begins("spiffe://mesh.test/ns/shop/sa/"),
                        address("127.0.0.0", 30),
                    ]),
                ],
            )],
            paths: &["/v1/report"],
        },
        Policy {
            name: "the narrowest route",
            // What `rbac` makes of two policies that overlap: both hold.
            document: json!({
                "identity": {"trust_domain": "mesh.test"},
                "routes": [
                    {"name": "shop", "methods": ["GET"], "paths": ["/v1/**"],
                     "allow": {"namespaces": ["shop"]}},
                    {"name": "admin", "methods": ["GET"], "paths": ["/v1/admin/**"],
                     "allow": {"principals": [BATCH]}},
                ],
            }),
            native: vec![
                policy(
                    all([method("GET"), path_begins("/v1/")]),
                    [id_begins("spiffe://mesh.test/ns/shop/sa/")],
                ),
                policy(all([method("GET"), path_begins("/v1/admin/")]), [id(BATCH)]),
            ],
            paths: &["/v1/admin/users", "/v1/orders/7", "/v1/admin"],
        },
        Policy {
            name: "require, and a part that is closed",
            document: json!({
                "require": [{"name": "ours", "paths": ["/internal/**"],
                             "who": {"principals": ["spiffe://mesh.test/**"]}}],
                "routes": [
                    {"name": "health", "methods": ["GET"], "paths": ["/healthz"], "allow": "any"},
                    {"name": "internal", "methods": ["GET"], "paths": ["/internal/**"], "allow": "any"},
                    {"name": "closed", "methods": ["GET"], "paths": ["/internal/keys/**"], "allow": "none"},
                ],
            }),
            native: vec![
                policy(all([method("GET"), path_is("/healthz")]), [anybody()]),
                policy(
                    all([
                        method("GET"),
                        path_begins("/internal/"),
                        not(&either([
                            path_is("/internal/keys"),
                            path_begins("/internal/keys/"),
                        ])),
                    ]),
                    [id_begins("spiffe://mesh.test/")],
                ),
            ],
            paths: &[
                "/healthz",
                "/internal/jobs",
                "/internal/keys/1",
                "/internal/keys",
                "/internal",
            ],
        },
    ]
}
