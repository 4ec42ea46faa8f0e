//! Taking a forgotten person out of a row.

use call_records::PersonKey;

use crate::{Direction, LogRow, Number};

impl LogRow {
    /// Whom the row names: its user and both numbers.
    pub fn people(&self) -> impl Iterator<Item = PersonKey> {
        let numbers = [&self.caller_number, &self.callee_number];
        let phones = numbers.into_iter().flatten().map(phone);
        self.user.clone().into_iter().chain(phones)
    }

    /// Puts the tombstone in the place of a person, and removes what leads to them: of a user the names and
    /// their own number, of a number all digits but the country code, by which the row is counted. Whether
    /// the row named them.
    pub fn forget(&mut self, person: &PersonKey, tombstone: &PersonKey) -> bool {
        let is_user = self.user.as_ref() == Some(person);
        if is_user {
            self.user = Some(tombstone.clone());
            (self.user_principal_name, self.user_display_name) = (None, None);
        }
        let direction = self.kind().direction;
        let sides = [
            (&mut self.caller_number, Direction::Incoming),
            (&mut self.callee_number, Direction::Outgoing),
        ];
        let mut found = is_user;
        for (number, outside_when) in sides {
            // The user's own number is the one that is not outside.
            let is_theirs = is_user && direction != outside_when;
            let is_them = number.as_ref().is_some_and(|number| phone(number) == *person);
            if is_theirs || is_them {
                found |= is_them;
                *number = number.as_ref().and_then(Number::without_subscriber);
            }
        }
        found
    }
}

fn phone(number: &Number) -> PersonKey {
    PersonKey::new("phone", number.as_str())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use crate::{Log, decode_page};

    use super::*;

    fn row(call_type: &str) -> LogRow {
        let row = json!({"id": "1", "userId": "Ada", "userPrincipalName": "ada@example.org",
            "userDisplayName": "Ada", "callType": call_type, "callerNumber": "+4930123456",
            "calleeNumber": "+44200", "startDateTime": "2026-11-20T10:00:00Z"});
        let page = json!({"value": [row]}).to_string();
        decode_page(page.as_bytes(), Log::Pstn).unwrap().rows.remove(0)
    }

    #[rstest]
    #[case::of_an_incoming_call_the_called_number("ByotIn", "+4930123456", "+44***")]
    #[case::of_an_outgoing_call_the_calling_number("user_out", "+49***", "+44200")]
    #[case::both_where_the_direction_is_not_known("hologram", "+49***", "+44***")]
    fn a_user_goes_with_their_names_and_their_own_number(
        #[case] call_type: &str,
        #[case] caller: &str,
        #[case] callee: &str,
    ) {
        let mut row = row(call_type);
        let user: PersonKey = "user:ada".parse().unwrap();
        assert!(row.people().any(|person| person == user));
        let tombstone = user.tombstone("t");
        assert!(row.forget(&user, &tombstone));
        let number = |number: &Option<Number>| number.as_ref().unwrap().as_str().to_owned();
        assert_eq!(row.user.as_ref(), Some(&tombstone));
        assert_eq!(
            (number(&row.caller_number), number(&row.callee_number)),
            (caller.into(), callee.into())
        );
        let json = serde_json::to_string(&row).unwrap().to_lowercase();
        assert!(!json.contains("ada"), "{json}");
        assert!(!row.forget(&user, &tombstone), "nothing is left");
    }

    #[test]
    fn a_number_goes_and_its_country_stays() {
        let mut row = LogRow { log: Log::DirectRouting, pstn: None, ..row("ByotIn") };
        let country = row.country();
        let person: PersonKey = "phone:+4930123456".parse().unwrap();
        assert!(row.forget(&person, &person.tombstone("t")));
        assert_eq!(row.country(), country);
        assert!(row.user.is_some());
        assert!(row.people().all(|other| other != person));
    }
}
