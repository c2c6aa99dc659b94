//! Host patterns: one name, or every name below a domain.

use std::fmt;
use std::rc::Rc;

/// Which hosts a route is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HostPattern {
    /// Just this name.
    Exact(Rc<str>),
    /// Every name that ends in this, which begins with a dot; the domain itself is not in it.
    Below(Rc<str>),
    /// Any host, and none.
    Any,
}

impl HostPattern {
    /// Reads a pattern: `api.example.org` or `*.example.org`.
    ///
    /// # Errors
    /// What is wrong with it and what to write instead.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let name = text.strip_prefix("*.").unwrap_or(text);
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(format!(
                "\"{text}\": write it in lower case; hosts are compared without case"
            ));
        }
        if text.contains(':') && !text.starts_with('[') {
            return Err(format!(
                "\"{text}\" has a port; hosts are compared without it, see \"ports\""
            ));
        }
        if name.contains('*') {
            return Err(format!(
                "\"{text}\": \"*\" may stand only in front, as in *.example.org"
            ));
        }
        let read = crate::request::host::read(name.as_bytes().into());
        match read {
            Ok(host) if host == name && text != name => Ok(Self::Below(format!(".{name}").into())),
            Ok(host) if host == name => Ok(Self::Exact(name.into())),
            _ => Err(format!("\"{text}\" is not a host name")),
        }
    }

    /// The text that names end in, or are; `None` for any.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Exact(text) | Self::Below(text) => Some(text),
            Self::Any => None,
        }
    }

    /// Whether a request's host matches.
    pub(crate) fn matches(&self, host: Option<&str>) -> bool {
        match (self, host) {
            (Self::Any, _) => true,
            (Self::Exact(name), Some(host)) => **name == *host,
            (Self::Below(domain), Some(host)) => host.ends_with(&**domain),
            (_, None) => false,
        }
    }

    /// A host that matches, for a message; empty where any does.
    pub(crate) fn example(&self) -> String {
        match self {
            Self::Exact(name) => name.to_string(),
            Self::Below(domain) => format!("x{domain}"),
            Self::Any => String::new(),
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(name) => f.write_str(name),
            Self::Below(domain) => write!(f, "*{domain}"),
            Self::Any => Ok(()),
        }
    }
}
