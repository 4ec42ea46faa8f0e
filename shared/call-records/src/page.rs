use serde_json::Value;

use crate::DecodeError;
use crate::json::{self, Object};

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

impl<T> Page<T> {
    /// A page that is a document of its own: `{"value": […], "@odata.nextLink": …}`.
    ///
    /// A bare array is accepted as well. An object without `value` is an empty page only when it
    /// says that it is a page (Graph may have left an empty `value` out on request); otherwise it
    /// is something else, such as an error, and must not be taken for "nothing".
    pub(crate) fn decode(
        json: &[u8],
        mut decode: impl FnMut(&Object) -> Result<T, DecodeError>,
    ) -> Result<Self, DecodeError> {
        // Here, unlike inside of records, null is no element that may be passed over.
        let decode = |element: &Value| json::object(element).and_then(&mut decode);
        let document = json::parse(json)?;
        if document.is_array() {
            return Ok(Self { value: json::decode_elements(&document, decode)?, next_link: None });
        }
        let object = json::object(&document)?;
        let next_link = next_link(object, "")?;
        match object.get("value") {
            Some(value) => Ok(Self {
                value: json::decode_elements(value, decode).map_err(|e| e.within("value"))?,
                next_link,
            }),
            None if object.contains_key("@odata.context") || next_link.is_some() => {
                Ok(Self { value: Vec::new(), next_link })
            }
            None => Err(DecodeError::missing("value")),
        }
    }

    /// A page that is a member of another document: `{"sessions": […],
    /// "sessions@odata.nextLink": …}`.
    pub(crate) fn decode_member(
        object: &Object,
        key: &str,
        decode: impl FnMut(&Object) -> Result<T, DecodeError>,
    ) -> Result<Self, DecodeError> {
        let value = json::decode_array(object, key, decode)?;
        Ok(Self { value, next_link: next_link(object, key)? })
    }
}

/// The next link of the document or of one of its members. A link that is not text is an error,
/// because the rest of the collection would be lost without a word.
pub(crate) fn next_link(object: &Object, member: &str) -> Result<Option<String>, DecodeError> {
    // The short form is OData 4.01's; the capital letter stands in a page of the documentation.
    for annotation in ["@odata.nextLink", "@odata.NextLink", "@nextLink"] {
        let key = format!("{member}{annotation}");
        match object.get(&key) {
            None | Some(Value::Null) => {}
            Some(Value::String(link)) if link.trim().is_empty() => {}
            Some(Value::String(link)) => return Ok(Some(link.clone())),
            Some(_) => return Err(DecodeError::wrong_type("a string").within(&key)),
        }
    }
    Ok(None)
}
