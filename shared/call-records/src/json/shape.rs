use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// What is made of a value by the type that it has in JSON. Whatever is not asked for is parsed,
/// and [`other`](Shape::other) is made of it.
pub(crate) trait Shape<'de> {
    type Made;

    fn other() -> Self::Made;

    fn null() -> Self::Made {
        Self::other()
    }

    fn flag(_: bool) -> Self::Made {
        Self::other()
    }

    fn integer(_: i64) -> Self::Made {
        Self::other()
    }

    /// A number that is no `i64`.
    fn number(_: f64) -> Self::Made {
        Self::other()
    }

    /// A text that stands in the document as it is.
    fn borrowed_text(text: &'de str) -> Self::Made {
        Self::text(text)
    }

    /// A text that has escapes in the document.
    fn text(_: &str) -> Self::Made {
        Self::other()
    }

    fn array<A: SeqAccess<'de>>(mut elements: A) -> Result<Self::Made, A::Error> {
        while elements.next_element::<Read<Skipped>>()?.is_some() {}
        Ok(Self::other())
    }

    fn object<A: MapAccess<'de>>(mut members: A) -> Result<Self::Made, A::Error> {
        while members.next_entry::<Read<Skipped>, Read<Skipped>>()?.is_some() {}
        Ok(Self::other())
    }
}

/// A value that is parsed, and of which nothing is kept.
pub(crate) struct Skipped;

impl Shape<'_> for Skipped {
    type Made = ();

    fn other() {}
}

/// What a shape makes of the next value.
pub(crate) struct Read<'de, S: Shape<'de>>(pub(crate) S::Made);

impl<'de, S: Shape<'de>> Deserialize<'de> for Read<'de, S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor::<S>(PhantomData)).map(Self)
    }
}

struct ShapeVisitor<S>(PhantomData<S>);

impl<'de, S: Shape<'de>> Visitor<'de> for ShapeVisitor<S> {
    type Value = S::Made;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<S::Made, E> {
        Ok(S::null())
    }

    fn visit_bool<E>(self, flag: bool) -> Result<S::Made, E> {
        Ok(S::flag(flag))
    }

    fn visit_i64<E>(self, integer: i64) -> Result<S::Made, E> {
        Ok(S::integer(integer))
    }

    #[expect(clippy::cast_precision_loss, reason = "beyond 2^63 no integer is asked for")]
    fn visit_u64<E>(self, integer: u64) -> Result<S::Made, E> {
        Ok(i64::try_from(integer).map_or_else(|_| S::number(integer as f64), S::integer))
    }

    fn visit_f64<E>(self, number: f64) -> Result<S::Made, E> {
        Ok(S::number(number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<S::Made, E> {
        Ok(S::borrowed_text(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<S::Made, E> {
        Ok(S::text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<S::Made, A::Error> {
        S::array(elements)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<S::Made, A::Error> {
        S::object(members)
    }
}
