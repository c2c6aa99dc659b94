//! Routes that no request can reach, and documents whose routes overlap without end.

use policy::compile;

fn errors(routes: &[String]) -> Vec<String> {
    let document = format!(r#"{{"version": "v1", "routes": [{}]}}"#, routes.join(","));
    match compile(document.as_bytes(), "bare.wasm", Vec::new()) {
        Ok(_) => Vec::new(),
        Err(report) => report.errors().to_vec(),
    }
}

fn route(name: &str, path: &str, more: &str) -> String {
    format!(r#"{{"name": "{name}", "paths": ["{path}"], "allow": "any"{more}}}"#)
}

#[test]
fn a_route_that_others_split_among_them_is_refused_with_its_path() {
    let split = |more: &str| {
        vec![
            route("wide", "/x/**", more),
            route("one", "/x", ""),
            route("many", "/x/{id}/**", ""),
        ]
    };
    assert_eq!(
        errors(&split("")),
        [
            "routes[wide].paths: no request can reach this route: of /x/**, routes[one] takes /x, \
             routes[many] takes /x/{x}/**, and nothing is left; remove it, or one of those"
        ]
    );
    // `//` is below /x/**, and in no {id}
    let accepting = r#", "accept_ambiguous": ["empty_segment"]"#;
    assert_eq!(errors(&split(accepting)), Vec::<String>::new());
}

#[test]
fn routes_that_overlap_without_end_are_refused() {
    let path = |bits: usize| -> String {
        let segment = |at: usize| if bits >> at & 1 == 1 { "/{x}" } else { "/a" };
        (0..12).map(segment).collect()
    };
    let routes: Vec<String> = (0..1 << 12)
        .map(|bits| route(&format!("r{bits}"), &path(bits), ""))
        .collect();
    let told = errors(&routes);
    let first = told.first().expect("it is refused");
    assert!(first.starts_with("routes: too many of their"), "{first}");
}

#[test]
fn a_path_of_more_segments_than_any_in_use_is_refused() {
    assert_eq!(
        errors(&[route("deep", &"/a".repeat(64), "")]),
        Vec::<String>::new()
    );
    assert_eq!(
        errors(&[route("deep", &"/a".repeat(65), "")]),
        ["routes[deep].paths[0]: has more than 64 segments"]
    );
}
