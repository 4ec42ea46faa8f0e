use std::borrow::Cow;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{MapAccess, SeqAccess};

use super::{Leaf, MAX_ELEMENTS, Read, Scalar, Shape, Skipped};
use crate::DecodeError;

/// An object that is read member by member, in the order in which they come.
pub(crate) trait Object<'de>: Default {
    type Done;

    /// Reads the value of a member, or skips it.
    fn read<A: MapAccess<'de>>(
        &mut self,
        key: Cow<'de, str>,
        members: &mut Members<A>,
    ) -> Result<(), A::Error>;

    /// The object, when nothing is wrong with its structure. Of several faults the order of asking
    /// decides which is returned, and not the order in the document.
    fn done(self, faults: Faults) -> Result<Self::Done, DecodeError>;
}

/// Decodes an object into the fields of a type, member by member; of a key that comes twice, the last value
/// counts. The brackets hold the members whose structure must be right, in the order in which a fault in
/// them is named.
macro_rules! decode_object {
    ($name:ident [$($checked:literal),*] |$object:ident, $members:ident| {
        $($key:literal => $read:expr,)+
    }) => {
        impl<'de> crate::json::Object<'de> for $name {
            type Done = Self;

            fn read<A: serde::de::MapAccess<'de>>(
                &mut self,
                key: std::borrow::Cow<'de, str>,
                members: &mut crate::json::Members<A>,
            ) -> Result<(), A::Error> {
                let ($object, $members) = (self, members);
                match &*key {
                    $($key => $read,)+
                    _ => $members.skip()?,
                }
                Ok(())
            }

            fn done(self, mut faults: crate::json::Faults) -> Result<Self, crate::DecodeError> {
                faults.check(&[$($checked),*])?;
                Ok(self)
            }
        }
    };
}
pub(crate) use decode_object;

/// The members of an object while they are read.
pub(crate) struct Members<A> {
    map: A,
    faults: Faults,
}

impl<'de, A: MapAccess<'de>> Members<A> {
    pub(crate) fn skip(&mut self) -> Result<(), A::Error> {
        self.value::<Skipped>()
    }

    pub(crate) fn scalar(&mut self) -> Result<Scalar<'de>, A::Error> {
        self.value::<Scalar<'de>>()
    }

    pub(crate) fn leaf<T: Leaf>(&mut self) -> Result<Option<T>, A::Error> {
        self.scalar().map(T::of)
    }

    /// A member that is an object; null is none.
    pub(crate) fn object<T: Object<'de>>(
        &mut self,
        key: &'static str,
    ) -> Result<Option<T::Done>, A::Error> {
        let object = self.value::<ObjectOf<T>>()?;
        Ok(self.faults.without_fault(key, object).flatten())
    }

    /// The objects of a member that is an array; null is no elements, and an element that is null is
    /// none.
    pub(crate) fn array<T: Object<'de>>(
        &mut self,
        key: &'static str,
    ) -> Result<Vec<T::Done>, A::Error> {
        let elements = self.value::<ArrayOf<T>>()?;
        Ok(self.faults.without_fault(key, elements).unwrap_or_default())
    }

    /// What a shape makes of the value.
    pub(crate) fn value<S: Shape<'de>>(&mut self) -> Result<S::Made, A::Error> {
        Ok(self.map.next_value::<Read<'de, S>>()?.0)
    }
}

/// What is wrong with the structure of an object's members.
#[derive(Default)]
pub(crate) struct Faults(Vec<(&'static str, DecodeError)>);

impl Faults {
    /// Takes the fault from the value of a member, and forgets that of an earlier value.
    fn without_fault<T>(&mut self, key: &'static str, value: Result<T, DecodeError>) -> Option<T> {
        self.0.retain(|(known, _)| *known != key);
        value.map_err(|e| self.0.push((key, e.within(key)))).ok()
    }

    /// The fault of the first of these members that has one.
    pub(crate) fn check(&mut self, keys: &[&str]) -> Result<(), DecodeError> {
        let place = |key: &str| keys.iter().position(|asked| *asked == key);
        let faults = self.0.iter().enumerate();
        let first = faults.filter_map(|(index, (key, _))| Some((place(key)?, index))).min();
        first.map_or(Ok(()), |(_, index)| Err(self.0.swap_remove(index).1))
    }
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// An object, or null.
pub(crate) struct ObjectOf<T>(PhantomData<T>);

impl<'de, T: Object<'de>> Shape<'de> for ObjectOf<T> {
    type Made = Result<Option<T::Done>, DecodeError>;

    fn null() -> Self::Made {
        Ok(None)
    }

    fn other() -> Self::Made {
        Err(DecodeError::wrong_type("an object"))
    }

    fn object<A: MapAccess<'de>>(map: A) -> Result<Self::Made, A::Error> {
        Ok(object::<T, A>(map)?.map(Some))
    }
}

pub(crate) fn object<'de, T: Object<'de>, A: MapAccess<'de>>(
    map: A,
) -> Result<Result<T::Done, DecodeError>, A::Error> {
    let mut object = T::default();
    let mut members = Members { map, faults: Faults::default() };
    while let Some(Key(key)) = members.map.next_key()? {
        object.read(key, &mut members)?;
    }
    Ok(object.done(members.faults))
}

/// An array of objects, of which some are null; null is an array of none.
struct ArrayOf<T>(PhantomData<T>);

impl<'de, T: Object<'de>> Shape<'de> for ArrayOf<T> {
    type Made = Result<Vec<T::Done>, DecodeError>;

    fn null() -> Self::Made {
        Ok(Vec::new())
    }

    fn other() -> Self::Made {
        Err(DecodeError::wrong_type("an array"))
    }

    fn array<A: SeqAccess<'de>>(elements: A) -> Result<Self::Made, A::Error> {
        objects::<T, A>(elements, true)
    }
}

/// The objects of an array, of which some may be null or not.
pub(crate) fn objects<'de, T: Object<'de>, A: SeqAccess<'de>>(
    mut elements: A,
    some_are_null: bool,
) -> Result<Result<Vec<T::Done>, DecodeError>, A::Error> {
    let mut objects = Ok(Vec::new());
    let mut length = 0;
    while let Ok(made) = &mut objects {
        let Some(Read(element)) = elements.next_element::<Read<ObjectOf<T>>>()? else {
            return Ok(objects);
        };
        match element {
            Ok(Some(object)) => made.push(object),
            Ok(None) if some_are_null => {}
            Ok(None) => objects = Err(DecodeError::wrong_type("an object").within_element(length)),
            Err(fault) => objects = Err(fault.within_element(length)),
        }
        length += 1;
        if length > MAX_ELEMENTS {
            break;
        }
    }
    // The rest is parsed only; that there are too many elements comes before what is wrong with one.
    while elements.next_element::<Read<Skipped>>()?.is_some() {
        length += 1;
    }
    if length > MAX_ELEMENTS {
        objects = Err(DecodeError::TooManyValues { most: MAX_ELEMENTS });
    }
    Ok(objects)
}
