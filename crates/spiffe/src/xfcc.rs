//! The `x-forwarded-client-cert` header (XFCC): what proxies state about the certificates they saw.
//!
//! Each proxy on the way adds one element, so the last one is the nearest proxy's. Envoy writes its
//! keys in one order and escapes neither `By` nor `URI`: a name in somebody's certificate that holds
//! a `;` or a `,` would read as another key or element. So nothing is guessed here: what Envoy
//! could not have written is refused as a whole.

mod element;
#[cfg(test)]
mod tests;
mod value;

pub use self::element::{Element, Key};
pub use self::value::Value;

/// Why a header is not XFCC as Envoy writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum XfccError {
    /// Longer than [`Xfcc::MAX_BYTES`].
    #[error("the header is longer than 64 KiB")]
    TooLong,
    /// More elements than [`Xfcc::MAX_ELEMENTS`].
    #[error("the header has more than 32 elements")]
    TooManyElements,
    /// Not one of By, Hash, Cert, Chain, Subject, URI, DNS, Issuer with `=` behind it. An empty
    /// element, a space around a comma and Envoy's JSON form end here too.
    #[error("a key is not one of By, Hash, Cert, Chain, Subject, URI, DNS, Issuer")]
    BadKey,
    /// A key other than DNS stands twice in one element.
    #[error("{0} stands twice in one element")]
    Repeated(Key),
    /// A key stands behind one that Envoy writes later: what a `;` in a name would look like.
    #[error("{0} stands behind a key that comes later")]
    OutOfOrder(Key),
    /// A byte that a value may not have where it stands: a control, a space or quote outside
    /// quotes, a bare `;` inside them.
    #[error("a value has a byte that may not stand there")]
    BadByte,
    /// A quote that is never closed, or something other than `;` or `,` behind one that is.
    #[error("a quoted value does not end where its element goes on")]
    BadQuote,
}

/// A header, read.
///
/// ```
/// use spiffe::Xfcc;
/// let header = b"By=spiffe://example.org/edge;Hash=00ff;Subject=\"CN=a,O=b\";URI=spiffe://example.org/a,\
///                By=spiffe://example.org/gateway;Hash=11aa";
/// let xfcc = Xfcc::parse(header).unwrap();
/// assert_eq!(xfcc.elements().len(), 2);
/// let uri = xfcc.elements()[0].uri.unwrap();
/// assert_eq!(uri.bare(), Some(b"spiffe://example.org/a".as_slice()));
/// assert_eq!(xfcc.to_bytes(), header);
/// assert!(Xfcc::parse(b"URI=spiffe://example.org/a;URI=spiffe://example.org/b").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Xfcc<'a> {
    elements: Vec<Element<'a>>,
}

/// Room for the elements of the chains that are usual: an edge, a gateway, our own.
const USUAL_ELEMENTS: usize = 4;

impl<'a> Xfcc<'a> {
    /// The longest header read, in bytes: what Envoy takes for all headers together is 60 KiB.
    pub const MAX_BYTES: usize = 64 * 1024;

    /// The most elements read: one for each proxy on the way, and few requests pass more than five.
    pub const MAX_ELEMENTS: usize = 32;

    /// Reads the values of a header, joined by a comma where it was given twice.
    ///
    /// # Errors
    /// The first thing that Envoy would not have written so.
    ///
    /// # Security
    /// To be read says nothing about whether to be believed: anybody can send this header.
    pub fn parse(header: &'a [u8]) -> Result<Self, XfccError> {
        if header.len() > Self::MAX_BYTES {
            return Err(XfccError::TooLong);
        }
        let mut elements = Vec::with_capacity(USUAL_ELEMENTS);
        let mut rest = Some(header);
        while let Some(header) = rest {
            if elements.len() == Self::MAX_ELEMENTS {
                return Err(XfccError::TooManyElements);
            }
            let (element, behind) = Element::parse(header)?;
            elements.push(element);
            rest = behind;
        }
        Ok(Self { elements })
    }

    /// The elements, the first proxy's first. There is at least one.
    #[must_use]
    pub fn elements(&self) -> &[Element<'a>] {
        &self.elements
    }

    /// The header as Envoy writes it.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (index, element) in self.elements.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            element.write(&mut out);
        }
        out
    }
}
