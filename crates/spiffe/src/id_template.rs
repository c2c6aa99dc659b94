//! Templates over SPIFFE IDs: what `principals` and its short forms are compiled to.
//!
//! The language of path templates, with one rule more: the trust domain is always literal, since
//! whoever runs another trust domain can mint any path in it.

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use policy::language::{Json, Model, Place, Report, Shape, Text};

use crate::spiffe_id::{SCHEME, check_segment};
use crate::{IdError, SpiffeId, TrustDomain};

/// Why a text is not a template for SPIFFE IDs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// A literal part of it breaks a rule of SPIFFE-ID §2.
    #[error(transparent)]
    Id(#[from] IdError),
    /// The trust domain is not literal.
    #[error("the trust domain is literal; write one template for each")]
    OpenTrustDomain,
    /// Something follows `**`.
    #[error("\"**\" may stand only at the end")]
    RestNotLast,
    /// A star that is not a whole last segment `**`.
    #[error("\"*\" is no segment; write {{name}} for one segment, or \"**\" at the end")]
    Star,
    /// Braces that are not around a whole segment, or without a name in them.
    #[error("braces stand around a whole segment and name it, such as {{region}}")]
    Braces,
}

/// A template: literal segments, `{name}` for exactly one, `**` for any rest.
///
/// ```
/// use spiffe::{IdTemplate, SpiffeId};
/// let template: IdTemplate = "spiffe://example.org/{team}/**".parse().unwrap();
/// let matches = |id: &str| template.matches(&id.parse::<SpiffeId>().unwrap());
/// assert!(matches("spiffe://example.org/shop/web"));
/// assert!(matches("spiffe://example.org/shop"));
/// assert!(!matches("spiffe://example.org"));
/// assert!(!matches("spiffe://partner.net/shop/web"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdTemplate {
    pub(crate) trust_domain: TrustDomain,
    pub(crate) segments: Vec<Segment>,
    /// It ends in `**`: any further segments, or none.
    pub(crate) rest: bool,
}

/// One segment of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    Literal(Box<str>),
    /// Any one segment; the name is for the reader alone.
    Any(Box<str>),
}

impl IdTemplate {
    /// The template of `service_accounts` (Istio's form of an ID): all of a namespace without an
    /// account.
    pub(crate) fn service_account(domain: &TrustDomain, ns: &str, account: Option<&str>) -> Self {
        let literal = |text: &str| Segment::Literal(text.into());
        let account = account.map_or_else(|| Segment::Any("any".into()), literal);
        Self {
            trust_domain: domain.clone(),
            segments: vec![literal("ns"), literal(ns), literal("sa"), account],
            rest: false,
        }
    }

    /// Whether an ID matches.
    #[must_use]
    pub fn matches(&self, id: &SpiffeId) -> bool {
        let mut parts = id.path().split('/').skip(1);
        id.trust_domain() == self.trust_domain.as_str()
            && self
                .segments
                .iter()
                .all(|segment| match (segment, parts.next()) {
                    (Segment::Literal(literal), Some(part)) => **literal == *part,
                    (Segment::Any(_), Some(_)) => true,
                    (_, None) => false,
                })
            && (self.rest || parts.next().is_none())
    }

    /// Whether it matches exactly one ID: its own text.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        !self.rest
            && self
                .segments
                .iter()
                .all(|segment| matches!(segment, Segment::Literal(_)))
    }

    /// The template of the IDs that both match; `None` where there are none.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let (longer, shorter) = if self.segments.len() >= other.segments.len() {
            (self, other)
        } else {
            (other, self)
        };
        let same_length = longer.segments.len() == shorter.segments.len();
        if self.trust_domain != other.trust_domain || !(same_length || shorter.rest) {
            return None;
        }
        let mut both = longer.clone();
        for (mine, theirs) in both.segments.iter_mut().zip(&shorter.segments) {
            match (&*mine, theirs) {
                (Segment::Any(_), _) => mine.clone_from(theirs),
                (Segment::Literal(mine), Segment::Literal(theirs)) if mine != theirs => {
                    return None;
                }
                (Segment::Literal(_), _) => {}
            }
        }
        both.rest = longer.rest && shorter.rest;
        Some(both)
    }
}

impl FromStr for IdTemplate {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        if text.len() > SpiffeId::MAX_BYTES {
            return Err(IdError::TooLong.into());
        }
        let inner = text.strip_prefix(SCHEME).ok_or(IdError::WrongScheme)?;
        let (domain, path) = inner
            .split_once('/')
            .map_or((inner, None), |(domain, path)| (domain, Some(path)));
        if domain.contains(['*', '{', '}']) {
            return Err(TemplateError::OpenTrustDomain);
        }
        let mut template = Self {
            trust_domain: domain.parse().map_err(IdError::TrustDomain)?,
            segments: Vec::new(),
            rest: false,
        };
        let mut segments = path.into_iter().flat_map(|path| path.split('/')).peekable();
        while let Some(segment) = segments.next() {
            match segment {
                _ if template.rest => return Err(TemplateError::RestNotLast),
                "**" => template.rest = true,
                "" if segments.peek().is_none() => return Err(IdError::TrailingSlash.into()),
                _ => template.segments.push(segment.parse()?),
            }
        }
        Ok(template)
    }
}

impl FromStr for Segment {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        if let Some(name) = text
            .strip_prefix('{')
            .and_then(|text| text.strip_suffix('}'))
        {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            return match name {
                "" => Err(TemplateError::Braces),
                _ if name.bytes().all(plain) => Ok(Self::Any(name.into())),
                _ => Err(TemplateError::Braces),
            };
        }
        if text.contains('*') {
            return Err(TemplateError::Star);
        }
        if text.contains(['{', '}']) {
            return Err(TemplateError::Braces);
        }
        check_segment(text.as_bytes())?;
        Ok(Self::Literal(text.into()))
    }
}

impl fmt::Display for IdTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}", self.trust_domain)?;
        for segment in &self.segments {
            match segment {
                Segment::Literal(literal) => write!(f, "/{literal}")?,
                Segment::Any(name) => write!(f, "/{{{name}}}")?,
            }
        }
        if self.rest {
            f.write_str("/**")?;
        }
        Ok(())
    }
}

impl Model for IdTemplate {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        let text = Text::read(value, place, report)?;
        let text = text.as_str();
        let error = match text.parse() {
            Ok(template) => return Some(template),
            Err(error) => error,
        };
        let with_scheme = format!("{SCHEME}{text}");
        if error == TemplateError::Id(IdError::WrongScheme) && with_scheme.parse::<Self>().is_ok() {
            report.error(
                place,
                format_args!(
                    "\"{text}\" is not a SPIFFE ID; write \"{with_scheme}\" (Istio leaves the \
                     scheme out)"
                ),
            );
        } else {
            report.error(
                place,
                format_args!("\"{text}\" is not a SPIFFE ID template: {error}"),
            );
        }
        None
    }

    fn shape() -> Shape {
        Shape::Pattern(
            r"^spiffe://[a-z0-9._-]{1,255}(/([A-Za-z0-9._-]+|\{[A-Za-z0-9_]+\}))*(/\*\*)?$",
            "SPIFFE ID template",
        )
    }
}
