//! A comparison with a trust domain's alias never holds; in whichever part of a document it stands, it
//! is refused.
#![cfg(not(target_arch = "wasm32"))]

use policy::{Expected, Policy, Store, StoreError, Stored, Swap};
use serde_json::json;

/// A store that is never asked.
struct Nowhere;

impl Store for Nowhere {
    fn read(&self, _key: &str) -> Result<Option<Stored>, StoreError> {
        Err(StoreError)
    }

    fn swap(&self, _key: &str, _value: &[u8], _expected: Expected) -> Result<Swap, StoreError> {
        Err(StoreError)
    }
}

#[test]
fn an_override_for_an_alias_is_refused_where_it_stands() {
    let errors = |principal: &str| {
        let document = json!({
            "version": "v1",
            "identity": {"trust_domain": "mesh.test", "trust_domain_aliases": {"mesh.test": ["old.test"]}},
            "routes": [{"name": "all", "paths": ["/**"], "allow": {"namespaces": ["shop"]}}],
            "rate_limit": {"limits": [{
                "name": "each", "key": ["source.principal"], "rates": [{"requests": 1, "per": "1s"}],
                "overrides": [{"match": {"source.principal": [principal]}, "unlimited": true}],
            }]},
        });
        let policies: Vec<Box<dyn Policy>> = vec![
            Box::new(spiffe::Identity::new()),
            Box::new(rate_limit::Limits::new(std::rc::Rc::new(Nowhere), || {
                Ok([7; 16])
            })),
        ];
        let compiled = policy::compile(document.to_string().as_bytes(), "gateway.wasm", policies);
        compiled
            .map(|_| ())
            .err()
            .map(|report| report.errors().join("; "))
    };
    assert_eq!(errors("spiffe://mesh.test/ns/shop/sa/web"), None);
    let told = errors("spiffe://old.test/ns/shop/sa/web").unwrap_or_default();
    let expected = "rate_limit.limits[each].overrides[0].match[\"source.principal\"][0]: \"old.test\" is an alias";
    assert!(told.starts_with(expected), "{told}");
}
