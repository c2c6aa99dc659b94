//! What the upstream gets: the client, and never the key.

#![allow(clippy::expect_used, reason = "a helper of tests")]

mod support;

use policy::Permit;
use support::{HEADER, Plain, changes, engine, entry, section};

const ROUTES: &str = r#"[
    {"name": "search", "paths": ["/search"], "allow": {"api_key": ["acme"]}},
    {"name": "either", "paths": ["/either"], "allow": {"any_of": [
        {"remote_ip_blocks": ["203.0.113.0/24"], "when": [{"key": "request.headers[x-office]", "present": true}]},
        {"api_key": ["acme"]},
        {"remote_ip_blocks": ["203.0.113.0/24"]}]}},
    {"name": "named", "paths": ["/named"], "allow": {"any_of": [
        {"api_key": "any", "when": [{"key": "api_key.client", "values": ["acme"]}]},
        {"remote_ip_blocks": ["203.0.113.0/24"]}]}},
    {"name": "open", "paths": ["/open"], "allow": "any"}
]"#;

const ANYWHERE: &str = r#"
    "from_headers": [{"name": "x-api-key"}], "from_cookies": ["key"], "from_params": ["key"],
    "client_id_header": "x-client-id""#;

fn permit(more: &str, request: &Plain) -> Permit {
    let section = section(&format!("{ANYWHERE}{more}"));
    engine(&section, ROUTES).decide(request).expect("a permit")
}

#[test]
fn the_key_is_taken_out_of_where_it_stood() {
    for (request, expected) in [
        (
            Plain::new("/search").with("x-api-key", "acme-new"),
            "-x-api-key",
        ),
        (
            Plain::new("/search").with("cookie", "key=acme-new"),
            "-cookie",
        ),
        (
            Plain::new("/search").with("cookie", "a=b; key=acme-new; c=d"),
            "cookie=a=b; c=d",
        ),
        (Plain::new("/search?key=acme-new"), ":path=/search"),
        (
            Plain::new("/search?q=%2B+x&key=acme-new&q=2"),
            ":path=/search?q=%2B+x&q=2",
        ),
    ] {
        let permit = permit("", &request);
        assert_eq!(changes(&permit), [expected, "x-client-id=acme"]);
        let permit = self::permit(r#", "forward": true"#, &request);
        assert_eq!(changes(&permit), ["x-client-id=acme"]);
    }
}

#[test]
fn a_client_cannot_state_the_client() {
    let spoofed = |path| {
        Plain::new(path)
            .with("x-client-id", "beta")
            .with("x_client_id", "beta")
    };
    let request = spoofed("/search").with("x-api-key", "acme-new");
    let expected = [
        "-x_client_id",
        "-x-client-id",
        "-x-api-key",
        "x-client-id=acme",
    ];
    assert_eq!(changes(&permit("", &request)), expected);
    let expected = ["-x_client_id", "-x-client-id"];
    assert_eq!(changes(&permit("", &spoofed("/open"))), expected);
}

#[test]
fn a_key_that_no_rule_asked_about_or_took_reaches_no_upstream() {
    for (request, unless_forwarded, forwarded) in [
        // nobody asks for a key
        (
            Plain::new("/open?key=K").with("x-api-key", "acme-new"),
            vec!["-x-api-key", ":path=/open"],
            vec![],
        ),
        // another alternative lets it in before a key is asked for
        (
            Plain::new("/either")
                .with("x-office", "1")
                .with("x-api-key", "acme-new"),
            vec!["-x-api-key"],
            vec![],
        ),
        // another alternative lets it in after the key was looked at and not taken
        (
            Plain::new("/either").with("x-api-key", "nonsense"),
            vec!["-x-api-key"],
            vec!["-x-api-key"],
        ),
        (
            Plain::new("/either?key=K").with("cookie", "key=acme-new; a=b"),
            vec!["cookie=a=b", ":path=/either"],
            vec!["cookie=a=b", ":path=/either"],
        ),
    ] {
        assert_eq!(changes(&permit("", &request)), unless_forwarded);
        let permit = permit(r#", "forward": true"#, &request);
        assert_eq!(changes(&permit), forwarded);
    }
}

#[test]
fn a_client_whose_key_did_not_let_the_request_in_is_not_spoken_of() {
    for (path, key, client) in [
        ("/either", "beta-key", None),
        ("/either", "acme-new", Some("acme")),
        ("/named", "beta-key", None),
        ("/named", "acme-new", Some("acme")),
    ] {
        let permit = permit("", &Plain::new(path).with("x-api-key", key));
        assert_eq!(permit.client.as_deref(), client, "{path} {key}");
        assert_eq!(permit.outcomes.is_empty(), client.is_none(), "{path} {key}");
        let mut expected = vec!["-x-api-key".to_owned()];
        expected.extend(client.map(|client| format!("x-client-id={client}")));
        assert_eq!(changes(&permit), expected, "{path} {key}");
    }
}

#[test]
fn the_clients_that_stand_first_are_counted_by_name_and_the_others_together() {
    let name = |number: usize| format!("client-{}", 200 - number); // not in the order of names
    let entries = (0..102).map(|number| entry(&name(number), &name(number), None));
    // a second key takes no client's place
    let entries: Vec<String> = [entry(&name(0), "second", None)]
        .into_iter()
        .chain(entries)
        .collect();
    let section = format!("{{{HEADER}, \"keys\": [{}]}}", entries.join(", "));
    let routes = r#"[{"name": "a", "paths": ["/a"], "allow": {"api_key": "any"}},
        {"name": "b", "paths": ["/b"], "allow": {"api_key": ["client-150"]}}]"#;
    let engine = engine(&section, routes);
    for number in 0..102 {
        let name = name(number);
        let counted = if number < 100 { &*name } else { "_others" };
        let with = |path| Plain::new(path).with("x-api-key", &name);
        let permit = engine.decide(&with("/a")).unwrap();
        assert_eq!(permit.client.as_deref(), Some(counted), "{name}");
        let told = permit
            .outcomes
            .iter()
            .find(|(of, _)| *of == "api_key_client");
        assert_eq!(told.unwrap().1, name.as_bytes());
        if number != 50 {
            let denial = engine.decide(&with("/b")).unwrap_err();
            assert_eq!(denial.client.as_deref(), Some(counted), "{name}");
            assert_eq!(denial.rule.as_deref(), Some(&*name));
        }
    }
}

#[test]
fn outcomes_name_the_client_and_tell_its_keys_apart() {
    let outcomes = |key: &str| {
        let permit = permit("", &Plain::new("/search").with("x-api-key", key));
        assert_eq!(permit.client.as_deref(), Some("acme"));
        let text = |value: &[u8]| value.escape_ascii().to_string();
        let outcomes = permit.outcomes.iter();
        let outcomes = outcomes.map(|(name, value)| (*name, text(value)));
        outcomes.collect::<Vec<_>>()
    };
    // the first digits of `printf acme-old | sha256sum`, and of acme-new
    for (key, mark) in [("acme-old", "48bd6392"), ("acme-new", "6bba026a")] {
        let expected = [
            ("api_key_client", "acme".to_owned()),
            ("api_key_mark", mark.to_owned()),
        ];
        assert_eq!(outcomes(key), expected);
    }
    let open = permit("", &Plain::new("/open").with("x-api-key", "acme-new"));
    assert_eq!((open.client, open.outcomes), (None, Vec::new()));
}
