//! Finding people and calls by what a person types: a name or a part of it, a sign-in name, a telephone number,
//! an id. Names are those of the days of the page, from the lists that the roll-up makes of each day, so that the
//! cost does not depend on how many people there are: of at most a month, a request for each megabyte of a day.

use std::collections::BTreeMap;

use call_quality::NamedPerson;
use call_records::PersonKey;
use call_table::QualityHead;
use futures::stream::{StreamExt as _, TryStreamExt as _, iter};
use jiff::ToSpan as _;
use privacy::{SEALED_PREFIX, is_phone_number};

use super::QueryContext;
use crate::Error;
use crate::answer::{Found, FoundPerson, List};
use crate::format::count_of;
use crate::period::MAX_DAYS_IN_DETAIL;
use crate::request::{Opened, Request};

/// Days whose lists are read at once.
const CONCURRENT_DAYS: usize = 4;

/// Kinds of people whose ids are object ids of the directory.
const KINDS_OF_OBJECTS: [&str; 2] = ["user", "guest"];

/// The one thing that a text means, or what it may mean.
pub(crate) enum Finding {
    One(Opened),
    Several(Found),
}

pub(crate) async fn find(reader: QueryContext<'_>, request: &Request) -> Result<Finding, Error> {
    let Some(text) = request.find.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
        return Err(Error::Request(what_to_type(reader).to_owned()));
    };
    // A reference, or the kind and the id: no other person can be meant.
    if text.starts_with(SEALED_PREFIX) {
        return Ok(Finding::One(Opened::Person(text.to_owned())));
    }
    let mut exact = Vec::new();
    if let Ok(key) = PersonKey::parse_typed(text)
        && (reader.privacy.is_pseudonymous() || reader.knows(&key).await?)
    {
        return Ok(Finding::One(Opened::Person(text.to_owned())));
    }
    let number = typed_number(text).filter(|_| !reader.privacy.is_pseudonymous());
    let mut looked = Vec::new();
    let call = match call_id::canonical(text) {
        Some(id) => {
            looked.push("the ids of all calls".to_owned());
            reader.table.record(&id).await?.map(|record| record.call_id)
        }
        None => None,
    };
    if !reader.privacy.is_pseudonymous() {
        for key in typed_keys(text) {
            if reader.knows(&key).await? {
                exact.push(key);
            }
        }
        looked.push("the ids and the telephone numbers of all people".to_owned());
    }
    let days = last_month(request);
    let (people, heads) = people_of_days(reader, request).await?;
    looked.push(format!(
        "{} of the people of {}",
        if reader.privacy.is_pseudonymous() {
            "the pseudonyms"
        } else {
            "the names and sign-in names"
        },
        days.display()
    ));
    let mut hits: Vec<(u8, FoundPerson)> = Vec::new();
    for person in people.into_values() {
        let is_exact =
            exact.contains(&person.person) || is_number_of(&person.person, number.as_deref());
        let shown = shown(reader, &person);
        match if is_exact { Some(0) } else { rank(&shown, &text.to_lowercase()) } {
            Some(rank) => hits.push((rank, shown)),
            None => continue,
        }
        exact.retain(|key| *key != person.person);
    }
    // Of other days: their name is read by itself.
    for key in exact {
        let display_name = reader.name(&key).await?;
        let person = NamedPerson { person: key, display_name, sign_in_name: None };
        hits.push((0, shown(reader, &person)));
    }
    hits.sort_by(|one, other| {
        let order = |(rank, hit): &(u8, FoundPerson)| {
            (*rank, hit.person.name.to_lowercase(), hit.person.person.clone())
        };
        order(one).cmp(&order(other))
    });
    Ok(match (hits.as_slice(), &call) {
        ([], Some(id)) => Finding::One(Opened::Call(id.clone())),
        ([(_, only)], None) => Finding::One(Opened::Person(only.person.person.clone())),
        _ => {
            let hits = hits.into_iter().map(|(_, hit)| hit);
            Finding::Several(Found {
                text: text.to_owned(),
                looked,
                notes: notes(&days, &heads),
                call,
                list: List::page_of(hits.collect::<Vec<_>>().into_iter(), request.paging),
            })
        }
    })
}

fn what_to_type(reader: QueryContext<'_>) -> &'static str {
    if reader.privacy.is_pseudonymous() {
        "Type a pseudonym or a part of it, the reference of a person (sealed:…) from a report, or the id of a \
         call, into the field."
    } else {
        "Type a name or a part of it, a sign-in name, a telephone number, or the id of a person or of a call, \
         into the field."
    }
}

/// The people whom a bare id or number may mean.
fn typed_keys(text: &str) -> Vec<PersonKey> {
    let key = |kind: &str, id: &str| PersonKey::parse_typed(&format!("{kind}:{id}")).ok();
    if call_id::is_guid(text) {
        return KINDS_OF_OBJECTS.into_iter().filter_map(|kind| key(kind, text)).collect();
    }
    // Graph writes numbers with a plus, and short ones without.
    let forms = typed_number(text).map(|digits| [format!("+{digits}"), digits]);
    forms.iter().flatten().filter_map(|id| key("phone", id)).collect()
}

/// The digits of a telephone number; two zeros before it stand for a plus.
fn typed_number(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    is_phone_number(text).then(|| digits.strip_prefix("00").unwrap_or(&digits).to_owned())
}

/// Whether a person is this whole number, of whatever kind the record says that they are.
fn is_number_of(person: &PersonKey, digits: Option<&str>) -> bool {
    digits.is_some_and(|digits| typed_number(person.id()).as_deref() == Some(digits))
}

/// The newest month of the days of the page.
fn last_month(request: &Request) -> crate::period::Period {
    request.period.last_days(MAX_DAYS_IN_DETAIL)
}

/// Everybody of the days, by the name of the newest day, and the days that are rolled up.
pub(super) async fn people_of_days(
    reader: QueryContext<'_>,
    request: &Request,
) -> Result<(BTreeMap<PersonKey, NamedPerson>, Vec<QualityHead>), Error> {
    let days = last_month(request);
    // The days of another zone lie in one more UTC day at either end.
    let (first, last) = match days.zone.is_utc() {
        true => (days.from, days.to),
        false => (days.from.saturating_sub(1.day()), days.to.saturating_add(1.day())),
    };
    let heads = reader.table.quality_heads(first, last).await?;
    let newest_first: Vec<QualityHead> = heads.iter().rev().cloned().collect();
    let mut lists = iter(newest_first)
        .map(async |head| reader.table.named_people(head).await)
        .buffered(CONCURRENT_DAYS);
    let mut people = BTreeMap::<PersonKey, NamedPerson>::new();
    while let Some(list) = lists.try_next().await? {
        for older in list.unwrap_or_default() {
            match people.get_mut(&older.person) {
                Some(known) => {
                    known.display_name = known.display_name.take().or(older.display_name);
                    known.sign_in_name = known.sign_in_name.take().or(older.sign_in_name);
                }
                None => drop(people.insert(older.person.clone(), older)),
            }
        }
    }
    Ok((people, heads))
}

/// A person as an answer shows them: what is hidden cannot be found either.
fn shown(reader: QueryContext<'_>, person: &NamedPerson) -> FoundPerson {
    let sign_in = person.sign_in_name.as_deref();
    FoundPerson {
        person: reader.privacy.person(&person.person, person.display_name.as_deref()),
        sign_in_name: sign_in.and_then(|name| reader.privacy.free_text(name)),
    }
}

/// How well a person fits a text in small letters, the best first; none where not.
fn rank(person: &FoundPerson, text: &str) -> Option<u8> {
    let name = person.person.name.to_lowercase();
    let sign_in = person.sign_in_name.as_deref().unwrap_or_default().to_lowercase();
    let id = person.person.id.as_deref().unwrap_or_default().to_lowercase();
    let begins_a_word = |word: &str| {
        name.split(|c: char| !c.is_alphanumeric()).any(|of_name| of_name.starts_with(word))
    };
    let has_all = |fits: &dyn Fn(&str) -> bool| text.split_whitespace().all(fits);
    if name == text || sign_in == text || id == text {
        Some(0)
    } else if name.starts_with(text) || sign_in.starts_with(text) {
        Some(1)
    } else if has_all(&begins_a_word) {
        Some(2)
    } else if has_all(&|word| name.contains(word)) || sign_in.contains(text) || id.contains(text) {
        Some(3)
    } else {
        None
    }
}

/// Days of which no names are known.
fn notes(days: &crate::period::Period, heads: &[QualityHead]) -> Vec<String> {
    let is_known = |day: &jiff::civil::Date| {
        heads.iter().any(|head| head.day == *day && head.people.is_some())
    };
    let unknown = days.days().filter(|day| !is_known(day)).count();
    let note = (unknown > 0).then(|| {
        format!(
            "Of {} there are no names: no call is known to have begun on them, or they are not rolled up yet, \
             which happens every hour.",
            count_of(unknown, "day", "days")
        )
    });
    note.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::people::Person;

    fn person(name: &str, sign_in: &str) -> FoundPerson {
        FoundPerson {
            person: Person {
                person: "user:a0".to_owned(),
                name: name.to_owned(),
                id: Some("a0".to_owned()),
                kind: "user".to_owned(),
            },
            sign_in_name: Some(sign_in.to_owned()),
        }
    }

    #[rstest]
    #[case::whole("ada example", Some(0))]
    #[case::sign_in_name("ada@contoso.example", Some(0))]
    #[case::prefix("ada", Some(1))]
    #[case::second_word("exam", Some(2))]
    #[case::words_in_any_order("ex ad", Some(2))]
    #[case::inside("amp", Some(3))]
    #[case::part_of_the_address("contoso", Some(3))]
    #[case::other("bob", None)]
    #[case::one_word_of_two("ada bob", None)]
    fn a_name_is_found_by_any_part_of_it(#[case] text: &str, #[case] expected: Option<u8>) {
        assert_eq!(rank(&person("Ada Example", "Ada@contoso.example"), text), expected);
    }

    #[rstest]
    #[case("+49 (30) 987-654", &["phone:+4930987654", "phone:4930987654"])]
    #[case("0049 30 987654", &["phone:+4930987654", "phone:4930987654"])]
    #[case("A0000000-0000-4000-8000-00000000000A",
        &["user:a0000000-0000-4000-8000-00000000000a", "guest:a0000000-0000-4000-8000-00000000000a"])]
    #[case("Ada", &[])]
    fn a_bare_id_or_number_names_its_people(#[case] text: &str, #[case] expected: &[&str]) {
        let keys: Vec<String> = typed_keys(text).iter().map(ToString::to_string).collect();
        assert_eq!(keys, expected);
    }
}
