//! Attributes that every plugin has: those of the request itself.

use std::rc::Rc;

use super::{Attribute, AttributeName, Presence, Trust};
use crate::carrier::cookie;
use crate::language::{Place, Report, is_token};
use crate::reason::request as reason;
use crate::{Ambiguity, Context, Fact, Failure, NormalPath, Weight};

/// The heads of these attributes, each with one sentence for the reference page.
pub(crate) const ATTRIBUTES: &[(&str, &str); 8] = &[
    (
        "remote.ip",
        "The client's address without its port, as Envoy trusts it after X-Forwarded-For.",
    ),
    (
        "request.host",
        "The host, in lower case, without port and trailing dot.",
    ),
    ("request.method", "The method."),
    ("request.path", "The normalised path, without the query."),
    (
        "request.headers",
        "A header, as in `request.headers[x-tenant]`; given twice, or with a comma in it, it \
         matches no `values`, `prefixes` or `suffixes`.",
    ),
    (
        "request.cookies",
        "A cookie, as in `request.cookies[session]`, its value as sent. Denied is a request that gives \
         it twice, or writes it so that two servers could read it differently: with a comma, a quote \
         or a space, in another case, without `=`, longer than 4,096 bytes.",
    ),
    ("destination.port", "The listener's port."),
    ("route", "The name of the route that matched."),
];

/// The heads alone, for what is done at run time.
pub(crate) const HEADS: &[&str] = &crate::heads(ATTRIBUTES);

/// A fact of the request.
#[derive(Debug)]
enum Own {
    RemoteIp,
    Host,
    Method,
    Path { fold_case: bool },
    Header(Rc<str>),
    Cookie(Rc<str>),
    Port,
    Route,
}

/// Compiles an attribute of the request; `None` where the name is not one of them.
pub(super) fn resolve(
    name: &AttributeName<'_>,
    fold_case: bool,
    place: &Place<'_>,
    report: &mut Report,
) -> Option<Option<Rc<dyn Attribute>>> {
    let own = match name.head {
        "remote.ip" => Own::RemoteIp,
        "request.host" => Own::Host,
        "request.method" => Own::Method,
        "request.path" => Own::Path { fold_case },
        "destination.port" => Own::Port,
        "route" => Own::Route,
        "request.headers" => match name.path.as_slice() {
            [header] if name.tail.is_empty() && is_header_name(header) => {
                Own::Header((*header).into())
            }
            _ => {
                report.error(
                    place,
                    "write one header in lower case, as in request.headers[x-tenant]",
                );
                return Some(None);
            }
        },
        "request.cookies" => match name.path.as_slice() {
            [cookie] if name.tail.is_empty() && cookie.bytes().all(is_token) => {
                Own::Cookie((*cookie).into())
            }
            _ => {
                report.error(place, "write one cookie, as in request.cookies[session]");
                return Some(None);
            }
        },
        _ => return None,
    };
    let bare = name.path.is_empty() && name.tail.is_empty();
    if !bare && !matches!(own, Own::Header(_) | Own::Cookie(_)) {
        report.error(place, format_args!("{} takes no brackets", name.head));
        return Some(None);
    }
    Some(Some(Rc::new(own)))
}

/// A field name in lower case (RFC 9110 §5.1), not a pseudo header.
fn is_header_name(name: &str) -> bool {
    name.bytes()
        .all(|byte| is_token(byte) && !byte.is_ascii_uppercase())
}

impl Attribute for Own {
    fn append(&self, context: &Context<'_>, out: &mut Vec<u8>) -> Result<Presence, Failure> {
        let request = context.request;
        match self {
            Self::RemoteIp => Ok(put(out, request.remote_ip()?.map(|ip| ip.to_string()))),
            Self::Header(name) => Ok(put(out, request.header(name)?)),
            Self::Cookie(name) => match request.header("cookie")? {
                Some(cookies) => match cookie::read(&cookies, name) {
                    Ok(value) => Ok(put(out, value)),
                    Err(_) => Err(Failure::new(reason::DUPLICATE_HEADER, Weight::Fault)),
                },
                None => Ok(Presence::Absent),
            },
            Self::Port => Ok(put(out, request.fact(Fact::DestinationPort)?)),
            Self::Route => Ok(put(out, context.route.map(|(_, name)| name.as_bytes()))),
            Self::Method => Ok(put(out, request.header(":method")?)),
            Self::Host => {
                let raw = request.header(":authority")?;
                let host = raw.map(crate::request::host::read).transpose()?;
                Ok(put(out, host.as_deref()))
            }
            Self::Path { fold_case } => path(context, *fold_case, out),
        }
    }

    fn trust(&self) -> Trust {
        Trust::Unverified
    }

    fn is_folded(&self) -> bool {
        matches!(self, Self::Host | Self::Path { fold_case: true })
    }
}

/// The path that the decision is made on, in its one reading.
///
/// # Security
/// Folded where routes are: an upstream that folds case would serve `/ADMIN` as the `/admin` that a
/// condition names.
fn path(context: &Context<'_>, fold_case: bool, out: &mut Vec<u8>) -> Result<Presence, Failure> {
    // only CONNECT comes this far without a path; routes are asked with the root for it
    let raw = context.request.header(":path")?;
    let path = NormalPath::read(raw.as_deref().unwrap_or(b"/"));
    if path.ambiguity() != Ambiguity::NONE {
        return Err(Failure::new(reason::AMBIGUOUS_PATH, Weight::Fault));
    }
    let path = if fold_case { path.folded() } else { path };
    Ok(put(out, Some(path.as_bytes())))
}

fn put<T: AsRef<[u8]>>(out: &mut Vec<u8>, value: Option<T>) -> Presence {
    match value {
        Some(value) => {
            out.extend_from_slice(value.as_ref());
            Presence::Present
        }
        None => Presence::Absent,
    }
}
