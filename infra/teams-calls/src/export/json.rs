//! A report as one JSON object whose lists are whole.

use std::io::Write;

use serde_json::{Map, Value, json};

use super::{Departments, Error, Extent, Query, departments, number};

/// The most that the reports allow.
const PAGE_SIZE: usize = 500;

/// The numbers of `meta` that say what an answer cost: the sum of all pages is written.
const COSTS: [&str; 3] = ["requests", "items_read", "capacity_units"];

/// Writes a report as one object: what the function answers, with all rows in each list that has pages. One
/// page is in memory; `meta` follows the data and says what all pages cost.
///
/// # Errors
///
/// The sentence of the reports; then nothing was written, or a part of the object.
pub async fn json(
    query: &Query<'_>,
    departments: Option<&Departments>,
    out: &mut (impl Write + Send),
) -> Result<Extent, Error> {
    let first = query.ask(&page_request("page", 1)).await?;
    if departments.is_some() {
        departments::check(&first)?;
    }
    let Value::Object(mut answer) = first else {
        return Err(Error::Unreadable("the answer is no object".to_owned()));
    };
    let mut data = answer.remove("data").unwrap_or_default();
    let mut meta = answer.remove("meta").unwrap_or_default();
    out.write_all(b"{")?;
    for (name, value) in &answer {
        write!(out, "{}:{value},", Value::from(name.as_str()))?;
    }
    out.write_all(b"\"data\":")?;

    let mut lists = Vec::new();
    take_lists(&mut data, "", &mut lists);
    let frame = data.to_string();
    let mut rest = frame.as_str();
    let mut extent = Extent::default();
    for (place, list) in lists.into_iter().enumerate() {
        let Some((before, after)) = rest.split_once(&mark(place).to_string()) else {
            return Err(Error::Unreadable("a list of the answer was lost".to_owned()));
        };
        out.write_all(before.as_bytes())?;
        rest = after;
        let rows = write_list(query, list, departments, &mut meta, out).await?;
        extent.rows = extent.rows.max(rows);
    }
    writeln!(out, "{rest},\"meta\":{meta}}}")?;
    out.flush()?;
    Ok(extent)
}

/// A list of an answer, and where in `data` it is.
struct List {
    pointer: String,
    rows: Vec<Value>,
    total: usize,
    size: usize,
}

/// Takes the rows of each list out of the data, with a mark in their place: in the order of the text.
fn take_lists(value: &mut Value, pointer: &str, lists: &mut Vec<List>) {
    match value {
        Value::Object(object) => {
            let taken = take_rows(object);
            for (name, value) in object.iter_mut() {
                if let (Some((rows, total, size)), "rows") = (&taken, name.as_str()) {
                    *value = mark(lists.len());
                    let (pointer, rows) = (pointer.to_owned(), rows.clone());
                    lists.push(List { pointer, rows, total: *total, size: *size });
                    continue;
                }
                take_lists(value, &format!("{pointer}/{name}"), lists);
            }
        }
        Value::Array(values) => {
            for (place, value) in values.iter_mut().enumerate() {
                take_lists(value, &format!("{pointer}/{place}"), lists);
            }
        }
        _ => {}
    }
}

/// The rows of an object that is a list with pages; its size becomes that of the whole.
fn take_rows(object: &mut Map<String, Value>) -> Option<(Vec<Value>, usize, usize)> {
    let number = |name: &str| {
        object.get(name).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok())
    };
    let (total, _, size) = (number("total")?, number("page")?, number("size")?);
    let rows = object.get_mut("rows")?.as_array_mut().map(std::mem::take)?;
    if size == PAGE_SIZE && total > size {
        object.insert("size".to_owned(), total.into());
    }
    Some((rows, total, size))
}

/// What stands in the place of rows: no text of an answer is like it.
fn mark(place: usize) -> Value {
    Value::from(format!("\u{0}rows of list {place}\u{0}"))
}

fn page_request(parameter: &'static str, page: usize) -> [(&'static str, Value); 3] {
    [("format", json!("json")), (parameter, json!(page)), ("size", json!(PAGE_SIZE))]
}

/// Writes the rows of a list, those of its first page and of the pages behind it.
async fn write_list(
    query: &Query<'_>,
    list: List,
    departments: Option<&Departments>,
    meta: &mut Value,
    out: &mut (impl Write + Send),
) -> Result<usize, Error> {
    let List { pointer, rows: mut page_rows, mut total, size } = list;
    let parameter = if pointer.ends_with("/sessions") { "sessions_page" } else { "page" };
    let (mut page, mut rows) = (1, 0);
    out.write_all(b"[")?;
    loop {
        for mut row in std::mem::take(&mut page_rows) {
            if let Some(departments) = departments {
                departments.add_to_row(&mut row);
            }
            out.write_all(if rows == 0 { b"\n" } else { b",\n" })?;
            write!(out, "{row}")?;
            rows += 1;
        }
        // Others than the report's own list have no pages: they show the first of something.
        if size != PAGE_SIZE || page * size >= total {
            break;
        }
        page += 1;
        let mut answer = query.ask(&page_request(parameter, page)).await?;
        add_costs(meta, &answer["meta"]);
        let Some(next) = answer["data"].pointer_mut(&pointer) else { break };
        if number(next, "page")? != page {
            break;
        }
        total = number(next, "total")?;
        page_rows = next["rows"].as_array_mut().map(std::mem::take).unwrap_or_default();
    }
    out.write_all(b"\n]")?;
    Ok(rows)
}

fn add_costs(meta: &mut Value, more: &Value) {
    for name in COSTS {
        let sum = match (meta[name].as_u64(), more[name].as_u64()) {
            (Some(so_far), Some(more)) => json!(so_far + more),
            _ => json!(
                meta[name].as_f64().unwrap_or_default() + more[name].as_f64().unwrap_or_default()
            ),
        };
        meta[name] = sum;
    }
}
