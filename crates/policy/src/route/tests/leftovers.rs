//! The leftover rule by example.

use super::*;

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
fn a_method_that_nobody_names_is_left_over_too() {
    use Openness::{Guarded, Open};
    let common = "GET HEAD POST PUT PATCH DELETE OPTIONS TRACE PROPFIND";
    for (count, other) in [(7, "TRACE"), (9, "X")] {
        let listed = common.split(' ').take(count);
        let texts: Vec<String> = listed.map(|method| format!("{method} /a")).collect();
        let mut routes: Vec<(&str, Openness)> =
            texts.iter().map(|text| (text.as_str(), Guarded)).collect();
        routes.push(("/**", Open));
        let (errors, _) = leftovers(&routes);
        let told = format!("would let {other} /a in");
        assert!(errors[0].contains(&told), "{errors:?}");
    }
}

#[test]
fn notes_end_where_they_would_only_fill_a_log() {
    let texts: Vec<String> = (0..300).map(|at| format!("GET /r{at}")).collect();
    let mut routes: Vec<(&str, Openness)> = texts
        .iter()
        .map(|text| (text.as_str(), Openness::Guarded))
        .collect();
    routes.push(("/**", Openness::Guarded));
    let (errors, notes) = leftovers(&routes);
    assert_eq!((errors.len(), notes.len()), (0, 100));
}
