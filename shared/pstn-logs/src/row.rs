//! One row of a log: a leg of a call with the telephone network.

use call_records::PersonKey;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{CallType, Micros, Number};

words::words! { closed
    /// Which of Graph's two logs.
    pub Log {
        /// `getPstnCalls`: calling plans, Operator Connect, conferences.
        Pstn = "pstn",
        /// `getDirectRoutingCalls`: through the organisation's own session border controllers.
        DirectRouting = "direct_routing",
    }
}

/// A row. What is absent, empty or Graph's sentinel is none; words are as they came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRow {
    pub log: Log,
    /// Unique in its log. There is no version: of two answers the one that was requested later counts.
    pub id: String,
    /// `callId` of a call with the telephone network, which is no call record's id for calling plans;
    /// `correlationId` of direct routing, which may be. Several rows may share one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_id: Option<String>,
    /// Of a conference the organiser; none of a bot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<PersonKey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_principal_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_display_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Direct routing: when the first invite was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited_at: Option<Timestamp>,
    /// Direct routing: when it failed; only of calls that did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_at: Option<Timestamp>,
    /// Of a call that failed it is the time of its set-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u32>,
    /// As it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_number: Option<Number>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callee_number: Option<Number>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pstn: Option<PstnFacts>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direct_routing: Option<DirectRoutingFacts>,
}

/// What only `getPstnCalls` says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PstnFacts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charge: Option<Micros>,
    /// Paid once for each call, beside the charge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_charge: Option<Micros>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage_country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination_name: Option<String>,
    /// `Domestic` or `International`, as it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination_context: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conference_id: Option<String>,
    /// The licence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license_capability: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inventory_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_source: Option<String>,
}

/// What only `getDirectRoutingCalls` says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DirectRoutingFacts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successful: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub final_sip_code: Option<i32>,
    /// Microsoft's subcode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_end_sub_reason: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub final_sip_code_phrase: Option<String>,
    /// The session border controller's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trunk: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_path_location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signaling_location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_bypass: Option<bool>,
}

impl DirectRoutingFacts {
    /// The final code of SIP and Microsoft's subcode, such as `487/540200`; `?` for one that is not there.
    #[must_use]
    pub fn codes(&self) -> String {
        let code = |code: Option<i32>| code.map_or("?".to_owned(), |code| code.to_string());
        format!("{}/{}", code(self.final_sip_code), code(self.call_end_sub_reason))
    }
}

impl LogRow {
    /// When it was: the start, else the invite, else the failure.
    #[must_use]
    pub fn at(&self) -> Option<Timestamp> {
        self.started_at.or(self.invited_at).or(self.failed_at)
    }

    /// The UTC day by which it is counted; none when no time of it is known.
    #[must_use]
    pub fn day(&self) -> Option<Date> {
        self.at().map(|at| TimeZone::UTC.to_datetime(at).date())
    }

    /// What its type says.
    #[must_use]
    pub fn kind(&self) -> CallType {
        CallType::of(self.call_type.as_deref().unwrap_or_default())
    }

    /// Whether it came about. Rows of `getPstnCalls` are of calls that did.
    #[must_use]
    pub fn came_about(&self) -> Option<bool> {
        match &self.direct_routing {
            Some(facts) => facts.successful,
            None => Some(true),
        }
    }

    /// The number on the other side: of an incoming leg the caller, of an outgoing one the callee.
    #[must_use]
    pub fn other_number(&self) -> Option<&Number> {
        match self.kind().direction {
            crate::Direction::Incoming => self.caller_number.as_ref(),
            crate::Direction::Outgoing => self.callee_number.as_ref(),
            crate::Direction::Unknown => None,
        }
    }

    /// The country of the other side: of `getPstnCalls` where it was used, of direct routing, which says
    /// none, the country code of the number (`+49`). None when neither is known.
    #[must_use]
    pub fn country(&self) -> Option<String> {
        match &self.pstn {
            Some(facts) => facts.usage_country.clone(),
            None => self.other_number()?.country_code().map(|code| format!("+{code}")),
        }
    }

    /// The charge and the connection charge together, with their currency; none of direct routing, which has
    /// no charges.
    #[must_use]
    pub fn charged(&self) -> Option<(Option<&str>, Micros)> {
        let facts = self.pstn.as_ref()?;
        let charges = [facts.charge, facts.connection_charge].into_iter().flatten();
        let sum = charges.map(|amount| amount.0).fold(0, i64::saturating_add);
        Some((facts.currency.as_deref(), Micros(sum)))
    }

    /// Whether its duration is another than from start to end, by more than a second.
    #[must_use]
    pub fn contradicts_itself(&self) -> bool {
        let (Some(start), Some(end), Some(stated)) =
            (self.started_at, self.ended_at, self.duration_seconds)
        else {
            return false;
        };
        let difference = start.duration_until(end) - SignedDuration::from_secs(stated.into());
        self.came_about() == Some(true) && difference.abs() > SignedDuration::from_secs(1)
    }
}
