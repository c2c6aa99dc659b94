//! What is refused, at its place.

use std::rc::Rc;

use crate::document::compile;
use crate::support::Contested;

fn said(service: &str, limit: &str) -> (Vec<String>, Vec<String>) {
    let section =
        format!(r#"{{{service} "limits": [{{"name": "x", "store": "shared", {limit}}}]}}"#);
    let (_, report) = compile(&Rc::new(Contested::default()), &section);
    (report.errors().to_vec(), report.warnings().to_vec())
}

const SERVICE: &str = r#""service": {"cluster": "ratelimit", "domain": "shop"},"#;

#[test]
fn what_the_service_cannot_count_is_refused() {
    let second = r#""rates": [{"requests": 9, "per": "1s"}]"#;
    #[rustfmt::skip]
    let table = [
        (r#""rates": [{"requests": 9, "per": "1s", "burst": 9}]"#.to_owned(), "rate_limit.limits[x].rates[0].burst: a shared limit cannot carry burst (the rate limit service knows only a number per second, minute, hour or day); remove it or use store: local"),
        (r#""rates": [{"requests": 9, "per": "10s"}]"#.to_owned(), "rate_limit.limits[x].rates[0].per: the rate limit service counts per 1s, 1m, 1h or 1d; write one of them or use store: local"),
        (r#""rates": [{"requests": 9, "per": "1s"}, {"requests": 9, "per": "1m"}]"#.to_owned(), "rate_limit.limits[x].rates[1]: a shared limit has one rate, since the rate limit service counts one for each key; make another limit of this one"),
        (format!(r#"{second}, "cost": 7, "batch": 5"#), "rate_limit.limits[x].batch: a request that costs 7 could never be prepaid; write at least 7, or 1 to ask about each request"),
        (format!(r#"{second}, "batch": 0"#), "rate_limit.limits[x].batch: 0 is outside 1 to 1000000"),
        (format!(r#"{second}, "key": ["source.principal"], "missing": "skip", "overrides": [{{"match": {{"source.principal": ["a"]}}, "rates": [{{"requests": 1, "per": "2s"}}]}}]"#), "rate_limit.limits[x].overrides[0].rates[0].per: the rate limit service counts per 1s, 1m, 1h or 1d; write one of them or use store: local"),
    ];
    for (limit, message) in table {
        assert_eq!(said(SERVICE, &limit).0, [message]);
    }
    for per in ["1s", "60s", "1m", "60m", "1h", "24h", "1d"] {
        let limit =
            format!(r#""rates": [{{"requests": 9, "per": "{per}"}}], "batch": 1, "cost": 7"#);
        assert_eq!(said(SERVICE, &limit), (vec![], vec![]), "{per}");
    }
}

#[test]
fn a_shared_limit_needs_a_service_and_a_service_a_shared_limit() {
    let rates = r#""rates": [{"requests": 9, "per": "1s"}]"#;
    let missing = "rate_limit.limits[x].store: a shared limit is counted by a rate limit service; \
                   name it in rate_limit.service: {cluster: ..., domain: ...}";
    assert_eq!(said("", rates).0, [missing]);
    let section = format!(r#"{{{SERVICE} "limits": [{{"name": "x", {rates}}}]}}"#);
    let (_, report) = compile(&Rc::new(Contested::default()), &section);
    assert_eq!(
        report.warnings(),
        ["rate_limit.service: no limit has store: shared"]
    );
    let section = format!(r#"{{"limits": [{{"name": "x", {rates}, "batch": 5}}]}}"#);
    let (_, report) = compile(&Rc::new(Contested::default()), &section);
    let only = "rate_limit.limits[x].batch: only a limit with store: shared asks for a batch; \
                remove it";
    assert_eq!(report.errors(), [only]);
}

#[test]
fn the_service_says_where_it_is() {
    let rates = r#""rates": [{"requests": 9, "per": "1s"}]"#;
    #[rustfmt::skip]
    let table = [
        (r#"{"domain": "shop"}"#, "rate_limit.service.cluster: missing; name the Envoy cluster of the rate limit service"),
        (r#"{"cluster": "rl"}"#, "rate_limit.service.domain: missing; name the service's domain"),
        (r#"{"cluster": "rl", "domain": "shop", "timeout": "2s"}"#, "rate_limit.service.timeout: is outside 1ms to 1s"),
        (r#"{"cluster": "rl", "domain": "shop", "on_error": "pass"}"#, r#"rate_limit.service.on_error: unknown word "pass"; write one of: deny, allow, local"#),
    ];
    for (service, message) in table {
        let service = format!(r#""service": {service},"#);
        assert_eq!(said(&service, rates).0[0], message);
    }
}
