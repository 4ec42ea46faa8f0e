//! What the rows of a day add up to.

use std::collections::BTreeMap;

use call_records::PersonKey;
use serde::{Deserialize, Serialize};

use crate::{Direction, Log, LogRow, Micros, SipClass};

/// The version of what rows add up to, the classes of SIP codes included. Days that were added up by another
/// are added up anew.
pub const VERSION: u32 = 1;

/// The rows of one day, or of several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DayLogs {
    /// By log, direction and call type; those of all rows.
    pub types: BTreeMap<Log, BTreeMap<Direction, BTreeMap<String, Sums>>>,
    /// By country of the other side; `unknown` where it is not known.
    pub countries: BTreeMap<String, Sums>,
    /// By licence.
    pub licenses: BTreeMap<String, Sums>,
    /// By operator; of direct routing `direct routing`.
    pub operators: BTreeMap<String, Sums>,
    /// By user, without conferences, which name their organiser, and without queues, attendants and bots.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub people: BTreeMap<PersonKey, Sums>,
    /// By session border controller.
    pub trunks: BTreeMap<String, Trunk>,
}

/// What legs add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sums {
    pub legs: u64,
    /// Those that came about.
    pub established: u64,
    /// Those that failed.
    pub failed: u64,
    /// The durations of those that came about.
    pub seconds: u64,
    /// The durations of those that failed: their set-up.
    pub setup_seconds: u64,
    /// Those whose duration is not that from start to end.
    pub contradictory: u64,
    /// Charges and connection charges by currency; `unknown` where a row has none, which is added to no
    /// other.
    pub charges: BTreeMap<String, Micros>,
}

/// What a session border controller's legs add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Trunk {
    /// Legs that say how they ended.
    pub attempts: u64,
    /// By class.
    pub classes: BTreeMap<SipClass, u64>,
    /// Of those that failed: by the final code and Microsoft's subcode, as `487/540200`.
    pub codes: BTreeMap<String, u64>,
}

const UNKNOWN: &str = "unknown";

impl DayLogs {
    /// Adds a row.
    pub fn add(&mut self, row: &LogRow) {
        let sums = Sums::of(row);
        let kind = row.kind();
        let word = row.call_type.clone().unwrap_or_else(|| UNKNOWN.to_owned());
        let of_log = self.types.entry(row.log).or_default();
        of_log.entry(kind.direction).or_default().entry(word).or_default().merge(&sums);
        let known = |text: Option<String>| text.unwrap_or_else(|| UNKNOWN.to_owned());
        let (license, operator) = match &row.pstn {
            Some(facts) => (known(facts.license_capability.clone()), known(facts.operator.clone())),
            None => (UNKNOWN.to_owned(), "direct routing".to_owned()),
        };
        self.countries.entry(known(row.country())).or_default().merge(&sums);
        self.licenses.entry(license).or_default().merge(&sums);
        self.operators.entry(operator).or_default().merge(&sums);
        // A forgotten person's legs are the organisation's alone.
        let users = row.user.as_ref().filter(|user| !user.is_tombstone());
        if let Some(user) = users.filter(|_| !kind.is_conference && !kind.is_service) {
            self.people.entry(user.clone()).or_default().merge(&sums);
        }
        if let Some(facts) = &row.direct_routing {
            let trunk = known(facts.trunk.as_ref().map(|name| name.to_ascii_lowercase()));
            self.trunks.entry(trunk).or_default().add(row);
        }
    }

    /// Adds another day.
    pub fn merge(&mut self, other: &Self) {
        for (log, directions) in &other.types {
            let of_log = self.types.entry(*log).or_default();
            for (direction, words) in directions {
                merge_into(of_log.entry(*direction).or_default(), words);
            }
        }
        merge_into(&mut self.countries, &other.countries);
        merge_into(&mut self.licenses, &other.licenses);
        merge_into(&mut self.operators, &other.operators);
        merge_into(&mut self.people, &other.people);
        for (name, trunk) in &other.trunks {
            self.trunks.entry(name.clone()).or_default().merge(trunk);
        }
    }

    /// All rows together.
    #[must_use]
    pub fn total(&self) -> Sums {
        let mut total = Sums::default();
        let of_logs = self.types.values().flat_map(BTreeMap::values);
        of_logs.flat_map(BTreeMap::values).for_each(|sums| total.merge(sums));
        total
    }
}

fn merge_into<K: Clone + Ord>(sums: &mut BTreeMap<K, Sums>, others: &BTreeMap<K, Sums>) {
    for (key, other) in others {
        sums.entry(key.clone()).or_default().merge(other);
    }
}

impl Sums {
    fn of(row: &LogRow) -> Self {
        let came_about = row.came_about();
        let seconds = u64::from(row.duration_seconds.unwrap_or_default());
        let charged = row.charged();
        let charges =
            charged.map(|(of, sum)| (of.unwrap_or(UNKNOWN).to_owned(), sum)).into_iter().collect();
        Self {
            legs: 1,
            established: u64::from(came_about == Some(true)),
            failed: u64::from(came_about == Some(false)),
            seconds: if came_about == Some(true) { seconds } else { 0 },
            setup_seconds: if came_about == Some(false) { seconds } else { 0 },
            contradictory: u64::from(row.contradicts_itself()),
            charges,
        }
    }

    /// Those that do not say whether they came about.
    #[must_use]
    pub const fn end_unknown(&self) -> u64 {
        self.legs.saturating_sub(self.established).saturating_sub(self.failed)
    }

    /// Adds those of others.
    pub fn merge(&mut self, other: &Self) {
        self.legs += other.legs;
        self.established += other.established;
        self.failed += other.failed;
        self.seconds += other.seconds;
        self.setup_seconds += other.setup_seconds;
        self.contradictory += other.contradictory;
        for (currency, amount) in &other.charges {
            let sum = self.charges.entry(currency.clone()).or_default();
            sum.0 = sum.0.saturating_add(amount.0);
        }
    }
}

impl Trunk {
    fn add(&mut self, row: &LogRow) {
        let Some(class) = SipClass::of(row) else { return };
        self.attempts += 1;
        *self.classes.entry(class).or_default() += 1;
        if class != SipClass::Answered
            && let Some(facts) = &row.direct_routing
        {
            *self.codes.entry(facts.codes()).or_default() += 1;
        }
    }

    fn merge(&mut self, other: &Self) {
        self.attempts += other.attempts;
        for (class, legs) in &other.classes {
            *self.classes.entry(*class).or_default() += legs;
        }
        for (pair, legs) in &other.codes {
            *self.codes.entry(pair.clone()).or_default() += legs;
        }
    }

    /// The numerator of the network effectiveness ratio, of [`Self::attempts`].
    #[must_use]
    pub fn effective(&self) -> u64 {
        let effective = self.classes.iter().filter(|(class, _)| class.is_effective());
        effective.map(|(_, legs)| legs).sum()
    }
}
