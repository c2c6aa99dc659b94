//! The reader behind [`Value::parse`]: `serde_json` for the grammar, our own rules on top.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{MAX_DEPTH, Value, most_values};

pub(super) fn parse(bytes: &[u8]) -> Option<Value> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let left = Cell::new(most_values(bytes.len()));
    let below = Below {
        levels: MAX_DEPTH,
        left: &left,
    };
    let value = below.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(value)
}

/// A value with this many levels still allowed below it, and this many values in all.
#[derive(Clone, Copy)]
struct Below<'c> {
    levels: u8,
    left: &'c Cell<usize>,
}

impl Below<'_> {
    fn next<E: Error>(self) -> Result<Self, E> {
        let levels = self.levels.checked_sub(1);
        let levels = levels.ok_or_else(|| E::custom("nested too deep"))?;
        Ok(Self { levels, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Below<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let left = self.left.get().checked_sub(1);
        self.left
            .set(left.ok_or_else(|| D::Error::custom("too many values"))?);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Below<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Whole(value))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "beyond 2^63 only the size of the number matters; no rule compares it"
    )]
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(i64::try_from(value).map_or(Value::Fraction(value as f64), Value::Whole))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Fraction(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let below = self.next()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(below)? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let below = self.next()?;
        let mut members: Vec<(Box<str>, Value)> = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            members.push((name.into_boxed_str(), map.next_value_seed(below)?));
        }
        // Sorting finds duplicates in n log n: a token of nothing but members must stay cheap.
        members.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        if members.is_sorted_by(|(a, _), (b, _)| a < b) {
            Ok(Value::Object(members))
        } else {
            Err(A::Error::custom("a member is given twice"))
        }
    }
}
