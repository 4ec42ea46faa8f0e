use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::bounds;
use crate::compact::{CompactMap, CompactSet};
use crate::course::{Course, SessionTime};
use crate::feedback::FeedbackBySession;
use crate::intervals::Length;
use crate::leg_quality::PersonLegs;
use crate::media::Side;
use crate::newest::{Newest, Source};
use crate::outcome::Attendance;
use crate::person_kind::{Mention, PersonId};
use crate::session::SessionKey;
use crate::session_view::SessionView;
use crate::streams::{LegKey, PersonStreams};
use crate::{ConnectionType, Endpoint, FailureStage, Network, Seconds, WifiBand};

/// What has been gathered about one person so far.
///
/// Everything here is a union, an extreme or a choice that does not depend on order, so that
/// neither the order of sessions nor their repetition changes the part that is made of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct PersonState {
    /// The record's lists name the person.
    pub(crate) listed: bool,
    /// A mailbox on a session is the person's.
    pub(crate) has_mailbox: bool,
    pub(crate) display_name: Newest,
    pub(crate) user_principal_name: Newest,
    pub(crate) tenant_id: Newest,
    pub(crate) legs: BTreeMap<Arc<LegKey>, Leg>,
    /// Sessions without a mailbox on the other end: a person who is called answers none with one.
    pub(crate) own_course: Option<Course>,
    pub(crate) attendance: Attendance,
    pub(crate) first_call: Option<FirstCall>,
    pub(crate) talk: Length,
    pub(crate) setup_failure_reason: Newest,
    pub(crate) other_failure_reason: Newest,
    pub(crate) first_joined_at: Option<Timestamp>,
    pub(crate) last_left_at: Option<Timestamp>,
    /// When the sessions that dropped ended, as far as they say it.
    pub(crate) drops: BTreeSet<Option<Timestamp>>,
    pub(crate) drop_reason: Newest,
    pub(crate) medium_failed: bool,
    pub(crate) modalities: LengthByName,
    pub(crate) platforms: LengthByName,
    pub(crate) connections: LengthByName,
    pub(crate) product_families: CompactSet<String>,
    pub(crate) application_versions: CompactSet<String>,
    pub(crate) capture_devices: CompactSet<String>,
    pub(crate) render_devices: CompactSet<String>,
    pub(crate) wifi_bands: CompactSet<String>,
    pub(crate) wifi_signal_strength: Option<(i64, i64)>,
    pub(crate) feedback: FeedbackBySession,
    pub(crate) streams: PersonStreams,
    pub(crate) counterparts: BTreeSet<PersonId>,
    /// What the legs ran on, where it was asked for.
    pub(crate) paths: Option<Box<PersonLegs>>,
}

/// How a leg of a person was.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Leg {
    pub(crate) established: bool,
    pub(crate) dropped: bool,
}

/// When a person first called. Sessions without a start come last, and between equals the id of the
/// session decides, so that the order of sessions does not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FirstCall {
    no_start: bool,
    started_at: Option<Timestamp>,
    session: Option<String>,
}

/// How long sessions were by what they have in common.
#[derive(Clone, Debug, Default)]
pub(crate) struct LengthByName(CompactMap<String, Length>);

impl LengthByName {
    fn add(&mut self, name: &str, time: SessionTime) {
        if let Some(length) = bounds::entry(&mut self.0, name) {
            length.add(time);
        }
    }

    pub(crate) fn seconds(&self) -> CompactMap<String, Option<Seconds>> {
        self.0.iter().map(|(name, length)| (name.clone(), length.seconds())).collect()
    }
}

impl PersonState {
    /// Takes the names that a place in the record gives the person.
    pub(crate) fn name(&mut self, mention: &Mention<'_>, at: Option<Timestamp>) {
        for (source, identity) in mention.names.into_iter().flatten() {
            self.display_name.offer(source, at, identity.display_name.as_deref());
            self.user_principal_name.offer(source, at, identity.user_principal_name.as_deref());
            self.tenant_id.offer(source, at, identity.tenant_id.as_deref());
        }
    }

    /// Takes a session on `sides` of which the person is.
    pub(crate) fn add(&mut self, view: &SessionView<'_>, sides: &[Side], person: &PersonId) {
        let session = view.session;
        let leg = self.legs.entry(Arc::clone(&view.leg)).or_default();
        leg.established |= view.course.was_established();
        leg.dropped |= view.course.dropped;
        if !view.has_mailbox() {
            self.own_course.get_or_insert_default().add(view.course);
        }
        self.attendance.add(view.course, view.is_left_behind);
        if sides.contains(&Side::Caller) {
            self.add_first_call(view);
        }
        self.talk.add(view.course.time);
        self.first_joined_at = earliest(self.first_joined_at, session.started_at);
        self.last_left_at = self.last_left_at.max(session.end());
        self.add_failure(view);
        for modality in &session.modalities {
            self.modalities.add(modality.as_str(), view.course.time);
        }
        for endpoint in sides.iter().filter_map(|side| session.endpoint(*side)) {
            self.add_endpoint(endpoint, view.course.time);
        }
        let own_sides = view.own_sides(person);
        for (segment, own) in session.segments.iter().zip(&own_sides) {
            for media in &segment.media {
                for side in own.iter().copied() {
                    let device = media.device(side);
                    let capture = device.capture.iter();
                    capture.for_each(|name| bounds::insert(&mut self.capture_devices, name));
                    let render = device.render.iter();
                    render.for_each(|name| bounds::insert(&mut self.render_devices, name));
                    self.add_network(media.network(side), view.course.time);
                }
            }
        }
        for stream in view.streams.iter() {
            let own = own_sides.get(stream.segment).copied().unwrap_or_default();
            if !own.is_empty() {
                self.streams.add(stream, own);
            }
        }
        if view.facts.is_some() {
            self.paths.get_or_insert_default().add(view, sides, &own_sides);
        }
        let feedback = view.feedback(sides, &own_sides);
        self.feedback.add(&view.leg.session, session.time(), feedback);
    }

    fn add_first_call(&mut self, view: &SessionView<'_>) {
        let session = view.session;
        let first = self
            .first_call
            .as_ref()
            .map(|first| (first.no_start, first.started_at, first.session.as_ref()));
        let call = (session.started_at.is_none(), session.started_at, session.id.as_ref());
        if first.is_none_or(|first| call < first) {
            let (no_start, started_at, id) = call;
            self.first_call = Some(FirstCall { no_start, started_at, session: id.cloned() });
        }
    }

    fn add_failure(&mut self, view: &SessionView<'_>) {
        let session = view.session;
        let at = session.time();
        let reason = session.failure_reason().map(bounds::short);
        if session.failed_at(&FailureStage::CallSetup) {
            self.setup_failure_reason.offer(Source::Session, at, reason);
        } else {
            self.other_failure_reason.offer(Source::Session, at, reason);
        }
        if view.course.dropped {
            self.drops.insert(session.end());
            self.drop_reason.offer(Source::Session, at, reason);
        }
        self.medium_failed |= view.course.medium_failed;
    }

    fn add_endpoint(&mut self, endpoint: &Endpoint, time: SessionTime) {
        let agent = &endpoint.user_agent;
        if let Some(platform) = &agent.platform {
            self.platforms.add(platform.as_str(), time);
        }
        if let Some(family) = &agent.product_family {
            bounds::insert(&mut self.product_families, family.as_str());
        }
        if let Some(version) = &agent.application_version {
            bounds::insert(&mut self.application_versions, version);
        }
    }

    fn add_network(&mut self, network: &Network, time: SessionTime) {
        if let Some(connection) = &network.connection_type {
            self.connections.add(connection.as_str(), time);
        }
        // A cable may report a Wi-Fi signal of 0.
        if let Some(connection) = &network.connection_type
            && !matches!(connection, ConnectionType::Wifi | ConnectionType::Unknown)
        {
            return;
        }
        if let Some(band) = network.wifi_band.as_ref().filter(|band| **band != WifiBand::Unknown) {
            bounds::insert(&mut self.wifi_bands, band.as_str());
        }
        if let Some(strength) = network.wifi_signal_strength {
            let (min, max) = self.wifi_signal_strength.unwrap_or((strength, strength));
            self.wifi_signal_strength = Some((min.min(strength), max.max(strength)));
        }
    }

    /// Whether the person is on a session.
    pub(crate) fn is_on_session(&self) -> bool {
        !self.legs.is_empty()
    }

    /// The identities of the person's sessions.
    pub(crate) fn sessions(&self) -> BTreeSet<&SessionKey> {
        self.legs.keys().map(|leg| &leg.session).collect()
    }

    /// How many of the person's sessions have a leg that is so.
    pub(crate) fn legs_that(&self, holds: fn(&Leg) -> bool) -> usize {
        let legs = self.legs.iter().filter(|(_, leg)| holds(leg));
        legs.map(|(key, _)| &key.session).collect::<BTreeSet<_>>().len()
    }

    /// Whether the person was back soon after every session that dropped; none when nothing
    /// dropped, or it cannot be known.
    pub(crate) fn rejoined(&self) -> Option<bool> {
        let back = |at: &Timestamp| self.talk.goes_on_after(*at, BACK_WITHIN);
        if self.drops.iter().flatten().any(|at| !back(at)) {
            return Some(false);
        }
        (!self.drops.is_empty() && !self.drops.contains(&None)).then_some(true)
    }
}

/// A person who is back in the call so soon after a drop has rejoined.
const BACK_WITHIN: SignedDuration = SignedDuration::from_mins(2);

/// The earlier of two times; a time that is not known is not early.
pub(crate) fn earliest(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    a.into_iter().chain(b).min()
}
