//! Searching every object of a lake for texts: the proof that a person is in none of them.

use bytes::Bytes;
use futures::TryStreamExt as _;
use object_store::ObjectStoreExt as _;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::{Field, Row};

use crate::{Error, Lake};

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Found {
    /// How many objects were read, and how many bytes they have.
    pub objects: u64,
    /// See `objects`.
    pub bytes: u64,
    /// How many rows of Parquet were read.
    pub rows: u64,
    /// Where a text was found: the object, and the column where it is a table's.
    pub places: Vec<Place>,
}

/// Where a text was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Place {
    /// The object.
    pub object: String,
    /// The column; none in an object that is no Parquet.
    pub column: Option<String>,
    /// How often it was found there.
    pub times: u64,
}

/// Searches every object below the lake's path for texts, in any case of their letters. An object is held
/// in memory while it is read.
///
/// # Errors
///
/// When an object cannot be read, or is no Parquet although its name says so.
pub async fn search(lake: &Lake, texts: &[String]) -> Result<Found, Error> {
    let texts: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
    let listed: Vec<_> = lake.store.list(Some(&lake.prefix)).try_collect().await?;
    let mut found = Found::default();
    for object in listed {
        let content = lake.store.get(&object.location).await?.bytes().await?;
        found.objects += 1;
        found.bytes += object.size;
        let name = object.location.to_string();
        let mut places = Vec::new();
        if name.ends_with(".parquet") {
            found.rows += search_parquet(content, &texts, &mut places)?;
        } else {
            let content = String::from_utf8_lossy(&content).to_lowercase();
            if texts.iter().any(|text| content.contains(text)) {
                places.push((None, 1));
            }
        }
        let places = places.into_iter();
        found.places.extend(places.map(|(column, times)| Place {
            object: name.clone(),
            column,
            times,
        }));
    }
    Ok(found)
}

type Places = Vec<(Option<String>, u64)>;

fn search_parquet(content: Bytes, texts: &[String], places: &mut Places) -> Result<u64, Error> {
    let reader = SerializedFileReader::new(content)?;
    let mut rows = 0;
    for row in reader.get_row_iter(None)? {
        rows += 1;
        search_row(&row?, texts, places);
    }
    Ok(rows)
}

fn search_row(row: &Row, texts: &[String], places: &mut Places) {
    for (name, field) in row.get_column_iter() {
        if !has_text(field, texts) {
            continue;
        }
        let known = places.iter_mut().find(|(column, _)| column.as_deref() == Some(name));
        match known {
            Some((_, times)) => *times += 1,
            None => places.push((Some(name.clone()), 1)),
        }
    }
}

fn has_text(field: &Field, texts: &[String]) -> bool {
    match field {
        Field::Str(value) => {
            let value = value.to_lowercase();
            texts.iter().any(|text| value.contains(text))
        }
        Field::ListInternal(list) => list.elements().iter().any(|field| has_text(field, texts)),
        Field::MapInternal(map) => {
            map.entries().iter().any(|(key, value)| has_text(key, texts) || has_text(value, texts))
        }
        Field::Group(row) => row.get_column_iter().any(|(_, field)| has_text(field, texts)),
        _ => false,
    }
}
