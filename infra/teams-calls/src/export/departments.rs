//! Department and country of people, from a file of the organisation's directory: Graph's call records do not
//! have them.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context as _, bail};
use csv::StringRecord;
use serde_json::Value;

use super::Error;
use super::csv::{read, write};

const ADDED: [&str; 2] = ["department", "country"];

/// How the columns of the file may be called, in small letters and without spaces, underscores and hyphens.
const ID_COLUMNS: [&str; 4] = ["id", "objectid", "person", "userid"];
const COUNTRY_COLUMNS: [&str; 2] = ["country", "countryorregion"];

/// Who is in which department and country, by object id.
#[derive(Debug)]
pub struct Departments(HashMap<String, [String; 2]>);

impl Departments {
    /// Reads a CSV file with a header: the object id in `id`, `object id` or `person`, and `department` or
    /// `country` or both. Other columns do not matter.
    ///
    /// # Errors
    ///
    /// A sentence that says which column is missing, or which line is no CSV.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let name = path.display();
        let bytes = std::fs::read(path).with_context(|| format!("{name} cannot be read"))?;
        let text = String::from_utf8(bytes)
            .with_context(|| format!("{name} is no UTF-8: save it as \"CSV UTF-8\""))?;
        Self::parse(&text).with_context(|| format!("{name}"))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let mut records = read(text)?.into_iter();
        let header = records.next().unwrap_or_default();
        let column = |names: &[&str]| {
            header.iter().position(|title| {
                let plain = title.trim().to_lowercase().replace([' ', '_', '-'], "");
                names.contains(&plain.as_str())
            })
        };
        let Some(id) = column(&ID_COLUMNS) else {
            bail!("it has no column \"id\" with the object ids of people");
        };
        let (department, country) = (column(&["department"]), column(&COUNTRY_COLUMNS));
        if department.is_none() && country.is_none() {
            bail!("it has neither a column \"department\" nor a column \"country\"");
        }
        let people = records.map(|record| {
            let cell = |column: Option<usize>| {
                let text = column.and_then(|column| record.get(column)).unwrap_or_default();
                escape_formula(text.trim())
            };
            let id = record.get(id).unwrap_or_default();
            (id_of(id.trim()).to_lowercase(), [cell(department), cell(country)])
        });
        Ok(Self(people.collect()))
    }

    /// What is known of a person as a report names them.
    fn of(&self, person: &str) -> Option<&[String; 2]> {
        self.0.get(&id_of(person).to_lowercase())
    }

    /// Adds the columns to a page of a CSV.
    pub(super) fn add_to_csv(&self, text: &str) -> Result<String, Error> {
        let mut records = read(text)?.into_iter();
        let mut header = records.next().unwrap_or_default();
        let column = header.iter().position(|name| name == "person");
        let column = column.or_else(|| header.iter().position(|name| name == "organizer"));
        let Some(column) = column else {
            return Err(Error::Departments(
                "the table of this report has no people, so that --departments adds nothing: leave \
                 it out, or ask for people, traffic, calls, person or call"
                    .to_owned(),
            ));
        };
        let mut rows: Vec<StringRecord> = records.collect();
        for row in &mut rows {
            let known = row.get(column).and_then(|person| self.of(person)).cloned();
            for text in known.unwrap_or_default() {
                row.push_field(&text);
            }
        }
        for name in ADDED {
            header.push_field(name);
        }
        write(std::iter::once(header).chain(rows))
    }

    /// Adds the fields to a row of a list.
    pub(super) fn add_to_row(&self, row: &mut Value) {
        let person = row["person"].as_str().or_else(|| row["organizer"]["person"].as_str());
        let known = person.and_then(|person| self.of(person)).cloned();
        if let (Some(row), Some(known)) = (row.as_object_mut(), known) {
            for (name, text) in ADDED.into_iter().zip(known) {
                row.insert(name.to_owned(), text.into());
            }
        }
    }
}

/// Refuses an answer whose people cannot be found in the file.
pub(super) fn check(answer: &Value) -> Result<(), Error> {
    if answer["people_shown_as"] == "pseudonyms" {
        return Err(Error::Departments(
            "people are shown as pseudonyms, so that nobody can be found in the file of departments: \
             leave --departments out"
                .to_owned(),
        ));
    }
    Ok(())
}

/// The id of `<kind>:<id>`.
fn id_of(person: &str) -> &str {
    person.split_once(':').map_or(person, |(_, id)| id)
}

/// What a spreadsheet would take for a formula begins with an apostrophe, as in the rest of the table.
fn escape_formula(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FILE: &str = "\u{feff}userPrincipalName,Object Id,Department,country\r\n\
                        ada@contoso,0A,Research,DE\r\nbob@contoso,0b,\"=Sales, West\",\r\n";

    #[test]
    fn people_are_found_by_their_object_id_in_any_case() {
        let departments = Departments::parse(FILE).unwrap();
        let page = "\u{feff}person,name\r\nuser:0a,Ada\r\nuser:0B,Bob\r\nphone:1,\r\n";
        assert_eq!(
            departments.add_to_csv(page).unwrap(),
            "\u{feff}person,name,department,country\r\nuser:0a,Ada,Research,DE\r\n\
             user:0B,Bob,\"'=Sales, West\",\r\nphone:1,,,\r\n"
        );
        let mut row = json!({"organizer": {"person": "user:0a"}});
        departments.add_to_row(&mut row);
        assert_eq!((&row["department"], &row["country"]), (&json!("Research"), &json!("DE")));
    }

    #[test]
    fn what_cannot_be_joined_is_refused_with_the_reason() {
        for (file, reason) in [
            ("name,department\n", "no column \"id\""),
            ("id,name\n", "neither a column \"department\""),
            ("", "no column \"id\""),
        ] {
            let error = Departments::parse(file).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
        let departments = Departments::parse(FILE).unwrap();
        let days = departments.add_to_csv("day,calls\r\n2026-11-28,3\r\n");
        assert!(days.unwrap_err().to_string().contains("no people"));
        let pseudonyms = check(&json!({"people_shown_as": "pseudonyms"}));
        assert!(pseudonyms.unwrap_err().to_string().contains("pseudonyms"));
    }
}
