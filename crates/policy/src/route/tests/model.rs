//! The table against its definition: all atoms that match, and of those the one inside all others.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::route::template::Segment;

/// The requests of two atoms, where they share some.
fn shared(one: &Atom, two: &Atom) -> Option<Atom> {
    let both = |one: Option<String>, two: Option<String>| match (one, two) {
        (Some(one), Some(two)) => (one == two).then_some(Some(one)),
        (one, two) => Some(one.or(two)),
    };
    let port = both(
        one.port.map(|p| p.to_string()),
        two.port.map(|p| p.to_string()),
    )?;
    let method = |atom: &Atom| atom.method.as_deref().map(str::to_owned);
    Some(Atom {
        host: shared_host(&one.host, &two.host)?,
        port: port.map(|port| port.parse().unwrap()),
        method: both(method(one), method(two))?.map(Method::from),
        path: shared_path(&one.path, &two.path)?,
    })
}

fn shared_host(one: &HostPattern, two: &HostPattern) -> Option<HostPattern> {
    match (one, two) {
        (HostPattern::Any, host) | (host, HostPattern::Any) => Some(host.clone()),
        (HostPattern::Exact(name), other) | (other, HostPattern::Exact(name)) => other
            .matches(Some(name))
            .then(|| HostPattern::Exact(Rc::clone(name))),
        (HostPattern::Below(a), HostPattern::Below(b)) if a.ends_with(&**b) => Some(one.clone()),
        (HostPattern::Below(a), HostPattern::Below(b)) if b.ends_with(&**a) => Some(two.clone()),
        _ => None,
    }
}

fn shared_path(one: &PathTemplate, two: &PathTemplate) -> Option<PathTemplate> {
    let mut segments = Vec::new();
    for at in 0.. {
        match (one.segments.get(at), two.segments.get(at)) {
            (Some(Segment::Literal(a)), Some(Segment::Literal(b))) if a != b => return None,
            (Some(Segment::Any), Some(other)) | (Some(other), Some(_)) => {
                segments.push(other.clone());
            }
            (Some(segment), None) if two.rest => segments.push(segment.clone()),
            (None, Some(segment)) if one.rest => segments.push(segment.clone()),
            (None, None) => break,
            _ => return None,
        }
    }
    let ends = |path: &PathTemplate| !path.rest && path.segments.len() == segments.len();
    let rest = !ends(one) && !ends(two);
    Some(PathTemplate {
        segments: segments.into(),
        rest,
    })
}

/// Every request of the one is one of the other.
fn inside(one: &Atom, two: &Atom) -> bool {
    shared(one, two).as_ref() == Some(one)
}

/// Whether any two routes are in conflict.
fn in_conflict(atoms: &[Atom]) -> bool {
    let across = |one: &Atom, two: &Atom| match shared(one, two) {
        Some(both) => one == two || !atoms.contains(&both),
        None => false,
    };
    (0..atoms.len()).any(|at| atoms[at + 1..].iter().any(|two| across(&atoms[at], two)))
}

/// The route of the atom that has the request and lies inside all that do.
fn narrowest(atoms: &[Atom], request: &Atom) -> Option<usize> {
    let around: Vec<usize> = (0..atoms.len())
        .filter(|at| inside(request, &atoms[*at]))
        .collect();
    let inside_all = |at: &&usize| {
        around
            .iter()
            .all(|other| inside(&atoms[**at], &atoms[*other]))
    };
    around.iter().find(inside_all).copied()
}

/// The pairs of guarded and deciding routes that the leftover rule tells, by the second's openness.
fn left_over(atoms: &[Atom], openness: &[Openness]) -> [BTreeSet<(usize, usize)>; 2] {
    let mut told = [BTreeSet::new(), BTreeSet::new()];
    for (at, guarded) in atoms.iter().enumerate() {
        if guarded.method.is_none() || openness[at] != Openness::Guarded {
            continue;
        }
        for method in ["GET", "POST", "PUT"] {
            let region = Atom {
                method: Some(method.into()),
                ..guarded.clone()
            };
            let Some(decides) = narrowest(atoms, &region).filter(|decides| *decides != at) else {
                continue;
            };
            let other = &atoms[decides];
            let same_place = other.path == guarded.path && other.host == guarded.host;
            match openness[decides] {
                _ if same_place && other.method.is_some() => false,
                Openness::Open => told[0].insert((at, decides)),
                Openness::Guarded => told[1].insert((at, decides)),
                Openness::Closed => false,
            };
        }
    }
    told
}

fn any_atom() -> impl Strategy<Value = String> {
    let hosts = [
        "",
        "",
        "",
        "a.org",
        "x.a.org",
        "y.x.a.org",
        "*.a.org",
        "*.x.a.org",
        "*.org",
        "b.net",
    ];
    let host = proptest::sample::select(hosts.to_vec());
    let method = prop_oneof![2 => Just(""), 1 => Just("GET "), 1 => Just("POST ")];
    let port = prop_oneof![3 => Just(""), 1 => Just(":80"), 1 => Just(":443")];
    (method, host, port, any_path())
        .prop_map(|(method, host, port, path)| format!("{method}{host}{port}{path}"))
}

fn any_path() -> impl Strategy<Value = String> {
    let segment = prop_oneof![Just("/a"), Just("/b"), Just("/{x}")];
    (proptest::collection::vec(segment, 0..4), any::<bool>()).prop_map(|(segments, rest)| {
        let path = segments.concat();
        match (rest, path.is_empty()) {
            (true, _) => format!("{path}/**"),
            (false, true) => "/".to_owned(),
            (false, false) => path,
        }
    })
}

const HOSTS: [&str; 9] = [
    "",
    "a.org",
    "x.a.org",
    "y.x.a.org",
    "z.x.a.org",
    "z.a.org",
    "z.org",
    "b.net",
    "c.net",
];

fn any_request() -> impl Strategy<Value = String> {
    let segment = prop_oneof![3 => Just("/a"), 2 => Just("/b"), 1 => Just("/c")];
    let path = proptest::collection::vec(segment, 0..5);
    let path = path.prop_map(|path| {
        if path.is_empty() {
            "/".to_owned()
        } else {
            path.concat()
        }
    });
    let pick = |words: &[&'static str]| proptest::sample::select(words.to_vec());
    let (method, port) = (
        pick(&["GET", "POST", "PUT"]),
        pick(&[":80", ":443", ":8080"]),
    );
    (method, pick(&HOSTS), port, path)
        .prop_map(|(method, host, port, path)| format!("{method} {host}{port}{path}"))
}

/// Every path that could tell the paths above apart.
fn all_paths() -> Vec<String> {
    let mut paths = vec![String::new()];
    for depth in 0..4 {
        let longest = paths.iter().filter(|path| path.len() == depth * 2);
        let longer =
            longest.flat_map(|path| ["/a", "/b", "/c"].map(|next| format!("{path}{next}")));
        let longer: Vec<String> = longer.collect();
        paths.extend(longer);
    }
    paths[0].push('/');
    paths
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    /// Look-ups agree with the definition, conflicts are told where there are some and only there,
    /// and the order of the routes changes nothing.
    #[test]
    fn the_table_is_its_definition(
        routes in proptest::collection::vec(any_atom(), 1..7),
        asked in proptest::collection::vec(any_request(), 30),
        turn in 0_usize..7,
    ) {
        let texts: Vec<&str> = routes.iter().map(String::as_str).collect();
        let atoms: Vec<Atom> = texts.iter().map(|text| atom(text)).collect();
        let mut turned = texts.clone();
        turned.rotate_left(turn % texts.len());
        let refused = in_conflict(&atoms);
        prop_assert_eq!(!conflicts(&texts).is_empty(), refused, "{:?}", texts);
        prop_assert_eq!(!conflicts(&turned).is_empty(), refused, "{:?}", turned);
        let (table, other) = (table(&texts), table(&turned));
        for request in asked.iter().filter(|_| !refused) {
            let expected = narrowest(&atoms, &atom(request)).map(|at| texts[at]);
            prop_assert_eq!(find(&table, request).map(|at| texts[at as usize]), expected, "{}", request);
            prop_assert_eq!(find(&other, request).map(|at| turned[at as usize]), expected, "{}", request);
        }
    }

    /// The leftover rule agrees with asking, for every method, who decides it.
    #[test]
    fn leftovers_are_those_of_the_definition(
        routes in proptest::collection::vec(any_atom(), 1..7),
        open in proptest::collection::vec(0_u8..3, 7),
    ) {
        use Openness::{Closed, Guarded, Open};
        let texts: Vec<&str> = routes.iter().map(String::as_str).collect();
        let atoms: Vec<Atom> = texts.iter().map(|text| atom(text)).collect();
        if in_conflict(&atoms) {
            return Ok(());
        }
        let openness: Vec<Openness> = open.iter().map(|at| [Open, Guarded, Closed][usize::from(*at)]).collect();
        let [errors, notes] = left_over(&atoms, &openness);
        let mut report = Report::default();
        table(&texts).report_leftovers(&|id| format!("r{}", id.0), &|id| openness[id.0 as usize], &mut report);
        let told = report.errors().len() + report.more_errors();
        prop_assert_eq!(told > 0, !errors.is_empty(), "{:?} {:?}", texts, report);
        prop_assert!(told > 20 || (told, report.notes().len()) == (errors.len(), notes.len()), "{:?} {:?}", texts, report);
    }

    /// A route is told to be out of reach where no request whatever is on it.
    #[test]
    fn unreachable_routes_are_those_that_no_request_is_on(
        routes in proptest::collection::vec(any_path(), 1..9),
        match_of in proptest::collection::vec(proptest::sample::select(vec!["", "", "a.org:80"]), 9),
    ) {
        let routes: Vec<String> = routes.iter().zip(&match_of).map(|(path, before)| format!("{before}{path}")).collect();
        let texts: Vec<&str> = routes.iter().map(String::as_str).collect();
        if !conflicts(&texts).is_empty() {
            return Ok(());
        }
        let table = table(&texts);
        let asked = all_paths().into_iter().flat_map(|path| {
            ["", "a.org:80", "a.org:443"].map(|before| format!("GET {before}{path}"))
        });
        let reached: BTreeSet<u32> = asked.filter_map(|request| find(&table, &request)).collect();
        let mut report = Report::default();
        table.report_unreachable(&|id| format!("r{}", id.0), &|_| false, &mut report);
        prop_assert_eq!(report.errors().len(), texts.len() - reached.len(), "{:?} {:?}", texts, report);
    }
}
