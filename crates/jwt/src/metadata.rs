//! The payload that a filter in front has verified, out of the proxy's dynamic metadata.
//!
//! Envoy's `jwt_authn`, and Istio's use of it, put a verified payload under a key of their namespace.
//! The whole metadata is asked for, as the message that it is (`envoy.config.core.v3.Metadata`): the
//! proxy's own way of handing out one claim forgets its type, and a string of eight bytes could not
//! be told from a number. Read strictly; what is not as Envoy writes it is malformed.

mod wire;

use crate::value::{MAX_DEPTH, Value};
use wire::{Field, Wire};

/// Where `jwt_authn` puts payloads.
const NAMESPACE: &[u8] = b"envoy.filters.http.jwt_authn";

/// The largest whole number that a double keeps exactly.
const MAX_WHOLE: f64 = 9_007_199_254_740_991.0;

/// It is not a message as the proxy writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// The payload under a key; `None` where no filter has put one there.
///
/// # Security
/// Nothing of a request becomes dynamic metadata of this namespace but by a filter that the proxy's
/// owner has put there. Absent is no token, and never a reason to look for one elsewhere.
pub(crate) fn payload(metadata: &[u8], key: &str) -> Result<Option<Value>, Malformed> {
    let mut payload = None;
    for field in Wire::new(metadata) {
        let (1, Field::Bytes(entry)) = field? else {
            continue; // typed metadata is of other filters
        };
        let (namespace, fields) = entry_of(entry)?;
        if namespace != NAMESPACE {
            continue;
        }
        for (name, value) in members(fields)? {
            if name == key.as_bytes() && payload.replace(value).is_some() {
                return Err(Malformed);
            }
        }
    }
    payload.map(|value| read(value, 0)).transpose()
}

/// Key and value of an entry of a map (Protobuf, "Maps"); an empty one is left out.
fn entry_of(entry: &[u8]) -> Result<(&[u8], &[u8]), Malformed> {
    let (mut key, mut value): (Option<&[u8]>, Option<&[u8]>) = (None, None);
    for field in Wire::new(entry) {
        let place = match field? {
            (1, Field::Bytes(bytes)) => key.replace(bytes),
            (2, Field::Bytes(bytes)) => value.replace(bytes),
            _ => return Err(Malformed),
        };
        if place.is_some() {
            return Err(Malformed);
        }
    }
    Ok((key.unwrap_or_default(), value.unwrap_or_default()))
}

/// A name and a value, unread.
type Member<'m> = (&'m [u8], &'m [u8]);

/// The members of a `google.protobuf.Struct`.
fn members(fields: &[u8]) -> Result<Vec<Member<'_>>, Malformed> {
    Wire::new(fields)
        .map(|field| match field? {
            (1, Field::Bytes(entry)) => entry_of(entry),
            _ => Err(Malformed),
        })
        .collect()
}

/// A `google.protobuf.Value`.
fn read(value: &[u8], depth: u8) -> Result<Value, Malformed> {
    let mut fields = Wire::new(value);
    let (Some(field), None) = (fields.next(), fields.next()) else {
        return Err(Malformed);
    };
    let inner = depth.checked_add(1).filter(|inner| *inner < MAX_DEPTH);
    Ok(match field? {
        (1, Field::Varint(0)) => Value::Null,
        (2, Field::Fixed64(bytes)) => number(f64::from_le_bytes(bytes))?,
        (3, Field::Bytes(text)) => Value::Text(self::text(text)?),
        (4, Field::Varint(bit @ 0..=1)) => Value::Bool(bit == 1),
        (5, Field::Bytes(fields)) => object(fields, inner.ok_or(Malformed)?)?,
        (6, Field::Bytes(items)) => {
            let inner = inner.ok_or(Malformed)?;
            let items = Wire::new(items).map(|item| match item? {
                (1, Field::Bytes(item)) => read(item, inner),
                _ => Err(Malformed),
            });
            Value::List(items.collect::<Result<_, _>>()?)
        }
        _ => return Err(Malformed),
    })
}

fn object(fields: &[u8], depth: u8) -> Result<Value, Malformed> {
    let mut read_members = Vec::new();
    for (name, value) in members(fields)? {
        read_members.push((text(name)?, read(value, depth)?));
    }
    Value::object(read_members).ok_or(Malformed)
}

fn text(bytes: &[u8]) -> Result<Box<str>, Malformed> {
    std::str::from_utf8(bytes)
        .map(Into::into)
        .map_err(|_| Malformed)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::float_cmp,
    reason = "it is whole, and within what a double keeps exactly"
)]
fn number(number: f64) -> Result<Value, Malformed> {
    if number.abs() <= MAX_WHOLE && number.trunc() == number {
        Ok(Value::Whole(number as i64))
    } else if number.is_finite() {
        Ok(Value::Fraction(number))
    } else {
        Err(Malformed)
    }
}

#[cfg(test)]
mod tests;
