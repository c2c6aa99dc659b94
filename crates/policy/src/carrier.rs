//! Where a request carries a credential: a header, a cookie or a parameter of the query.
//!
//! A credential is taken only where all servers would read the same one, and can be taken out of
//! what the upstream gets.

pub(crate) mod cookie;
mod header;
mod listed;
mod param;

use std::borrow::Cow;
use std::rc::Rc;

use crate::{HeaderChange, Permit, Request, Unreadable};

use header::Prefix;
pub use listed::{CookieName, FromHeader, ParamName, listed};

/// A place where a request may carry a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carrier(Place);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Header(Rc<str>, Prefix),
    Cookie(Rc<str>),
    Param(Rc<str>),
}

/// What a carrier holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carried<'a> {
    /// No credential; perhaps one of another kind.
    Nothing,
    /// A credential, unverified.
    Token(Cow<'a, [u8]>),
    /// More than one, or one that two servers could read differently.
    Several,
}

/// Two servers could read it differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unclear;

impl Carrier {
    /// The header that RFC 9110 §11.6.2 gives to credentials.
    pub const AUTHORIZATION: &'static str = "authorization";

    /// A header, its name in lower case, with what stands before the credential in it. In
    /// `authorization` that is a scheme, whatever its case, and one space or more (RFC 9110 §11.4).
    #[must_use]
    pub fn header(name: &str, prefix: &str) -> Self {
        Self(Place::Header(name.into(), Prefix::new(name, prefix)))
    }

    /// A cookie.
    #[must_use]
    pub fn cookie(name: &str) -> Self {
        Self(Place::Cookie(name.into()))
    }

    /// A parameter of the query.
    #[must_use]
    pub fn param(name: &str) -> Self {
        Self(Place::Param(name.into()))
    }

    /// The header's name, if it is one that carries nothing else.
    #[must_use]
    pub fn header_name(&self) -> Option<&str> {
        match &self.0 {
            Place::Header(name, _) => Some(name),
            Place::Cookie(_) | Place::Param(_) => None,
        }
    }

    /// The authentication scheme of a credential in `authorization`.
    #[must_use]
    pub fn scheme(&self) -> Option<&str> {
        match &self.0 {
            Place::Header(_, Prefix::Scheme(scheme)) => Some(scheme),
            _ => None,
        }
    }

    /// The credential that a request carries here.
    ///
    /// # Errors
    /// The proxy did not answer.
    ///
    /// # Security
    /// The proxy joins the values of a header given twice by a comma. No credential holds one, so a
    /// comma beside anything that looks like a credential means several, whichever came first. A
    /// cookie or parameter given twice, or written so that servers differ on it, is several too.
    pub fn read<'a>(&self, request: &Request<'a>) -> Result<Carried<'a>, Unreadable> {
        let Some(value) = request.header(self.read_from())? else {
            return Ok(Carried::Nothing);
        };
        Ok(match &self.0 {
            Place::Header(_, prefix) => prefix.read(value),
            Place::Cookie(name) => Carried::from(within(value, |cookies| {
                Ok(cookie::read(cookies, name)?.map(Cow::Borrowed))
            })),
            Place::Param(name) => Carried::from(within(value, |path| param::read(path, name))),
        })
    }

    /// Takes what is here out of what the upstream gets: the header, the one cookie, the one
    /// parameter; what stands beside it stays byte for byte. What other policies have changed in the
    /// same header before is kept.
    ///
    /// # Errors
    /// The proxy did not answer.
    ///
    /// # Security
    /// Whatever any server could take for it goes, in every spelling and however often; where it
    /// cannot be told what a cookie ends with, all cookies go.
    pub fn remove(&self, request: &Request<'_>, permit: &mut Permit) -> Result<(), Unreadable> {
        let header = self.read_from();
        let edit = |value: &[u8]| match &self.0 {
            Place::Header(..) => Some(Vec::new()),
            Place::Cookie(name) => cookie::without(value, name),
            Place::Param(name) => param::without(value, name),
        };
        let about = |change: &HeaderChange| match change {
            HeaderChange::Remove(name) | HeaderChange::Set(name, _) => **name == *header,
            HeaderChange::Add(..) => false,
        };
        let known = permit.changes.iter().position(about);
        let edited = match known.and_then(|known| permit.changes.get(known)) {
            Some(HeaderChange::Set(_, value)) => edit(value),
            Some(_) => None,
            None => request.header(header)?.and_then(|value| edit(&value)),
        };
        let Some(value) = edited else {
            return Ok(());
        };
        let change = if value.is_empty() {
            HeaderChange::Remove(header.into())
        } else {
            HeaderChange::Set(header.into(), value)
        };
        match known.and_then(|known| permit.changes.get_mut(known)) {
            Some(known) => *known = change,
            None => permit.changes.push(change),
        }
        Ok(())
    }

    fn read_from(&self) -> &str {
        match &self.0 {
            Place::Header(name, _) => name,
            Place::Cookie(_) => COOKIE,
            Place::Param(_) => PATH,
        }
    }
}

const COOKIE: &str = "cookie";
const PATH: &str = ":path";

impl<'a> From<Result<Option<Cow<'a, [u8]>>, Unclear>> for Carried<'a> {
    fn from(read: Result<Option<Cow<'a, [u8]>>, Unclear>) -> Self {
        match read {
            Err(Unclear) => Self::Several,
            Ok(Some(value)) if !value.is_empty() => Self::Token(value),
            Ok(_) => Self::Nothing,
        }
    }
}

/// What is read within a value, borrowed where the value is.
fn within(
    value: Cow<'_, [u8]>,
    read: impl Fn(&[u8]) -> Result<Option<Cow<'_, [u8]>>, Unclear>,
) -> Result<Option<Cow<'_, [u8]>>, Unclear> {
    match value {
        Cow::Borrowed(value) => read(value),
        Cow::Owned(value) => Ok(read(&value)?.map(|read| Cow::Owned(read.into_owned()))),
    }
}
