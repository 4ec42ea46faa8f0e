//! Invented call records, as pages of JSON.

use call_table::{PageKind, RawPage};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// The tenant of the invented organisation.
pub(crate) const TENANT: &str = "0f0f0f0f-0000-4000-8000-000000000001";

/// A participant of a meeting.
#[derive(Clone, Debug)]
pub(crate) struct Attendee {
    pub(crate) person: u32,
    pub(crate) seconds: i64,
    pub(crate) platform: &'static str,
}

/// A meeting at one version of its record.
#[derive(Clone, Debug)]
pub(crate) struct Meeting {
    pub(crate) id: String,
    pub(crate) version: i64,
    pub(crate) started_at: Timestamp,
    /// On a session each.
    pub(crate) attendees: Vec<Attendee>,
    /// In the list of participants only.
    pub(crate) listed: Vec<u32>,
    /// Sessions and participants on a page.
    pub(crate) page_size: usize,
    /// On the called end of the first session, as on one that is left over from a call of two.
    pub(crate) called: Option<u32>,
    /// Spaces in front of every page: other bytes, the same meaning.
    pub(crate) padding: usize,
    /// Whether sessions say when they ended.
    pub(crate) ended: bool,
}

impl Meeting {
    /// A meeting of the people with these numbers, a minute and a second more for each.
    pub(crate) fn of(id: &str, version: i64, people: impl IntoIterator<Item = u32>) -> Self {
        let attendee = |person| Attendee {
            person,
            seconds: 60 + i64::from(person),
            platform: if person % 2 == 0 { "windows" } else { "macOS" },
        };
        Self {
            id: id.to_owned(),
            version,
            started_at: "2026-11-23T09:00:00Z".parse().unwrap(),
            attendees: people.into_iter().map(attendee).collect(),
            listed: Vec::new(),
            page_size: 60,
            called: None,
            padding: 0,
            ended: true,
        }
    }

    pub(crate) fn starting(mut self, at: &str) -> Self {
        self.started_at = at.parse().unwrap();
        self
    }

    pub(crate) fn listing(mut self, people: impl IntoIterator<Item = u32>) -> Self {
        self.listed = people.into_iter().collect();
        self
    }

    pub(crate) fn lasting(mut self, seconds: i64) -> Self {
        for attendee in &mut self.attendees {
            attendee.seconds = seconds;
        }
        self
    }

    pub(crate) fn calling(mut self, person: u32) -> Self {
        self.called = Some(person);
        self
    }

    pub(crate) fn without_ends(mut self) -> Self {
        self.ended = false;
        self
    }

    pub(crate) fn padded(mut self, padding: usize) -> Self {
        self.padding = padding;
        self
    }

    /// The pages in the order in which Graph is asked for them.
    pub(crate) fn pages(&self) -> Vec<RawPage> {
        let everyone = self.attendees.iter().map(|attendee| attendee.person);
        let everyone: Vec<_> =
            everyone.chain(self.listed.iter().copied()).map(participant).collect();
        let mut people = everyone.chunks(self.page_size);
        let mut pages = Vec::new();
        let mut record = self.record();
        record["participants_v2"] = people.next().unwrap_or_default().into();
        pages.push(self.page(PageKind::Participants, 0, &record));
        for (number, people) in people.enumerate() {
            let page = json!({ "value": people });
            pages.push(self.page(PageKind::Participants, number + 1, &page));
        }
        let mut sessions: Vec<_> =
            self.attendees.iter().map(|attendee| self.session(attendee)).collect();
        if let (Some(person), Some(first)) = (self.called, sessions.first_mut()) {
            first["callee"]["associatedIdentity"] = identity(person);
        }
        let mut sessions = sessions.chunks(self.page_size);
        let mut record = self.record();
        record["sessions"] = sessions.next().unwrap_or_default().into();
        pages.push(self.page(PageKind::Record, 0, &record));
        for (number, sessions) in sessions.enumerate() {
            let page = json!({ "value": sessions });
            pages.push(self.page(PageKind::Sessions, number + 1, &page));
        }
        pages
    }

    fn record(&self) -> Value {
        let ended_at = self.started_at + SignedDuration::from_hours(1);
        json!({
            "id": self.id,
            "version": self.version,
            "type": "groupCall",
            "modalities": ["audio"],
            "startDateTime": self.started_at.to_string(),
            "endDateTime": ended_at.to_string(),
            "lastModifiedDateTime": (ended_at + SignedDuration::from_mins(20)).to_string(),
            "organizer_v2": participant(0),
        })
    }

    fn session(&self, attendee: &Attendee) -> Value {
        let ended_at = self.started_at + SignedDuration::from_secs(attendee.seconds);
        json!({
            "id": format!("{}-session-{}", self.id, attendee.person),
            "modalities": ["audio"],
            "startDateTime": self.started_at.to_string(),
            "endDateTime": self.ended.then(|| ended_at.to_string()),
            "caller": {
                "@odata.type": "#microsoft.graph.callRecords.participantEndpoint",
                "associatedIdentity": identity(attendee.person),
                "userAgent": {
                    "@odata.type": "#microsoft.graph.callRecords.clientUserAgent",
                    "platform": attendee.platform,
                    "productFamily": "teams",
                },
            },
            "callee": { "@odata.type": "#microsoft.graph.callRecords.serviceEndpoint" },
        })
    }

    fn page(&self, kind: PageKind, number: usize, json: &Value) -> RawPage {
        let body = format!("{}{json}", " ".repeat(self.padding));
        RawPage { kind, number: u32::try_from(number).unwrap(), body: body.into_bytes() }
    }
}

/// The id of an invented person.
pub(crate) fn person_id(person: u32) -> String {
    format!("aaaaaaaa-0000-4000-8000-{person:012}")
}

pub(crate) fn identity(person: u32) -> Value {
    json!({
        "id": person_id(person),
        "displayName": format!("Invented Person {person}"),
        "tenantId": TENANT,
        "userPrincipalName": format!("person{person}@contoso.example"),
    })
}

fn participant(person: u32) -> Value {
    json!({ "id": person_id(person), "identity": { "user": identity(person) } })
}
