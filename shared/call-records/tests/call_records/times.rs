//! Times, durations and lengths.

use std::time::Duration;

use call_records::{Seconds, parse_duration, parse_timestamp};
use rstest::rstest;

#[rstest]
#[case::seconds("2026-03-02T09:00:00Z", "2026-03-02T09:00:00Z")]
#[case::one_digit("2026-03-02T09:00:00.5Z", "2026-03-02T09:00:00.5Z")]
#[case::six_digits("2026-03-02T09:00:00.582757Z", "2026-03-02T09:00:00.582757Z")]
#[case::seven_digits("2026-03-02T09:00:00.2169889Z", "2026-03-02T09:00:00.2169889Z")]
#[case::nine_digits("2026-03-02T09:00:00.123456789Z", "2026-03-02T09:00:00.123456789Z")]
#[case::cut_after_nine("2026-03-02T09:00:00.1234567899Z", "2026-03-02T09:00:00.123456789Z")]
#[case::east("2026-03-02T10:30:00+01:30", "2026-03-02T09:00:00Z")]
#[case::west("2026-03-01T19:00:00.25-14:00", "2026-03-02T09:00:00.25Z")]
#[case::zero_offset("2026-03-02T09:00:00.000+00:00", "2026-03-02T09:00:00Z")]
#[case::no_offset("2026-03-02T09:00:00.5", "2026-03-02T09:00:00.5Z")]
#[case::blanks_around(" 2026-03-02T09:00:00Z ", "2026-03-02T09:00:00Z")]
#[case::leap_day("2028-02-29T00:00:00Z", "2028-02-29T00:00:00Z")]
#[case::long_ago("0001-01-01T00:00:00.001Z", "0001-01-01T00:00:00.001Z")]
fn a_time_is_read(#[case] text: &str, #[case] instant: &str) {
    assert_eq!(parse_timestamp(text).unwrap().to_string(), instant);
}

#[rstest]
#[case::never("0001-01-01T00:00:00Z")]
#[case::never_with_digits("0001-01-01T00:00:00.0000000Z")]
#[case::empty("")]
#[case::word("yesterday")]
#[case::date_alone("2026-03-02")]
#[case::no_such_day("2026-02-30T00:00:00Z")]
#[case::no_such_hour("2026-03-02T25:00:00Z")]
#[case::no_such_offset("2026-03-02T09:00:00+99:00")]
#[case::after_the_last_year("9999-12-31T23:59:59.9999999-23:59")]
#[case::five_digit_year("+12345-01-01T00:00:00Z")]
#[case::number("1772442000")]
#[case::half("2026-03-02T09:00:00.")]
#[case::not_ascii("2026-03-02T09:00:00.５Z")]
fn a_time_that_cannot_be_is_unknown(#[case] text: &str) {
    assert_eq!(parse_timestamp(text), None);
}

#[rstest]
#[case("PT0.016S", 16)]
#[case("PT0S", 0)]
#[case("PT1H2M3.5S", 3_723_500)]
#[case("P1D", 86_400_000)]
#[case("P1DT2H", 93_600_000)]
#[case("P2W", 1_209_600_000)]
#[case("P1W1DT1M", 691_260_000)]
#[case("PT90M", 5_400_000)]
#[case("PT1.5H", 5_400_000)]
#[case("P0.5D", 43_200_000)]
#[case("PT0,25S", 250)]
#[case("pt1s", 1_000)]
#[case("+PT1S", 1_000)]
#[case("PT0.0019999999999S", 1)]
#[case("P0Y", -1)]
fn a_duration_is_read(#[case] text: &str, #[case] milliseconds: i64) {
    let duration = parse_duration(text);
    let expected = u64::try_from(milliseconds).ok().map(u128::from);
    assert_eq!(duration.map(|duration| duration.as_millis()), expected);
}

#[test]
fn a_duration_is_exact_to_the_nanosecond() {
    assert_eq!(parse_duration("PT0.000000001S"), Some(Duration::from_nanos(1)));
    assert_eq!(parse_duration("PT0.1234567891S"), Some(Duration::from_nanos(123_456_789)));
}

#[rstest]
#[case::negative("-PT1S")]
#[case::two_signs("+-PT1S")]
#[case::plus_inside("PT+1S")]
#[case::negative_component("PT-1S")]
#[case::month("P1M")]
#[case::year("P1Y2D")]
#[case::empty("")]
#[case::only_p("P")]
#[case::only_pt("PT")]
#[case::t_without_time("P1DT")]
#[case::no_designator("PT1")]
#[case::no_amount("PTS")]
#[case::no_whole("PT.5S")]
#[case::no_fraction("PT5.S")]
#[case::wrong_order("PT1S1M")]
#[case::twice("PT1S1S")]
#[case::hours_as_date("P1H")]
#[case::fraction_not_last("PT1.5H1M")]
#[case::word("soon")]
#[case::number("0.016")]
#[case::too_long("P99999999999999999999D")]
#[case::too_long_in_sum("P213503982334601DT8H")]
#[case::not_ascii("PT1Ｓ")]
fn a_duration_that_cannot_be_is_unknown(#[case] text: &str) {
    assert_eq!(parse_duration(text), None);
}

#[rstest]
#[case(25_547, "25.547", "25.547")]
#[case(60_000, "60", "60")]
#[case(500, "0.5", "0.5")]
#[case(1_010, "1.01", "1.01")]
#[case(0, "0", "0")]
#[case(-1_250, "-1.25", "-1.25")]
#[case(31_557_600_000_001, "31557600000.001", "31557600000.001")]
fn seconds_are_written_as_a_number_and_read_back_exactly(
    #[case] milliseconds: i64,
    #[case] text: &str,
    #[case] json: &str,
) {
    let seconds = Seconds::from_millis(milliseconds);
    assert_eq!(seconds.to_string(), text);
    assert_eq!(serde_json::to_string(&seconds).unwrap(), json);
    assert_eq!(serde_json::from_str::<Seconds>(json).unwrap(), seconds);
}
