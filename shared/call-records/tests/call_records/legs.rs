//! What holds for the legs of every record.

use call_records::{
    AudioClassifier, Call, CallBuilder, Content, LegQuality, Measured, Quality, decode_record,
    decode_record_facts,
};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use crate::invented::{self, HOME};
use crate::properties::{any_record, sessions_of};

/// The call, and its people's legs.
fn with_legs(record: &Value) -> (Call, Vec<LegQuality>) {
    let json = record.to_string();
    let page = decode_record(json.as_bytes()).unwrap();
    let facts = decode_record_facts(json.as_bytes()).unwrap();
    assert_eq!(facts.len(), page.sessions.value.len());
    let mut builder = CallBuilder::new(Some(HOME), AudioClassifier::default());
    builder.record(&page.record);
    builder.participants(&page.participants.value);
    builder.sessions_with_facts(&page.sessions.value, &facts);
    let detail = builder.finish_in_detail().unwrap();
    (detail.call, detail.legs)
}

/// Video runs on a network as audio does, which may be another one.
#[test]
fn a_video_stream_has_the_network_of_its_own_media() {
    let media = |label: &str, address: &str, streams: Value| json!({"label": label, "callerNetwork": {"ipAddress": address}, "streams": streams});
    let sent = |rate: f64| {
        json!([{"streamId": "1", "streamDirection": "callerToCallee",
        "averageVideoFrameRate": rate, "averageVideoFrameLossPercentage": 12.5}])
    };
    let record = json!({
        "id": "c", "version": 1, "type": "groupCall", "startDateTime": "2026-11-23T08:00:00Z",
        "sessions": [{
            "id": "s", "startDateTime": "2026-11-23T08:00:00Z", "endDateTime": "2026-11-23T09:00:00Z",
            "caller": {"associatedIdentity": {"id": "ann", "tenantId": HOME}},
            "segments": [{"media": [
                media("main-audio", "10.1.1.1", json!([])),
                media("main-video", "10.1.2.2", sent(25.0)),
                media("applicationsharing-video", "10.1.3.3", sent(1.5)),
            ]}],
        }],
    });
    let (_, legs) = with_legs(&record);
    let [leg] = legs.as_slice() else { panic!("one leg: {legs:?}") };
    assert_eq!(leg.streams, []);
    let streams = leg.video_streams.iter().map(|it| {
        let Measured { frame_loss_ppm, frames_per_1000_s, .. } = it.measured;
        let address = it.path.network.address.as_deref();
        (it.content, it.sent, address, it.quality, frame_loss_ppm, frames_per_1000_s)
    });
    let expected = [
        (Content::Video, true, Some("10.1.2.2"), Quality::Good, Some(125_000), Some(25_000)),
        (Content::ScreenSharing, true, Some("10.1.3.3"), Quality::Good, Some(125_000), Some(1_500)),
    ];
    assert_eq!(streams.collect::<Vec<_>>(), expected);
}

proptest! {
    #[test]
    fn the_legs_of_a_person_add_up_to_their_part(record in any_record()) {
        let (call, legs) = with_legs(&record);
        prop_assert_eq!(&call, &invented::call(&record));
        for part in call.people.values() {
            let legs: Vec<_> = legs.iter().filter(|leg| leg.person == part.person).collect();
            let streams = |sent: bool, at_least: Quality| {
                let all = legs.iter().flat_map(|leg| &leg.streams);
                all.filter(|it| it.sent == sent && it.quality >= at_least).count()
            };
            let of_part =
                [part.judged_sent, part.poor_sent, part.judged_received, part.poor_received];
            let of_legs = [(true, Quality::Good), (true, Quality::Poor), (false, Quality::Good), (false, Quality::Poor)]
                .map(|(sent, at_least)| u32::try_from(streams(sent, at_least)).unwrap());
            prop_assert_eq!(of_legs, of_part);
            // Of a stream without a direction it is not known whose end it is.
            let counts = &part.video_streams;
            let videos = |sent: bool, quality| {
                let all = legs.iter().flat_map(|leg| &leg.video_streams);
                let way = all.filter(|it| it.sent == sent && it.quality == quality);
                u32::try_from(way.count()).unwrap()
            };
            for (quality, most) in [
                (Quality::Good, counts.good),
                (Quality::Poor, counts.poor),
                (Quality::Unclassified, counts.unclassified),
            ] {
                prop_assert!(videos(true, quality) <= most && videos(false, quality) <= most);
            }
            let number = |holds: fn(&LegQuality) -> bool| {
                u32::try_from(legs.iter().filter(|leg| holds(leg)).count()).unwrap()
            };
            prop_assert_eq!(number(|_| true), part.sessions);
            prop_assert_eq!(number(|leg| leg.established), part.established_legs);
            prop_assert_eq!(number(|leg| leg.dropped), part.dropped_legs);
        }
    }

    #[test]
    fn neither_the_order_of_sessions_nor_their_repetition_changes_legs(
        record in any_record(),
        order in prop::collection::vec(any::<u32>(), 16),
        which in any::<Index>(),
    ) {
        let mut shuffled = record.clone();
        let mut order = order.into_iter();
        let sessions = sessions_of(&mut shuffled);
        // Without ids, sessions are identified by their places.
        sessions.retain(|session| session["id"].is_string());
        prop_assume!(!sessions.is_empty());
        let mut record = record;
        *sessions_of(&mut record) = sessions.clone();
        let again = sessions[which.index(sessions.len())].clone();
        sessions.push(again);
        sessions.sort_by_cached_key(|_| order.next());
        prop_assert_eq!(with_legs(&shuffled).1, with_legs(&record).1);
    }
}
