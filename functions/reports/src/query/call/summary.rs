//! What was bad of a call, for whom, in which direction and on which network: one sentence.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use call_quality::Place;
use call_records::{LegPath, LegQuality, PersonKey, Quality};
use sites::Sites;

use super::place;
use super::streams::Causes;
use crate::format::{count_of, decimal};
use crate::people::{Person, PrivacyFilter};

/// People who are named; of more it is said how many.
const MAX_NAMED: usize = 3;

/// What was bad for a person on one network.
#[derive(Default)]
struct Bad {
    /// Received, sent: the poor streams, and those that could be judged.
    ways: [(usize, usize); 2],
    dropped: bool,
    failed: bool,
    reason: Option<String>,
}

impl Bad {
    fn weight(&self) -> usize {
        let [(received, _), (sent, _)] = self.ways;
        received + sent + usize::from(self.dropped) + usize::from(self.failed)
    }
}

/// The sentence. `poor_of_judged` are the legs of the call's totals, in which also streams are that do not say
/// their direction.
pub(super) fn sentence(
    privacy: &PrivacyFilter,
    legs: &[LegQuality],
    sites: Option<&Sites>,
    names: &BTreeMap<PersonKey, Person>,
    causes: &BTreeMap<(PersonKey, bool), Causes>,
    poor_of_judged: (i64, i64),
) -> String {
    let mut bad = BTreeMap::<(&PersonKey, String), Bad>::new();
    for leg in legs {
        let mut phrases = BTreeMap::<&LegPath, String>::new();
        let mut phrase = |path| -> String {
            let of = || place::phrase(&Place::of(path, leg.relation, sites));
            phrases.entry(path).or_insert_with(of).clone()
        };
        for stream in leg.streams.iter().filter(|it| it.quality != Quality::Unclassified) {
            let bad = bad.entry((&leg.person, phrase(&stream.path))).or_default();
            let (poor, judged) = &mut bad.ways[usize::from(stream.sent)];
            *poor += usize::from(stream.quality == Quality::Poor);
            *judged += 1;
        }
        if leg.dropped || leg.setup_failed {
            let bad = bad.entry((&leg.person, phrase(&leg.path))).or_default();
            bad.dropped |= leg.dropped;
            bad.failed |= leg.setup_failed;
            bad.reason = leg.reason.as_deref().and_then(|reason| privacy.free_text(reason));
        }
    }
    let mut bad: Vec<_> = bad.into_iter().filter(|(_, bad)| bad.weight() > 0).collect();
    bad.sort_by_key(|(who, bad)| (Reverse(bad.weight()), who.clone()));
    if bad.is_empty() {
        return match poor_of_judged {
            (1.., _) => {
                "A stream was poor; the record does not say who sent it. Nothing dropped or failed."
            }
            (_, 1..) => "Nothing was poor, dropped or failed.",
            _ => "Nothing dropped or failed, and no audio stream could be judged.",
        }
        .to_owned();
    }
    let people: std::collections::BTreeSet<_> = bad.iter().map(|((who, _), _)| *who).collect();
    let mut named = std::collections::BTreeSet::new();
    let mut clauses = Vec::new();
    for ((who, phrase), bad) in &bad {
        if clauses.len() == MAX_NAMED {
            break;
        }
        let name = names.get(*who).map_or("Somebody", |person| person.name.as_str());
        clauses.push(clause(name, phrase, bad, |sent| causes.get(&((*who).clone(), sent))));
        named.insert(*who);
    }
    let more = people.len() - named.len();
    if more > 0 {
        clauses.push(format!("and {}", count_of(more, "more person", "more people")));
    }
    format!("{}.", clauses.join("; ").trim_end_matches('.'))
}

fn clause<'a>(
    name: &str,
    phrase: &str,
    bad: &Bad,
    causes: impl Fn(bool) -> Option<&'a Causes>,
) -> String {
    let mut parts = Vec::new();
    for (verb, sent, (poor, judged)) in
        [("received", false, bad.ways[0]), ("sent", true, bad.ways[1])]
    {
        if poor > 0 {
            let streams = count_of(judged, "audio stream", "audio streams");
            let why = causes(sent).map(causes_text).unwrap_or_default();
            parts.push(format!("{verb} {poor} of {streams} poor{why}"));
        }
    }
    let because =
        bad.reason.as_ref().map(|reason| format!(" ({})", reason.trim_end().trim_end_matches('.')));
    let because = because.unwrap_or_default();
    if bad.dropped {
        parts.push(format!("was dropped{because}"));
    }
    if bad.failed {
        parts.push(format!("could not be connected{because}"));
    }
    format!("{name} {}{phrase}", parts.join(" and "))
}

/// ` (jitter 45 ms, limit 30)`.
fn causes_text(causes: &Causes) -> String {
    let causes: Vec<String> = causes
        .iter()
        .map(|(name, cause)| {
            format!(
                "{name} {} {}, limit {}",
                decimal(cause.worst),
                cause.unit,
                decimal(cause.limit)
            )
        })
        .collect();
    if causes.is_empty() { String::new() } else { format!(" ({})", causes.join("; ")) }
}
