mod conflicts;
mod leftovers;
mod look_up;
mod model;
mod scale;
mod templates;
mod unreachable;

use std::rc::Rc;

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
    RouteTable::new(&routes.iter().enumerate().map(owned).collect::<Vec<_>>())
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
