//! What a route or guard matches: hosts x ports x methods x paths.

use super::model::{GuardModel, RouteModel};
use crate::RouteId;
use crate::language::{Place, Report, Text, Whole};
use crate::route::{Atom, HostPattern, Method, OwnedAtom, PathTemplate, Target};

/// The four lists of a match, read.
#[derive(Debug)]
pub(crate) struct Matching {
    hosts: Vec<HostPattern>,
    ports: Vec<Option<u16>>,
    methods: Vec<Option<Method>>,
    paths: Vec<PathTemplate>,
}

impl Matching {
    fn read(
        (hosts, ports): (Option<&Vec<Text>>, Option<&Vec<Whole<1, 65535>>>),
        (methods, paths): (Option<&Vec<Text>>, Option<&Vec<Text>>),
        fold_case: bool,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Self {
        let mut read = |field: &'static str,
                        list: Option<&Vec<Text>>,
                        each: &mut dyn FnMut(&str) -> Result<(), String>| {
            let place = place.field(field);
            for (index, text) in list.into_iter().flatten().enumerate() {
                if let Err(message) = each(text.as_str()) {
                    report.error(&place.index(index), message);
                }
            }
        };
        let (mut host_list, mut method_list, mut path_list) = (Vec::new(), Vec::new(), Vec::new());
        read("hosts", hosts, &mut |text| {
            HostPattern::parse(text).map(|host| host_list.push(host))
        });
        read("methods", methods, &mut |text| {
            method(text).map(|method| method_list.push(Some(method)))
        });
        read("paths", paths, &mut |text| {
            PathTemplate::parse(text, fold_case).map(|path| path_list.push(path))
        });
        let port = |port: &Whole<1, 65535>| u16::try_from(port.value()).ok();
        if hosts.is_none() {
            host_list.push(HostPattern::Any);
        }
        if methods.is_none() {
            method_list.push(None);
        }
        if paths.is_none() {
            path_list.push(PathTemplate::everything());
        }
        Self {
            hosts: host_list,
            ports: ports.map_or_else(|| vec![None], |list| list.iter().map(port).collect()),
            methods: method_list,
            paths: path_list,
        }
    }

    /// Reads the match of a guard, where everything may be left out.
    pub(crate) fn of_guard(
        model: &GuardModel,
        fold_case: bool,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Self {
        Self::read(
            (model.hosts.as_ref(), model.ports.as_ref()),
            (model.methods.as_ref(), model.paths.as_ref()),
            fold_case,
            place,
            report,
        )
    }

    /// Whether a request is meant.
    pub(crate) fn matches(&self, target: &Target<'_>) -> bool {
        self.hosts.iter().any(|host| host.matches(target.host))
            && self
                .ports
                .iter()
                .any(|port| port.is_none() || *port == target.port)
            && self.methods.iter().any(|method| {
                method
                    .as_deref()
                    .is_none_or(|method| method == target.method)
            })
            && self.paths.iter().any(|path| path.matches(target.path))
    }

    /// Whether any of it names a port.
    pub(crate) fn uses_ports(&self) -> bool {
        self.ports.iter().any(Option::is_some)
    }
}

/// Adds a route's atoms.
pub(super) fn atoms_of(
    model: &RouteModel,
    fold_case: bool,
    index: usize,
    place: &Place<'_>,
    atoms: &mut Vec<OwnedAtom>,
    report: &mut Report,
) {
    let matching = Matching::read(
        (model.hosts.as_ref(), model.ports.as_ref()),
        (model.methods.as_ref(), Some(&model.paths)),
        fold_case,
        place,
        report,
    );
    let Ok(route) = u32::try_from(index).map(RouteId) else {
        return;
    };
    for host in &matching.hosts {
        for port in &matching.ports {
            for method in &matching.methods {
                for path in &matching.paths {
                    let (host, method, path) = (host.clone(), method.clone(), path.clone());
                    atoms.push(OwnedAtom {
                        atom: Atom {
                            host,
                            port: *port,
                            method,
                            path,
                        },
                        route,
                    });
                }
            }
        }
    }
}

/// A method as written: a token in upper case (RFC 9110 §9.1).
fn method(text: &str) -> Result<Method, String> {
    let token = |byte: u8| {
        byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
    };
    if !text.is_empty() && text.bytes().all(token) {
        return Ok(text.into());
    }
    let upper = text.to_ascii_uppercase();
    Err(format!(
        "\"{text}\" is not a method in upper case; write \"{upper}\""
    ))
}
