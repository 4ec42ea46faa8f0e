//! The streams of a session, judged. Streams repeat when sessions do, so each has a key.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher as _, DefaultHasher, Hash, Hasher as _, RandomState};
use std::sync::{Arc, LazyLock};

use jiff::Timestamp;

use crate::compact::CompactMap;
use crate::media::{Content, Side};
use crate::participation::StreamCounts;
use crate::person_kind::PersonId;
use crate::session::SessionKey;
use crate::{AudioClassifier, Quality, Session, Stream, StreamDirection, VideoClassifier};

/// What tells a leg from the others of the call: session ids repeat, also between people. Compared by
/// its digest.
#[derive(Clone, Debug)]
pub(crate) struct LegKey {
    pub(crate) session: SessionKey,
    /// Of the session, and of who or what is named on the caller's end, else on the callee's.
    digest: u128,
}

/// What tells a stream from the others of the call.
///
/// There is a digest of it: a large meeting has more streams than there is memory for their ids. It is
/// compared within one process only.
#[derive(Clone, Debug)]
pub(crate) struct StreamKey {
    leg: Arc<LegKey>,
    /// Of the leg, too.
    digest: u128,
}

/// Which segment of a session.
#[derive(Hash)]
enum SegmentKey<'a> {
    Id(&'a str),
    Place(usize),
}

/// Which of the streams of one label and direction in a segment.
#[derive(Hash)]
enum Which<'a> {
    Id(&'a str),
    /// Session ids and segment ids repeat, so that without an id only a stream that is the same in
    /// everything is the same stream: as on a session that is repeated.
    Unnamed {
        times: [Option<Timestamp>; 2],
        /// The place of the segment in the session, and of the stream among those of its label.
        place: [usize; 2],
        measured: u64,
    },
}

/// Tells what was measured of a stream from what was measured of another one. It is compared
/// within one run only.
fn measured(stream: &Stream) -> u64 {
    let mut hasher = DefaultHasher::new();
    format!("{stream:?}").hash(&mut hasher);
    hasher.finish()
}

/// A digest of 128 bits, by random keys of the process.
fn digest(what: &impl Hash) -> u128 {
    static KEYS: LazyLock<RandomState> = LazyLock::new(Default::default);
    let mut hasher = KEYS.build_hasher();
    what.hash(&mut hasher);
    let first = hasher.finish();
    // Of the same and one byte more, instead of reading it all twice.
    hasher.write_u8(0);
    u128::from(first) << 64 | u128::from(hasher.finish())
}

impl LegKey {
    pub(crate) fn new(session: SessionKey, first_end: Option<&PersonId>) -> Self {
        let digest = digest(&(&session, first_end));
        Self { session, digest }
    }
}

/// Compares by the digest.
macro_rules! by_digest {
    ($key:ident) => {
        impl PartialEq for $key {
            fn eq(&self, other: &Self) -> bool {
                self.digest == other.digest
            }
        }

        impl Eq for $key {}

        impl PartialOrd for $key {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $key {
            fn cmp(&self, other: &Self) -> Ordering {
                self.digest.cmp(&other.digest)
            }
        }
    };
}

by_digest!(LegKey);
by_digest!(StreamKey);

/// A stream of a session.
pub(crate) struct SessionStream {
    pub(crate) key: StreamKey,
    direction: Option<StreamDirection>,
    pub(crate) content: Content,
    pub(crate) quality: Quality,
    /// The place of its segment in the session.
    pub(crate) segment: usize,
    /// The place of its medium in the segment.
    pub(crate) medium: usize,
    /// Its place in the medium.
    pub(crate) index: usize,
}

impl StreamKey {
    pub(crate) fn session(&self) -> &SessionKey {
        &self.leg.session
    }
}

impl SessionStream {
    /// Which side sent it, and which received it; none where the direction is not known.
    pub(crate) fn ends(&self) -> (Option<Side>, Option<Side>) {
        match self.direction {
            Some(StreamDirection::CallerToCallee) => (Some(Side::Caller), Some(Side::Callee)),
            Some(StreamDirection::CalleeToCaller) => (Some(Side::Callee), Some(Side::Caller)),
            Some(StreamDirection::Other(_)) | None => (None, None),
        }
    }
}

/// The streams of one session, without those that are neither sound nor picture.
pub(crate) struct SessionStreams(Vec<SessionStream>);

/// How one of a person's streams was, and which way it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Judged {
    quality: Quality,
    sent: bool,
    received: bool,
}

/// Streams of one kind of content, each once.
#[derive(Clone, Debug, Default)]
pub(crate) struct JudgedStreams(CompactMap<StreamKey, Judged>);

/// The streams of a person.
#[derive(Clone, Debug, Default)]
pub(crate) struct PersonStreams {
    pub(crate) audio: JudgedStreams,
    pub(crate) video: JudgedStreams,
}

impl SessionStreams {
    pub(crate) fn of(session: &Session, leg: &Arc<LegKey>, classifier: AudioClassifier) -> Self {
        let mut streams = Vec::new();
        for (segment_index, segment) in session.segments.iter().enumerate() {
            let segment_key =
                segment.id.as_deref().map_or(SegmentKey::Place(segment_index), SegmentKey::Id);
            let mut places = CompactMap::<&str, usize>::default();
            for (medium, media) in segment.media.iter().enumerate() {
                let label = media.label.as_deref().unwrap_or_default();
                let labelled = media.labelled();
                let first_place = places.get(label).copied().unwrap_or_default();
                places.insert(label, first_place + media.streams.len());
                for (index, stream) in media.streams.iter().enumerate() {
                    let content = labelled.unwrap_or_else(|| stream.content());
                    let quality = match content {
                        Content::Audio => classifier.classify(stream),
                        Content::Video => VideoClassifier.classify(stream, false),
                        Content::ScreenSharing => VideoClassifier.classify(stream, true),
                        Content::Other => continue,
                    };
                    let which = match &stream.id {
                        Some(id) => Which::Id(id),
                        None => Which::Unnamed {
                            times: [session.started_at, session.ended_at],
                            place: [segment_index, first_place + index],
                            measured: measured(stream),
                        },
                    };
                    let key = StreamKey {
                        leg: Arc::clone(leg),
                        digest: digest(&(
                            leg.digest,
                            &segment_key,
                            label,
                            which,
                            &stream.direction,
                        )),
                    };
                    streams.push(SessionStream {
                        key,
                        direction: stream.direction.clone(),
                        content,
                        quality,
                        segment: segment_index,
                        medium,
                        index,
                    });
                }
            }
        }
        Self(streams)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &SessionStream> {
        self.0.iter()
    }

    /// The streams of the session, of all people, each once.
    pub(crate) fn of_all(&self) -> PersonStreams {
        let mut all = PersonStreams::default();
        self.iter().for_each(|stream| all.add(stream, &[]));
        all
    }
}

impl PersonStreams {
    /// Adds a stream of a segment on whose `sides` the person is.
    pub(crate) fn add(&mut self, stream: &SessionStream, sides: &[Side]) {
        let (from, to) = stream.ends();
        let is_on = |side: Option<Side>| side.is_some_and(|side| sides.contains(&side));
        let judged = Judged { quality: stream.quality, sent: is_on(from), received: is_on(to) };
        let is_audio = stream.content == Content::Audio;
        let streams = if is_audio { &mut self.audio } else { &mut self.video };
        streams.add(&stream.key, judged);
    }
}

impl JudgedStreams {
    /// Adds a stream. When it is there already with another judgement, the worse one stays: it is
    /// the same whichever came first, and a measurement says more than none.
    fn add(&mut self, key: &StreamKey, judged: Judged) {
        match self.0.get_mut(key) {
            Some(known) => {
                known.quality = known.quality.max(judged.quality);
                known.sent |= judged.sent;
                known.received |= judged.received;
            }
            None => self.0.insert(key.clone(), judged),
        }
    }

    /// How many sessions have a stream of at least this quality, where poor is the most.
    pub(crate) fn legs(&self, at_least: Quality) -> u32 {
        let of_quality = self.0.iter().filter(|(_, judged)| judged.quality >= at_least);
        count(of_quality.map(|(key, _)| &key.leg.session).collect::<BTreeSet<_>>().len())
    }

    /// How many streams that were received are of at least this quality.
    pub(crate) fn received(&self, at_least: Quality) -> u32 {
        let judged = self.0.values().filter(|judged| judged.received);
        count(judged.filter(|judged| judged.quality >= at_least).count())
    }

    /// How many streams that were sent are of at least this quality.
    pub(crate) fn sent(&self, at_least: Quality) -> u32 {
        let judged = self.0.values().filter(|judged| judged.sent);
        count(judged.filter(|judged| judged.quality >= at_least).count())
    }

    pub(crate) fn counts(&self, classifier: &str, classifier_version: u32) -> StreamCounts {
        counts_of(self.0.values().map(|it| it.quality), classifier, classifier_version)
    }
}

/// The streams of all people of a call, each once.
#[derive(Debug, Default)]
pub(crate) struct CallStreams<'a>(BTreeMap<&'a StreamKey, Quality>);

impl<'a> CallStreams<'a> {
    pub(crate) fn add_all(&mut self, streams: &'a JudgedStreams) {
        for (key, judged) in streams.0.iter() {
            let known = self.0.entry(key).or_insert(judged.quality);
            *known = judged.quality.max(*known);
        }
    }

    /// How many legs have a stream of at least this quality.
    pub(crate) fn legs(&self, at_least: Quality) -> u32 {
        let of_quality = self.0.iter().filter(|(_, quality)| **quality >= at_least);
        count(of_quality.map(|(key, _)| &key.leg).collect::<BTreeSet<_>>().len())
    }

    pub(crate) fn counts(&self, classifier: &str, classifier_version: u32) -> StreamCounts {
        counts_of(self.0.values().copied(), classifier, classifier_version)
    }
}

fn counts_of(
    streams: impl Iterator<Item = Quality>,
    classifier: &str,
    classifier_version: u32,
) -> StreamCounts {
    let classifier = classifier.to_owned();
    let mut counts = StreamCounts { classifier, classifier_version, ..StreamCounts::default() };
    for quality in streams {
        let counted = match quality {
            Quality::Good => &mut counts.good,
            Quality::Poor => &mut counts.poor,
            Quality::Unclassified => &mut counts.unclassified,
        };
        *counted = counted.saturating_add(1);
    }
    counts
}

/// A number of things that are in memory, as it is stored.
pub(crate) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
