//! Routes that no request can reach.

use super::*;

fn unreachable(routes: &[&str], spared: &[u32]) -> Vec<String> {
    let mut report = Report::default();
    let spared = |id: RouteId| spared.contains(&id.0);
    table(routes).report_unreachable(&|id| format!("r{}", id.0), &spared, &mut report);
    report.errors().to_vec()
}

#[test]
fn a_rest_that_others_split_among_them_is_refused() {
    assert_eq!(
        unreachable(&["/x/**", "/x", "/x/{a}/**"], &[]),
        [
            "routes[r0].paths: no request can reach this route: of /x/**, routes[r1] takes /x, \
             routes[r2] takes /x/{x}/**, and nothing is left; remove it, or one of those"
        ]
    );
    let deeper = [
        "GET a.org:80/**",
        "GET a.org:80/",
        "GET a.org:80/{a}",
        "GET a.org:80/{a}/{b}/**",
    ];
    let told = unreachable(&deeper, &[]);
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("routes[r0].paths: "), "{told:?}");
}

#[test]
fn what_leaves_a_request_over_loads() {
    for routes in [
        vec!["/x/**", "/x/{a}/**"],
        vec!["/x/**", "/x"],
        vec!["/x/**", "/x", "/x/{a}"],
        vec!["/x/**", "/x", "/x/a/**"],
        vec!["/x/**", "GET /x", "GET /x/{a}/**"],
        vec!["/x/**", "a.org/x", "a.org/x/{a}/**"],
        vec!["*.a.org/x/**", "b.a.org/x", "*.a.org/x/{a}/**"],
        vec!["/{y}/**", "/x", "/x/{a}/**"],
    ] {
        assert_eq!(
            unreachable(&routes, &[]),
            Vec::<String>::new(),
            "{routes:?}"
        );
    }
}

#[test]
fn a_route_that_accepts_empty_segments_is_reached_by_them() {
    assert_eq!(
        unreachable(&["/x/**", "/x", "/x/{a}/**"], &[0]),
        Vec::<String>::new()
    );
}
