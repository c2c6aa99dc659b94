//! Path templates: `{name}` is one segment, a last `**` any rest, everything else literal.

use std::fmt;
use std::rc::Rc;

use crate::{Ambiguity, NormalPath};

/// One segment of a template.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Segment {
    /// These bytes.
    Literal(Box<str>),
    /// Any one segment that is not empty.
    Any,
}

/// The most segments of a template: no path in use is that long, and the walks over all templates
/// are as deep as the longest.
const MAX_SEGMENTS: usize = 64;

/// A path template; two that differ only in the names in braces are equal. Its segments are shared
/// by every atom of a route that has the path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PathTemplate {
    pub(crate) segments: Rc<[Segment]>,
    /// It ends in `**`: any further segments, or none.
    pub(crate) rest: bool,
}

impl PathTemplate {
    /// `/**`: every path.
    pub(crate) fn everything() -> Self {
        Self {
            segments: Rc::from([]),
            rest: true,
        }
    }

    /// Reads a template as written in the document.
    ///
    /// # Errors
    /// What is wrong with it and what to write instead.
    pub(crate) fn parse(text: &str, fold_case: bool) -> Result<Self, String> {
        let Some(inner) = text.strip_prefix('/') else {
            return Err(format!("\"{text}\" must begin with \"/\""));
        };
        if text.contains(['?', '#']) {
            return Err(format!(
                "\"{text}\" has a query or fragment; only the path is matched"
            ));
        }
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        let mut segments = Vec::new();
        let mut rest = false;
        for segment in inner.split('/').filter(|_| !inner.is_empty()) {
            if rest {
                return Err(format!("\"{text}\": \"**\" may stand only at the end"));
            }
            match segment {
                "**" => rest = true,
                _ => segments.push(read_segment(segment, text, fold_case)?),
            }
        }
        if segments.len() > MAX_SEGMENTS {
            return Err(format!("has more than {MAX_SEGMENTS} segments"));
        }
        let segments = segments.into();
        Ok(Self { segments, rest })
    }

    /// The paths of both; meaningful where they overlap.
    pub(crate) fn intersection(&self, other: &Self) -> Self {
        let (longer, shorter) = if self.segments.len() >= other.segments.len() {
            (self, other)
        } else {
            (other, self)
        };
        let mut segments = longer.segments.to_vec();
        for (mine, theirs) in segments.iter_mut().zip(&*shorter.segments) {
            if *mine == Segment::Any {
                mine.clone_from(theirs);
            }
        }
        let rest = if self.segments.len() == other.segments.len() {
            self.rest && other.rest
        } else {
            longer.rest
        };
        let segments = segments.into();
        Self { segments, rest }
    }

    /// Whether a normalised path matches.
    pub(crate) fn matches(&self, path: &[u8]) -> bool {
        let mut parts = segments_of(path);
        for segment in &*self.segments {
            match (segment, parts.next()) {
                (Segment::Literal(literal), Some(part)) if literal.as_bytes() == part => {}
                (Segment::Any, Some(part)) if !part.is_empty() => {}
                _ => return false,
            }
        }
        self.rest || parts.next().is_none()
    }

    /// A path that matches, for a message.
    pub(crate) fn example(&self) -> String {
        if self.segments.is_empty() {
            return "/".to_owned();
        }
        self.segments
            .iter()
            .fold(String::new(), |path, segment| match segment {
                Segment::Literal(literal) => path + "/" + literal,
                Segment::Any => path + "/x",
            })
    }
}

/// The segments of a normalised path; `/` has none.
pub(crate) fn segments_of(path: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    let inner = path.strip_prefix(b"/").unwrap_or(path);
    inner
        .split(|byte| *byte == b'/')
        .filter(move |_| !inner.is_empty())
}

fn read_segment(segment: &str, text: &str, fold_case: bool) -> Result<Segment, String> {
    if segment.is_empty() {
        return Err(format!("\"{text}\" has an empty segment"));
    }
    if let Some(name) = segment
        .strip_prefix('{')
        .and_then(|inner| inner.strip_suffix('}'))
    {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        return if !name.is_empty() && name.chars().all(plain) {
            Ok(Segment::Any)
        } else {
            Err(format!(
                "\"{text}\": \"{segment}\" needs a name of letters, digits and _, such as {{id}}"
            ))
        };
    }
    if segment.contains('*') {
        return Err(format!(
            "\"{text}\": \"*\" inside a segment; write {{name}} for one whole segment, or \"**\" at the end"
        ));
    }
    if segment.contains(['{', '}']) {
        return Err(format!(
            "\"{text}\": braces stand around a whole segment, such as {{id}}"
        ));
    }
    let raw = format!("/{segment}");
    let path = NormalPath::read(raw.as_bytes());
    if path.ambiguity() != Ambiguity::NONE {
        return Err(format!(
            "\"{text}\": no request that is read in one way matches \"{segment}\" (an encoded slash, \
             a dot segment, \";\" or the like)"
        ));
    }
    let path = if fold_case { path.folded() } else { path };
    let literal = path.as_bytes().strip_prefix(b"/").unwrap_or_default();
    let literal = String::from_utf8_lossy(literal).into_owned();
    Ok(Segment::Literal(literal.into()))
}

impl fmt::Display for PathTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &*self.segments {
            match segment {
                Segment::Literal(literal) => write!(f, "/{literal}")?,
                Segment::Any => f.write_str("/{x}")?,
            }
        }
        match (self.rest, self.segments.is_empty()) {
            (true, _) => f.write_str("/**"),
            (false, true) => f.write_str("/"),
            (false, false) => Ok(()),
        }
    }
}
