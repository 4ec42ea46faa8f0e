use std::borrow::Cow;
use std::marker::PhantomData;

use serde::de::{MapAccess, SeqAccess};

use crate::DecodeError;
use crate::json::{self, Faults, Members, Object, Read, Scalar, Shape};

/// One page of a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on this page.
    pub value: Vec<T>,
    /// Where the next page is, exactly as Graph gave it; check the host before following it.
    pub next_link: Option<String>,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self { value: Vec::new(), next_link: None }
    }
}

/// Decodes a page that is a document of its own: `{"value": […], "@odata.nextLink": …}`.
///
/// A bare array is accepted as well. An object without `value` is an empty page only when it
/// says that it is a page (Graph may have left an empty `value` out on request); otherwise it
/// is something else, such as an error, and must not be taken for "nothing".
pub(crate) fn decode<'de, T: Object<'de>>(json: &'de [u8]) -> Result<Page<T::Done>, DecodeError> {
    json::parse::<Read<Document<T>>>(json)?.0
}

struct Document<T>(PhantomData<T>);

impl<'de, T: Object<'de>> Shape<'de> for Document<T> {
    type Made = Result<Page<T::Done>, DecodeError>;

    fn other() -> Self::Made {
        Err(DecodeError::wrong_type("an object"))
    }

    fn array<A: SeqAccess<'de>>(elements: A) -> Result<Self::Made, A::Error> {
        let value = Value::<T>::array(elements)?;
        Ok(value.map(|value| Page { value, next_link: None }))
    }

    fn object<A: MapAccess<'de>>(members: A) -> Result<Self::Made, A::Error> {
        json::object::<DocumentMembers<T, T::Done>, A>(members)
    }
}

/// The elements of a page. Here, unlike inside of records, null is no element that may be passed
/// over.
struct Value<T>(PhantomData<T>);

impl<'de, T: Object<'de>> Shape<'de> for Value<T> {
    type Made = Result<Vec<T::Done>, DecodeError>;

    fn other() -> Self::Made {
        Err(DecodeError::wrong_type("an array"))
    }

    fn array<A: SeqAccess<'de>>(elements: A) -> Result<Self::Made, A::Error> {
        json::objects::<T, A>(elements, false)
    }
}

struct DocumentMembers<T, D> {
    of: PhantomData<T>,
    value: Option<Result<Vec<D>, DecodeError>>,
    has_context: bool,
    next_link: NextLink,
}

impl<T, D> Default for DocumentMembers<T, D> {
    fn default() -> Self {
        Self { of: PhantomData, value: None, has_context: false, next_link: NextLink::default() }
    }
}

impl<'de, T: Object<'de>> Object<'de> for DocumentMembers<T, T::Done> {
    type Done = Page<T::Done>;

    fn read<A: MapAccess<'de>>(
        &mut self,
        key: Cow<'de, str>,
        members: &mut Members<A>,
    ) -> Result<(), A::Error> {
        match &*key {
            "value" => self.value = Some(members.value::<Value<T>>()?),
            "@odata.context" => {
                self.has_context = true;
                members.skip()?;
            }
            _ => self.next_link.read_or_skip("", &key, members)?,
        }
        Ok(())
    }

    fn done(self, _: Faults) -> Result<Page<T::Done>, DecodeError> {
        let next_link = self.next_link.of("")?;
        match self.value {
            Some(value) => Ok(Page { value: value.map_err(|e| e.within("value"))?, next_link }),
            None if self.has_context || next_link.is_some() => {
                Ok(Page { value: Vec::new(), next_link })
            }
            None => Err(DecodeError::missing("value")),
        }
    }
}

/// The annotations of a document, or of one of its members, that say where the next page is. The
/// short form is OData 4.01's; the capital letter stands in a page of the documentation.
const ANNOTATIONS: [&str; 3] = ["@odata.nextLink", "@odata.NextLink", "@nextLink"];

/// The next link of the document or of one of its members. A link that is not text is an error,
/// because the rest of the collection would be lost without a word.
#[derive(Default)]
pub(crate) struct NextLink([Link; ANNOTATIONS.len()]);

/// The value of an annotation.
#[derive(Default)]
enum Link {
    /// Null and empty text, too.
    #[default]
    Absent,
    To(String),
    OfWrongType,
}

impl NextLink {
    /// Reads an annotation of `member`, which is empty for the document; skips any other member.
    pub(crate) fn read_or_skip<'de, A: MapAccess<'de>>(
        &mut self,
        member: &str,
        key: &str,
        members: &mut Members<A>,
    ) -> Result<(), A::Error> {
        let annotation = key.strip_prefix(member);
        let place = annotation.and_then(|it| ANNOTATIONS.iter().position(|known| *known == it));
        let Some(place) = place else {
            return members.skip();
        };
        self.0[place] = match members.scalar()? {
            Scalar::Null => Link::Absent,
            Scalar::Text(link) if link.trim().is_empty() => Link::Absent,
            Scalar::Text(link) => Link::To(link.into_owned()),
            Scalar::Flag(_) | Scalar::Integer(_) | Scalar::Number(_) | Scalar::Structure => {
                Link::OfWrongType
            }
        };
        Ok(())
    }

    /// The link of `member`, of the first annotation that says something.
    pub(crate) fn of(self, member: &str) -> Result<Option<String>, DecodeError> {
        for (annotation, link) in ANNOTATIONS.iter().zip(self.0) {
            match link {
                Link::Absent => {}
                Link::To(link) => return Ok(Some(link)),
                Link::OfWrongType => {
                    let key = format!("{member}{annotation}");
                    return Err(DecodeError::wrong_type("a string").within(&key));
                }
            }
        }
        Ok(None)
    }
}
