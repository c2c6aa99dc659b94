//! The load checks do not compare pair by pair, whatever the document: steps are counted, not time.

use super::*;

const N: usize = 2_000;

/// Steps for each atom that a check may take where little overlaps.
const FEW: usize = 25;

fn numbered(route: &dyn Fn(usize) -> String) -> Vec<String> {
    (0..N).map(route).collect()
}

fn built(routes: &[String]) -> RouteTable {
    table(&routes.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Whether the routes load, and the steps of both checks, with every route guarded.
fn checked(routes: &[String]) -> (bool, usize) {
    let table = built(routes);
    let (conflicts, whole, steps) = table.conflicts();
    let mut report = Report::default();
    let name = |id: RouteId| format!("r{}", id.0);
    let guarded = |_: RouteId| Openness::Guarded;
    let (left, more) = table.leftovers(&name, &guarded, &mut report);
    let loads = conflicts.is_empty() && whole.is_some() && left.is_some();
    (loads, steps.taken() + more.taken())
}

#[test]
fn many_routes_of_one_kind_take_steps_in_proportion() {
    let kinds: [(&str, &dyn Fn(usize) -> String); 11] = [
        ("paths", &|at| format!("/v1/s{}/r{at}", at % 7)),
        ("hosts", &|at| format!("h{at}.example.org/**")),
        ("domains", &|at| format!("*.d{at}.org/**")),
        ("domains beside hosts", &|at| match at % 2 {
            0 => format!("*.d{at}.org/**"),
            _ => format!("h{at}.net/**"),
        }),
        ("nested domains", &|at| {
            format!("*.{}d{}.org/**", "a.".repeat(at % 4), at / 4)
        }),
        ("methods", &|at| format!("M{at} /**")),
        ("ports", &|at| format!(":{}/**", at + 1)),
        ("ports and methods", &|at| {
            format!("M{} :{}/**", at % 40, at / 40 + 1)
        }),
        ("below one {x}", &|at| format!("/{{x}}/r{at}")),
        ("beside one {x}", &|at| match at % 2 {
            0 => format!("/{{x}}/r{at}"),
            _ => format!("/s{at}/t"),
        }),
        (
            "one path in many hosts, others in one",
            &|at| match at % 2 {
                0 => format!("h{at}.org/**"),
                _ => format!("h0.org/r{at}/**"),
            },
        ),
    ];
    for (kind, route) in kinds {
        let mut routes = numbered(route);
        let (loads, steps) = checked(&routes);
        assert!(loads && steps < FEW * N, "{kind}: {loads}, {steps} steps");
        routes.push("/**".to_owned());
        let (_, steps) = checked(&routes);
        assert!(steps < FEW * N, "{kind} and a catch-all: {steps} steps");
    }
}

#[test]
fn many_conflicts_are_not_all_looked_for() {
    let kinds: [(&str, &dyn Fn(usize) -> String); 5] = [
        ("across", &|at| match at % 2 {
            0 => format!("/{{x}}/r{at}"),
            _ => format!("/s{at}/{{y}}"),
        }),
        ("equal", &|_| "/a".to_owned()),
        ("host and path", &|at| match at % 2 {
            0 => format!("h{at}.org/**"),
            _ => format!("/r{at}"),
        }),
        ("port and method", &|at| match at % 2 {
            0 => format!("M{at} /a"),
            _ => format!(":{at}/a"),
        }),
        ("method and path", &|at| match at % 2 {
            0 => format!("M{at} /**"),
            _ => format!("/r{at}"),
        }),
    ];
    for (kind, route) in kinds {
        let table = built(&numbered(route));
        let (conflicts, _, steps) = table.conflicts();
        let (found, steps) = (conflicts.len(), steps.taken());
        assert!(
            found > 20 && steps < FEW * N,
            "{kind}: {found}, {steps} steps"
        );
    }
}

/// Each two of these overlap and a third settles it, so nothing is wrong with them but their number.
#[test]
fn what_overlaps_without_end_is_refused_after_a_bounded_number_of_steps() {
    let every_template = |depth: usize| -> Vec<String> {
        let segment = |bits: usize, at: usize| if bits >> at & 1 == 1 { "/{x}" } else { "/a" };
        let path = |bits| (0..depth).map(|at| segment(bits, at)).collect();
        (0..1 << depth).map(path).collect()
    };
    let grid = |side: usize| -> Vec<String> {
        let atom = |at: usize| {
            let (host, path) = (at % side, at / side);
            format!("*.{}org{}/**", "a.".repeat(host), "/a".repeat(path))
        };
        (0..side * side).map(atom).collect()
    };
    assert!(checked(&every_template(8)).0);
    assert!(checked(&grid(20)).0);
    for (kind, routes) in [("templates", every_template(12)), ("grid", grid(60))] {
        let (loads, steps) = checked(&routes);
        assert!(
            !loads && steps < 3_000_000,
            "{kind}: {loads}, {steps} steps"
        );
        let mut report = Report::default();
        built(&routes).report_conflicts(&|id| format!("r{}", id.0), &mut report);
        assert!(
            report.errors()[0].starts_with("routes: too many"),
            "{:?}",
            report.errors()
        );
    }
}
