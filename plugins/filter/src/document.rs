//! The document as the proxy hands it over: JSON text, or a `google.protobuf.Struct` on the wire.
//!
//! Envoy passes a `StringValue` as its text, but a `Struct` as its serialised bytes, against what
//! its reference says (seen with 1.40); a user writes both, so both are read.

use std::borrow::Cow;
use std::fmt::Write;

use policy::language::number_text;

/// The document's JSON text. What is not a struct on the wire is taken for text already, and
/// refused by whoever reads it if it is none.
pub(crate) fn text(configuration: &[u8]) -> Cow<'_, [u8]> {
    // Every entry of a struct holds the byte 0x12, which JSON text never does (RFC 8259 §7).
    let is_struct = configuration.first() == Some(&ENTRY) && configuration.contains(&ENTRY_VALUE);
    let json = is_struct.then(|| {
        let mut json = String::with_capacity(configuration.len());
        object(configuration, 0, &mut json).map(|()| json)
    });
    match json.flatten() {
        Some(json) => Cow::Owned(json.into_bytes()),
        None => Cow::Borrowed(configuration),
    }
}

/// Tags of `google/protobuf/struct.proto`: field number and wire type.
const ENTRY: u8 = tag(1, LENGTH);
const ENTRY_KEY: u8 = tag(1, LENGTH);
const ENTRY_VALUE: u8 = tag(2, LENGTH);
const LIST_ITEM: u8 = tag(1, LENGTH);
const NULL: u8 = tag(1, VARINT);
const NUMBER: u8 = tag(2, FIXED_64);
const STRING: u8 = tag(3, LENGTH);
const BOOL: u8 = tag(4, VARINT);
const STRUCT: u8 = tag(5, LENGTH);
const LIST: u8 = tag(6, LENGTH);

const VARINT: u8 = 0;
const FIXED_64: u8 = 1;
const LENGTH: u8 = 2;

const fn tag(field: u8, wire_type: u8) -> u8 {
    field << 3 | wire_type
}

/// How deep objects and lists may stand in one another; the language has less.
const MAX_DEPTH: usize = 32;

fn object(bytes: &[u8], depth: usize, json: &mut String) -> Option<()> {
    let mut wire = Wire(bytes);
    sequence('{', '}', json, |json| {
        let Some(entry) = wire.field() else {
            return wire.is_empty().then_some(false);
        };
        let (ENTRY, Payload::Bytes(entry)) = entry else {
            return None;
        };
        let mut entry = Wire(entry);
        match (entry.field()?, entry.field()?, entry.is_empty()) {
            ((ENTRY_KEY, Payload::Bytes(key)), (ENTRY_VALUE, Payload::Bytes(wrapped)), true) => {
                comma(json);
                string(key, json)?;
                json.push(':');
                value(wrapped, depth, json)?;
                Some(true)
            }
            _ => None,
        }
    })
}

fn list(bytes: &[u8], depth: usize, json: &mut String) -> Option<()> {
    let mut wire = Wire(bytes);
    sequence('[', ']', json, |json| match wire.field() {
        Some((LIST_ITEM, Payload::Bytes(item))) => {
            comma(json);
            value(item, depth, json).map(|()| true)
        }
        Some(_) => None,
        None => wire.is_empty().then_some(false),
    })
}

fn value(bytes: &[u8], depth: usize, json: &mut String) -> Option<()> {
    let depth = depth.checked_add(1).filter(|depth| *depth <= MAX_DEPTH)?;
    let mut wire = Wire(bytes);
    match wire.field()? {
        (NULL, Payload::Whole(_)) => json.push_str("null"),
        (BOOL, Payload::Whole(flag)) => json.push_str(if flag == 0 { "false" } else { "true" }),
        (NUMBER, Payload::Eight(number)) => {
            let number = f64::from_le_bytes(number);
            number.is_finite().then_some(())?;
            json.push_str(&number_text(number));
        }
        (STRING, Payload::Bytes(text)) => string(text, json)?,
        (STRUCT, Payload::Bytes(fields)) => object(fields, depth, json)?,
        (LIST, Payload::Bytes(items)) => list(items, depth, json)?,
        _ => return None,
    }
    wire.is_empty().then_some(())
}

/// Writes items between brackets until `next` says that there are no more.
fn sequence(
    open: char,
    close: char,
    json: &mut String,
    mut next: impl FnMut(&mut String) -> Option<bool>,
) -> Option<()> {
    json.push(open);
    while next(json)? {}
    json.push(close);
    Some(())
}

fn comma(json: &mut String) {
    if !json.ends_with(['{', '[']) {
        json.push(',');
    }
}

fn string(text: &[u8], json: &mut String) -> Option<()> {
    json.push('"');
    for character in str::from_utf8(text).ok()?.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            '\0'..='\x1f' => write!(json, "\\u{:04x}", u32::from(character)).ok()?,
            _ => json.push(character),
        }
    }
    json.push('"');
    Some(())
}

/// Fields on the wire, in order.
struct Wire<'a>(&'a [u8]);

enum Payload<'a> {
    Whole(u64),
    Eight([u8; 8]),
    Bytes(&'a [u8]),
}

impl<'a> Wire<'a> {
    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next field by its tag; `None` at the end, and where there is none that can be read.
    fn field(&mut self) -> Option<(u8, Payload<'a>)> {
        let mut rest = Wire(self.0);
        let (tag, behind) = rest.0.split_first()?;
        rest.0 = behind;
        let payload = match tag & 7 {
            VARINT => Payload::Whole(rest.whole()?),
            FIXED_64 => Payload::Eight(*rest.take(8)?.first_chunk()?),
            LENGTH => {
                let length = usize::try_from(rest.whole()?).ok()?;
                Payload::Bytes(rest.take(length)?)
            }
            _ => return None,
        };
        *self = rest;
        Some((*tag, payload))
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn whole(&mut self) -> Option<u64> {
        let mut whole = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            whole |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(whole);
            }
        }
        None
    }
}
