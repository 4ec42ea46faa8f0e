//! Which files are refused, and what is said about them.

use proptest::prelude::*;
use rstest::rstest;
use sites::{COLUMNS, MAX_LISTED, Sites};

use crate::files::{errors, fields, line, only_error, parse};

#[rstest]
#[case::nothing(b"")]
#[case::a_byte_order_mark(b"\xef\xbb\xbf")]
#[case::white_space(b" \r\n\t\t\n\n")]
#[case::nothing_but_separators(b",,,,,,,,,,,,,,\r\n")]
#[case::nothing_in_utf_16(b"\xff\xfe")]
fn a_file_without_a_row_is_refused(#[case] file: &[u8]) {
    assert!(only_error(file).starts_with("the file has no rows: "));
}

#[rstest]
#[case::latin_1(b"10.1.2.0,a\nB\xfcro", "line 2: the file is not UTF-8 from this line on")]
#[case::a_workbook(b"PK\x03\x04...", "the file is an Excel workbook")]
#[case::utf_16_without_a_mark(b"1\x000\x00", "the file looks like UTF-16 without")]
#[case::big_endian_utf_16_without_a_mark(b"\x001\x000", "the file looks like UTF-16 without")]
#[case::utf_32(b"\xff\xfe\x00\x001\x00\x00\x00", "the file is UTF-32")]
#[case::big_endian_utf_32(b"\x00\x00\xfe\xff\x00\x00\x001", "the file is UTF-32")]
#[case::half_a_character(b"\xff\xfe1\x000", "the file begins as UTF-16, and is damaged")]
#[case::half_a_pair(b"\xff\xfe\x00\xd8", "the file begins as UTF-16, and is damaged")]
fn another_encoding_is_refused_with_how_to_save_the_file(#[case] file: &[u8], #[case] said: &str) {
    let error = only_error(file);
    assert!(error.starts_with(said), "{error}");
    assert!(error.contains("save it as UTF-8"), "{error}");
}

#[rstest]
#[case::no_address(0, "tower", r#""tower" is no IP address"#)]
#[case::no_ip(0, "", "is empty: write an address")]
#[case::leading_zeros(0, "010.1.2.0", "is no IP address")]
#[case::a_mark_within(0, "\u{feff}10.1.2.0", r#""\u{feff}10.1.2.0" is no IP address"#)]
#[case::a_prefix_length_behind(0, "10.1.2.0/24", "write that into NetworkRange")]
#[case::ipv4_in_ipv6(0, "::ffff:10.1.2.0", "write it as IPv4")]
#[case::no_range(2, "", "is empty: write a prefix length from 1 to 32")]
#[case::zero(2, "0", r#""0" is no prefix length: write a prefix length from 1 to 32"#)]
#[case::longer_than_the_address(2, "33", "from 1 to 32")]
#[case::far_too_long(2, "280", "from 1 to 32")]
#[case::a_sign(2, "+24", "from 1 to 32")]
#[case::a_slash(2, "/24", "from 1 to 32")]
#[case::a_mask(2, "255.255.255.0", "from 1 to 32")]
#[case::too_long(3, &"a".repeat(257), "is longer than 256 characters: shorten it")]
#[case::a_nul(7, "Ber\0lin", "contains the control character U+0000: delete it")]
#[case::a_carriage_return(11, "EM\rEA", "contains the control character U+000D: delete it")]
#[case::a_word(12, "yes", r#""yes" is neither 0 nor 1"#)]
#[case::no_flag(13, "", "is empty: write 0 or 1")]
#[case::two(14, "2", r#""2" is neither 0 nor 1"#)]
fn a_wrong_field_is_named_with_its_line_its_column_and_what_to_do(
    #[case] column: usize,
    #[case] field: &str,
    #[case] said: &str,
) {
    let mut fields = fields("10.1.2.0", 24);
    fields[column] = field.to_owned();
    let file = format!("{}\n\n{}\n", line("10.1.3.0", 24), fields.join("\t"));
    let error = only_error(file.as_bytes());
    assert!(error.starts_with(&format!("line 3, {}: ", COLUMNS[column])), "{error}");
    assert!(error.contains(said), "{error}");
}

#[test]
fn ipv6_has_prefix_lengths_up_to_128() {
    let error = only_error(line("2001:db8::", 129).as_bytes());
    assert!(error.contains("from 1 to 128"), "{error}");
}

#[test]
fn every_wrong_field_of_a_line_is_named() {
    let mut fields = fields("10.1.2", 240);
    fields[12] = "x".to_owned();
    let errors = errors(fields.join("\t").as_bytes());
    let columns: Vec<_> = errors.iter().map(|error| error.column).collect();
    assert_eq!(columns, [Some("NetworkIP"), Some("NetworkRange"), Some("InsideCorp")]);
}

#[rstest]
#[case::as_documented(COLUMNS.join("\t"))]
#[case::in_another_spelling(COLUMNS.join("\t").to_uppercase().replace("NETWORK", "Network "))]
#[case::of_a_file_without_vpn(COLUMNS[..14].join("\t"))]
fn a_header_row_is_named_as_one(#[case] header: String) {
    let error = only_error(format!("{header}\n{}", line("10.1.2.0", 24)).as_bytes());
    assert!(error.starts_with("line 1: is a header row (NetworkIP, NetworkName, …)"), "{error}");
}

#[test]
fn one_name_of_a_column_does_not_make_a_header() {
    let mut fields = fields("10.1.2.0", 24);
    fields[11] = "Region".to_owned();
    assert!(parse(&[fields.join("\t")]).is_ok());
}

#[rstest]
#[case::one_column_missing(
    "\t",
    13,
    "has 13 columns, separated by tab",
    "needs its separator, too"
)]
#[case::one_column("\t", 1, "has 1 column, separated by tab", "needs its separator, too")]
#[case::one_comma_too_many(",", 16, "has 16 columns, separated by comma", "enclose a text")]
#[case::one_tab_too_many("\t", 16, "has 16 columns, separated by tab", "delete what is behind VPN")]
fn a_wrong_number_of_columns_is_refused(
    #[case] separator: &str,
    #[case] count: usize,
    #[case] said: &str,
    #[case] what_to_do: &str,
) {
    let mut row = fields("10.1.2.0", 24).to_vec();
    row.push("0".to_owned());
    let first = fields("10.1.3.0", 24).join(separator);
    let error = only_error(format!("{first}\n{}", row[..count].join(separator)).as_bytes());
    assert!(error.starts_with(&format!("line 2: {said}")), "{error}");
    assert!(error.contains(what_to_do), "{error}");
}

#[test]
fn lines_of_the_other_separator_are_refused() {
    let commas = fields("10.1.3.0", 24).join(",");
    let error = only_error(format!("{}\n{commas}", line("10.1.2.0", 24)).as_bytes());
    assert!(
        error.starts_with("line 2: has 1 column, separated by tab as in the first line"),
        "{error}"
    );
}

#[test]
fn a_file_with_semicolons_has_no_separator() {
    let error = only_error(line("10.1.2.0", 24).replace('\t', ";").as_bytes());
    assert!(error.starts_with("line 1: has neither a tab nor a comma"), "{error}");
}

#[rstest]
#[case::in_the_middle(3, "\"Tower")]
#[case::at_the_end(14, "\"0")]
#[case::alone(14, "\"")]
fn a_quotation_mark_without_a_partner_does_not_swallow_the_next_line(
    #[case] column: usize,
    #[case] field: &str,
) {
    let mut fields = fields("10.1.2.0", 24);
    fields[column] = field.to_owned();
    let file =
        format!("{}\n{}\n", fields.join("\t"), line("10.1.3.0", 24).replace("Tower", "\"Tower\""));
    let error = only_error(file.as_bytes());
    assert!(error.starts_with("line 1: a quotation mark (\") has no partner"), "{error}");
}

#[test]
fn equal_networks_are_refused_with_all_their_lines() {
    let lines = [
        line("10.1.2.0", 24),
        line("10.1.0.0", 16),
        line("10.1.2.9", 24),
        line("2001:db8::", 32),
        line("10.1.2.255", 24),
        line("2001:db8:1::", 32),
    ];
    let shown = parse(&lines).unwrap_err().to_string();
    let shown: Vec<&str> = shown.lines().collect();
    assert_eq!(shown.len(), 2);
    assert!(
        shown[0].starts_with("line 1, NetworkIP: the network 10.1.2.0/24 is in lines 1, 3, 5 (")
    );
    assert!(
        shown[1].starts_with("line 4, NetworkIP: the network 2001:db8::/32 is in lines 4, 6 (")
    );
}

#[test]
fn a_row_with_another_error_is_compared_all_the_same() {
    let mut wrong = fields("10.1.2.0", 24);
    wrong[12] = String::new();
    let refused = parse(&[line("10.1.2.0", 24), wrong.join("\t")]).unwrap_err();
    let places: Vec<_> = refused.errors.iter().map(|error| (error.line, error.column)).collect();
    assert_eq!(places, [(Some(1), Some("NetworkIP")), (Some(2), Some("InsideCorp"))]);
}

#[test]
fn errors_beyond_a_thousand_are_counted() {
    let refused = parse(&vec!["\tx".to_owned(); MAX_LISTED + 234]).unwrap_err();
    assert_eq!((refused.errors.len(), refused.not_listed), (MAX_LISTED, 234));
    assert!(refused.to_string().ends_with("\nand 234 more"));
    let refused = parse(&vec!["\tx".to_owned(); MAX_LISTED]).unwrap_err();
    assert_eq!((refused.errors.len(), refused.not_listed), (MAX_LISTED, 0));
    assert!(!refused.to_string().contains("more"));
}

#[test]
fn lines_of_one_network_beyond_a_thousand_are_counted() {
    let error = only_error(vec![line("10.1.2.0", 24); MAX_LISTED + 20].join("\n").as_bytes());
    assert!(error.contains(", 999, 1000 and 20 more ("), "{error}");
    let error = only_error(vec![line("10.1.2.0", 24); MAX_LISTED].join("\n").as_bytes());
    assert!(error.contains(", 999, 1000 ("), "{error}");
}

#[rstest]
#[case::of_separators("\t".repeat(1_000_000) + "x")]
#[case::of_one_field("x".repeat(1_000_000))]
#[case::of_a_quoted_field(format!("\"{}", "x".repeat(1_000_000)))]
#[case::of_an_address(fields(&"1".repeat(1_000_000), 24).join("\t"))]
#[case::of_a_name(line("10.1.2.0", 24).replace("Tower", &"x".repeat(1_000_000)))]
#[case::of_a_flag(line("10.1.2.0", 24) + &"0".repeat(1_000_000))]
fn an_error_about_an_extremely_long_line_is_short(#[case] long: String) {
    let error = only_error(format!("{}\n{long}", line("10.1.3.0", 24)).as_bytes());
    assert!(error.starts_with("line 2"), "{error}");
    assert!(error.len() < 300, "{error}");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Sites::parse(&bytes);
    }

    /// Any byte anywhere in a right file.
    #[test]
    fn no_damage_makes_it_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), comma in any::<bool>()) {
        let separator = if comma { "," } else { "\t" };
        let rows = [fields("10.1.2.0", 24), fields("2001:db8::", 32)].map(|row| row.join(separator));
        let mut file = rows.join("\r\n").into_bytes();
        let at = at.index(file.len());
        file[at] = byte;
        if let Err(refused) = Sites::parse(&file) {
            prop_assert!(!refused.errors.is_empty());
        }
    }
}
