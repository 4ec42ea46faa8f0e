//! From Graph's answer to rows.

use std::collections::BTreeMap;

use call_records::{PersonKey, parse_timestamp};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::{DirectRoutingFacts, Log, LogRow, Micros, Number, PstnFacts};

/// A page of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogPage {
    pub rows: Vec<LogRow>,
    /// What is wrong with the rows that cannot be read. It repeats nothing of them.
    pub unreadable: Vec<UnreadableRow>,
    /// Where the rest is; opaque.
    pub next_link: Option<String>,
}

/// A row that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableRow {
    #[error("a row is no object")]
    NoObject,
    #[error("a row has no id")]
    NoId,
}

/// The answer is no page of a log.
#[derive(Debug, thiserror::Error)]
#[error("the answer is no page of a log: {0}")]
pub struct NoPage(#[from] serde_json::Error);

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    value: Vec<&'a RawValue>,
    // In the text of the documentation it is written `@odata.NextLink`.
    #[serde(rename = "@odata.nextLink", alias = "@odata.NextLink", default)]
    next_link: Option<String>,
}

/// Decodes a page. Rows that cannot be read do not keep the others from being read.
///
/// # Errors
///
/// When it is no JSON object with a `value` that is an array.
pub fn decode_page(json: &[u8], log: Log) -> Result<LogPage, NoPage> {
    let page: Page<'_> = serde_json::from_slice(json)?;
    let next_link = page.next_link.filter(|link| !link.trim().is_empty());
    let mut decoded = LogPage { next_link, ..LogPage::default() };
    for row in page.value {
        match decode_row(row, log) {
            Ok(row) => decoded.rows.push(row),
            Err(unreadable) => decoded.unreadable.push(unreadable),
        }
    }
    Ok(decoded)
}

fn decode_row(row: &RawValue, log: Log) -> Result<LogRow, UnreadableRow> {
    let members: Members<'_> =
        serde_json::from_str(row.get()).map_err(|_| UnreadableRow::NoObject)?;
    let id = members.text("id").ok_or(UnreadableRow::NoId)?;
    Ok(LogRow {
        log,
        id,
        call_id: members.text(match log {
            Log::Pstn => "callId",
            Log::DirectRouting => "correlationId",
        }),
        user: members.text("userId").map(|id| PersonKey::new("user", &id.to_ascii_lowercase())),
        user_principal_name: members.text("userPrincipalName"),
        user_display_name: members.text("userDisplayName"),
        started_at: members.time("startDateTime"),
        ended_at: members.time("endDateTime"),
        invited_at: members.time("inviteDateTime"),
        failed_at: members.time("failureDateTime"),
        duration_seconds: members.read("duration"),
        call_type: members.text("callType"),
        caller_number: members.text("callerNumber").as_deref().and_then(Number::of),
        callee_number: members.text("calleeNumber").as_deref().and_then(Number::of),
        pstn: (log == Log::Pstn).then(|| members.pstn()),
        direct_routing: (log == Log::DirectRouting).then(|| members.direct_routing()),
    })
}

/// The members of a row; of a key that comes twice the last.
struct Members<'a>(BTreeMap<String, &'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(Self)
    }
}

impl Members<'_> {
    /// A value of this type; none of another.
    fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.0.get(name)?.get()).ok()
    }

    /// A text that is not blank.
    fn text(&self, name: &str) -> Option<String> {
        let text: String = self.read(name)?;
        (!text.trim().is_empty()).then_some(text)
    }

    /// An instant. One of the year 1 or before it stands for none, in whatever zone it is written.
    fn time(&self, name: &str) -> Option<Timestamp> {
        let at = parse_timestamp(&self.text(name)?)?;
        (TimeZone::UTC.to_datetime(at).year() > 1).then_some(at)
    }

    /// An amount, which is a number in the schema, and may be a number in quotes.
    fn amount(&self, name: &str) -> Option<Micros> {
        let raw = self.0.get(name)?.get();
        raw.trim_matches('"').parse().ok()
    }

    fn pstn(&self) -> PstnFacts {
        PstnFacts {
            charge: self.amount("charge"),
            connection_charge: self.amount("connectionCharge"),
            currency: self.text("currency"),
            usage_country: self.text("usageCountryCode"),
            tenant_country: self.text("tenantCountryCode"),
            destination_name: self.text("destinationName"),
            destination_context: self.text("destinationContext"),
            conference_id: self.text("conferenceId"),
            license_capability: self.text("licenseCapability"),
            inventory_type: self.text("inventoryType"),
            operator: self.text("operator"),
            duration_source: self.text("callDurationSource"),
        }
    }

    fn direct_routing(&self) -> DirectRoutingFacts {
        DirectRoutingFacts {
            successful: self.read("successfulCall"),
            final_sip_code: self.read("finalSipCode"),
            call_end_sub_reason: self.read("callEndSubReason"),
            final_sip_code_phrase: self.text("finalSipCodePhrase"),
            trunk: self.text("trunkFullyQualifiedDomainName"),
            media_path_location: self.text("mediaPathLocation"),
            signaling_location: self.text("signalingLocation"),
            media_bypass: self.read("mediaBypassEnabled"),
        }
    }
}
