//! Rows of Graph's logs of telephone calls.

use call_records::PersonKey;
use pstn_logs::{DirectRoutingFacts, LogRow, Number, PstnFacts, SipClass};

use super::shown::{day, person};
use super::{Cell, Column, Kind, Shown};

/// A row.
pub(crate) struct TelephoneLeg {
    pub(crate) row: LogRow,
    /// Whether it was listed once and is not any more.
    pub(crate) has_vanished: bool,
}

pub(crate) fn columns() -> Vec<Column<TelephoneLeg>> {
    let mut columns = vec![
        text(
            "log",
            "Which log: `pstn` (calling plans, Operator Connect, conferences) or `direct_routing`.",
            |row| Some(row.log.as_str().to_owned()),
        ),
        text("row_id", "The row's id, unique in its log.", |row| Some(row.id.clone())),
        day(),
        text(
            "call_id",
            "In lower case: `correlationId` of direct routing, which is the call record's id, or `callId` of \
             the other log, which is not for calling plans.",
            |row| row.call_id.as_ref().map(|id| id.to_ascii_lowercase()),
        ),
        text("call_type", "The type of the leg, as it came.", |row| row.call_type.clone()),
        text(
            "direction",
            "`incoming`, `outgoing`, or `unknown` where the type is not known.",
            |row| Some(row.kind().direction.as_str().to_owned()),
        ),
        flag(
            "is_conference",
            "Whether it is a dial-in or dial-out of a meeting: its user is the organiser.",
            |row| Some(row.kind().is_conference),
        ),
        flag("is_service", "Whether it is the line of a queue, an attendant or a bot.", |row| {
            Some(row.kind().is_service)
        }),
    ];
    columns.extend(person("person", "The user", |leg: &TelephoneLeg| {
        Some((leg.row.user.as_ref()?, leg.row.user_display_name.as_deref()))
    }));
    columns.extend([
        number("caller_number", "The calling number, with hidden digits.", |row| {
            row.caller_number.as_ref()
        }),
        number("callee_number", "The called number, with hidden digits.", |row| {
            row.callee_number.as_ref()
        }),
        column(
            "started_at",
            Kind::Time,
            "When it began. Null of a leg that failed before.",
            |leg, _| Cell::time(leg.row.started_at),
        ),
        column("ended_at", Kind::Time, "When it ended.", |leg, _| Cell::time(leg.row.ended_at)),
        flag(
            "established",
            "Whether it came about; null where a row of direct routing does not say it.",
            LogRow::came_about,
        ),
        integer(
            "seconds",
            "Its duration in whole seconds: of a leg that failed the time of its set-up.",
            |row| row.duration_seconds.map(Into::into),
        ),
        flag(
            "contradictory",
            "Whether it came about with a duration that is not that from start to end.",
            |row| Some(row.contradicts_itself()),
        ),
        text(
            "country",
            "The country of the other side: `usageCountryCode`, or the country code of the number (`+49`).",
            LogRow::country,
        ),
        amount("charge", "The charge, in `currency`.", |facts| facts.charge.map(|it| it.0)),
        amount("connection_charge", "Paid once for each call, beside the charge.", |facts| {
            facts.connection_charge.map(|it| it.0)
        }),
        of_pstn("currency", "The currency of both charges, as it came.", |facts| &facts.currency),
        of_pstn("license", "The licence (`licenseCapability`).", |facts| &facts.license_capability),
        of_pstn("operator", "The operator.", |facts| &facts.operator),
        of_pstn("destination", "`Domestic` or `International`, as it came.", |facts| {
            &facts.destination_context
        }),
        text("trunk", "The session border controller.", |row| {
            row.direct_routing.as_ref()?.trunk.clone()
        }),
        code("sip_code", "The final SIP code.", |facts| facts.final_sip_code),
        code("sip_subcode", "Microsoft's subcode.", |facts| facts.call_end_sub_reason),
        text(
            "sip_class",
            "What the end says of the network: the classes of the network effectiveness ratio.",
            |row| SipClass::of(row).map(|class| class.as_str().to_owned()),
        ),
        column(
            "vanished",
            Kind::Flag,
            "Whether Graph listed the row once and does not any more. It counts.",
            |leg, _| Cell::Flag(leg.has_vanished),
        ),
    ]);
    columns
}

fn column(
    name: &'static str,
    kind: Kind,
    description: &'static str,
    value: impl Fn(&TelephoneLeg, &Shown<'_>) -> Cell + Send + Sync + 'static,
) -> Column<TelephoneLeg> {
    let mut column = Column::new(name, kind, description, value);
    column.info.source = "log of telephone calls".into();
    column
}

fn text(
    name: &'static str,
    description: &'static str,
    of: fn(&LogRow) -> Option<String>,
) -> Column<TelephoneLeg> {
    column(name, Kind::Text, description, move |leg, _| Cell::optional(of(&leg.row)))
}

fn of_pstn(
    name: &'static str,
    description: &'static str,
    of: fn(&PstnFacts) -> &Option<String>,
) -> Column<TelephoneLeg> {
    column(name, Kind::Text, description, move |leg, _| {
        Cell::optional(leg.row.pstn.as_ref().and_then(|facts| of(facts).as_deref()))
    })
}

fn number(
    name: &'static str,
    description: &'static str,
    of: fn(&LogRow) -> Option<&Number>,
) -> Column<TelephoneLeg> {
    column(name, Kind::Text, description, move |leg, shown| {
        let key = of(&leg.row).map(|number| PersonKey::new("phone", number.as_str()));
        Cell::optional(key.map(|key| shown.person(&key, None).name))
    })
}

fn flag(
    name: &'static str,
    description: &'static str,
    of: fn(&LogRow) -> Option<bool>,
) -> Column<TelephoneLeg> {
    column(name, Kind::Flag, description, move |leg, _| Cell::flag(of(&leg.row)))
}

fn integer(
    name: &'static str,
    description: &'static str,
    of: fn(&LogRow) -> Option<i64>,
) -> Column<TelephoneLeg> {
    column(name, Kind::Integer, description, move |leg, _| {
        of(&leg.row).map_or(Cell::Null, Cell::Integer)
    })
}

fn code(
    name: &'static str,
    description: &'static str,
    of: fn(&DirectRoutingFacts) -> Option<i32>,
) -> Column<TelephoneLeg> {
    column(name, Kind::Integer, description, move |leg, _| {
        let code = leg.row.direct_routing.as_ref().and_then(of);
        code.map_or(Cell::Null, |code| Cell::Integer(code.into()))
    })
}

fn amount(
    name: &'static str,
    description: &'static str,
    of: fn(&PstnFacts) -> Option<i64>,
) -> Column<TelephoneLeg> {
    column(name, Kind::Amount, description, move |leg, _| {
        leg.row.pstn.as_ref().and_then(of).map_or(Cell::Null, Cell::Integer)
    })
}
