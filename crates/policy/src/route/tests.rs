use proptest::prelude::*;

use super::template::Relation;
use super::*;
use crate::RouteId;
use crate::language::Report;

/// `GET api.example.org:443/v1/{id}` into an atom; method, host and port may be left out.
fn atom(text: &str) -> Atom {
    let (method, rest) = match text.split_once(' ') {
        Some((method, rest)) => (Some(Method::from(method)), rest),
        None => (None, text),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap());
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port.parse().unwrap())),
        None => (authority, None),
    };
    let host = if host.is_empty() {
        HostPattern::Any
    } else {
        HostPattern::parse(host).unwrap()
    };
    Atom {
        host,
        port,
        method,
        path: PathTemplate::parse(path, false).unwrap(),
    }
}

fn table(routes: &[&str]) -> RouteTable {
    let owned = |(index, text): (usize, &&str)| OwnedAtom {
        atom: atom(text),
        route: RouteId(u32::try_from(index).unwrap()),
    };
    RouteTable::new(routes.iter().enumerate().map(owned).collect())
}

fn find(table: &RouteTable, request: &str) -> Option<u32> {
    let asked = atom(request);
    let host = match &asked.host {
        HostPattern::Exact(name) => Some(&**name),
        _ => None,
    };
    let path = asked.path.example();
    let target = Target {
        host,
        port: asked.port,
        method: asked.method.as_deref().unwrap_or("GET"),
        path: path.as_bytes(),
    };
    table.find(&target).map(|found| found.route.0)
}

fn conflicts(routes: &[&str]) -> Vec<String> {
    let mut report = Report::default();
    table(routes).report_conflicts(&|id| format!("r{}", id.0), &mut report);
    report.errors().to_vec()
}

#[test]
fn the_narrowest_decides_whatever_the_order() {
    let routes = [
        "/**",
        "/v1/**",
        "GET /v1/orders/{id}",
        "GET /v1/orders/7",
        "POST /v1/orders",
        "/v1/orders/**",
    ];
    let asked = [
        ("GET /", 0),
        ("GET /v2", 0),
        ("GET /v1", 1),
        ("GET /v1/x/y", 1),
        ("GET /v1/orders/8", 2),
        ("GET /v1/orders/7", 3),
        ("POST /v1/orders", 4),
        ("PUT /v1/orders", 5),
        ("POST /v1/orders/7", 5),
        ("GET /v1/orders/7/x", 5),
    ];
    let mut order: Vec<usize> = (0..routes.len()).collect();
    for _ in 0..routes.len() {
        order.rotate_left(1);
        let turned: Vec<&str> = order.iter().map(|at| routes[*at]).collect();
        assert_eq!(conflicts(&turned), Vec::<String>::new());
        let table = table(&turned);
        for (request, expected) in asked {
            let found = find(&table, request).map(|at| order[at as usize]);
            assert_eq!(found, Some(expected), "{request}");
        }
    }
}

#[test]
fn hosts_and_ports_narrow() {
    let table = table(&[
        "/**",
        "*.example.org/**",
        "*.api.example.org/**",
        "shop.example.org/**",
        "shop.example.org:8443/**",
    ]);
    for (request, expected) in [
        ("other.org/", 0),
        ("/", 0),
        ("example.org/", 0),
        ("x.example.org/", 1),
        ("a.b.example.org/", 1),
        ("v1.api.example.org/", 2),
        ("api.example.org/", 1),
        ("shop.example.org/", 3),
        ("shop.example.org:443/", 3),
        ("shop.example.org:8443/", 4),
    ] {
        assert_eq!(find(&table, request), Some(expected), "{request}");
    }
}

#[test]
fn nothing_matches_by_chance() {
    let table = table(&["GET /a/{id}", "POST /b", "x.org/c"]);
    for request in ["GET /a", "GET /a/b/c", "PUT /b", "GET /", "y.org/c", "/c"] {
        assert_eq!(find(&table, request), None, "{request}");
    }
}

#[test]
fn conflicts_are_refused_with_an_example() {
    let told = conflicts(&["/v1/charges/**", "GET /v1/**"]);
    assert_eq!(
        told,
        [
            "routes[r0] and routes[r1]: both match GET /v1/charges and neither is the narrower; \
        give \"r1\" methods or a narrower path, or add a route for GET /v1/charges/**"
        ]
    );
    assert!(
        conflicts(&["shop.example.org/**", "/admin/**"])[0]
            .contains("both match shop.example.org/admin ")
    );
    assert!(conflicts(&["/a/{x}", "/{y}/b"])[0].contains("both match /a/b "));
    assert!(conflicts(&["/a/**", "/{x}/b/**"])[0].contains("both match /a/b "));
    assert!(conflicts(&["GET /a", "GET /a"])[0].contains("remove GET /a from one"));
    assert!(
        conflicts(&["*.example.org/a", "GET x.example.org/{p}"])[0]
            .contains("GET x.example.org/a ")
    );
}

#[test]
fn a_third_route_settles_a_conflict() {
    let routes = ["/v1/charges/**", "GET /v1/**", "GET /v1/charges/**"];
    assert_eq!(conflicts(&routes), Vec::<String>::new());
    assert_eq!(find(&table(&routes), "GET /v1/charges/7"), Some(2));
    assert_eq!(find(&table(&routes), "PUT /v1/charges/7"), Some(0));
}

fn leftovers(routes: &[(&str, Openness)]) -> (Vec<String>, Vec<String>) {
    let mut report = Report::default();
    let atoms: Vec<&str> = routes.iter().map(|(text, _)| *text).collect();
    let openness = |id: RouteId| routes[id.0 as usize].1;
    table(&atoms).report_leftovers(&|id| format!("r{}", id.0), &openness, &mut report);
    (report.errors().to_vec(), report.notes().to_vec())
}

#[test]
fn a_method_left_over_does_not_fall_to_an_open_route() {
    use Openness::{Closed, Guarded, Open};
    let (errors, _) = leftovers(&[("GET /v1/orders/**", Guarded), ("/**", Open)]);
    assert_eq!(
        errors,
        [
            "routes[r1]: \"allow: any\" would let PATCH /v1/orders/** in without a condition, where \
        routes[r0] asks for one; list PATCH there, or add {name: r0-rest, paths: [\"/v1/orders/**\"], allow: none}"
        ]
    );
    for fine in [
        vec![
            ("GET /v1/orders/**", Guarded),
            ("/**", Open),
            ("/v1/orders/**", Closed),
        ],
        vec![("/v1/orders/**", Guarded), ("/**", Open)],
        vec![("POST /v1/orders", Guarded), ("GET /v1/orders", Open)],
        vec![("GET /v1/orders/**", Guarded), ("/healthz", Open)],
    ] {
        assert_eq!(leftovers(&fine).0, Vec::<String>::new(), "{fine:?}");
    }
    let (errors, notes) = leftovers(&[("POST /v1/charges/**", Guarded), ("GET /v1/**", Guarded)]);
    assert_eq!((errors.len(), notes.len()), (0, 1));
}

#[test]
fn templates_say_what_is_wrong_with_them() {
    for (text, part) in [
        ("v1", "begin with"),
        ("/a/*/b", "inside a segment"),
        ("/a*", "inside a segment"),
        ("/a/**/b", "only at the end"),
        ("/a//b", "empty segment"),
        ("/{}", "needs a name"),
        ("/{a-b}", "needs a name"),
        ("/x{a}", "around a whole"),
        ("/a?b=1", "query"),
        ("/a/../b", "one way"),
        ("/a%2fb", "one way"),
        ("/a;b", "one way"),
    ] {
        let told = PathTemplate::parse(text, false).unwrap_err();
        assert!(told.contains(part), "{text}: {told}");
    }
    for text in [
        "*", "*.*.org", "a*.org", "API.org", "a.org:80", "http://a", "",
    ] {
        assert!(HostPattern::parse(text).is_err(), "{text}");
    }
}

fn any_atom() -> impl Strategy<Value = String> {
    let host = prop_oneof![Just(""), Just("a.org"), Just("b.org"), Just("*.org")];
    let method = prop_oneof![Just(""), Just("GET "), Just("POST ")];
    let segment = prop_oneof![Just("/a"), Just("/b"), Just("/{x}")];
    let path = (proptest::collection::vec(segment, 0..4), any::<bool>());
    (method, host, path).prop_map(|(method, host, (segments, rest))| {
        let path = segments.concat();
        match (rest, path.is_empty()) {
            (true, _) => format!("{method}{host}{path}/**"),
            (false, true) => format!("{method}{host}/"),
            (false, false) => format!("{method}{host}{path}"),
        }
    })
}

fn any_request() -> impl Strategy<Value = String> {
    let host = prop_oneof![Just(""), Just("a.org"), Just("b.org"), Just("c.net")];
    let method = prop_oneof![Just("GET "), Just("POST "), Just("PUT ")];
    let segment = prop_oneof![Just("/a"), Just("/b"), Just("/c")];
    (method, host, proptest::collection::vec(segment, 0..5)).prop_map(|(method, host, segments)| {
        let path = if segments.is_empty() {
            "/".to_owned()
        } else {
            segments.concat()
        };
        format!("{method}{host}{path}")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// The table agrees with the definition: of all atoms that match, the one inside all others.
    /// Where there is none such, the load check refuses the document.
    #[test]
    fn the_table_finds_the_narrowest(
        routes in proptest::collection::vec(any_atom(), 1..7),
        request in any_request(),
        turn in 0_usize..7,
    ) {
        let texts: Vec<&str> = routes.iter().map(String::as_str).collect();
        let refused = !conflicts(&texts).is_empty();
        let asked = atom(&request);
        let matching: Vec<u32> = (0..texts.len())
            .filter(|at| matches!(asked.relation(&atom(texts[*at])), Relation::Equal | Relation::Narrower))
            .filter_map(|at| u32::try_from(at).ok())
            .collect();
        let inside_all = matching.iter().copied().find(|mine| matching.iter().all(|theirs| {
            mine == theirs || atom(texts[*mine as usize]).relation(&atom(texts[*theirs as usize])) == Relation::Narrower
        }));
        if !refused {
            prop_assert_eq!(find(&table(&texts), &request), inside_all);
            let mut turned = texts.clone();
            turned.rotate_left(turn % texts.len());
            let found = find(&table(&turned), &request).map(|at| turned[at as usize]);
            prop_assert_eq!(found, inside_all.map(|at| texts[at as usize]));
        } else if inside_all.is_none() {
            prop_assert!(matching.len() != 1);
        }
    }
}
