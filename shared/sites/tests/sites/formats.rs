//! What a building file may look like.

use proptest::prelude::*;
use rstest::rstest;
use sites::{Site, Sites};

use crate::files::{fields, line, parse};

fn located(file: &[u8], address: &str) -> Site {
    let sites = Sites::parse(file).unwrap_or_else(|refused| panic!("{refused}"));
    let address = sites::parse_address(address).unwrap();
    sites.locate(address).expect("the address is in a row").clone()
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn every_column_becomes_a_field() {
    let file =
        "10.1.2.0\tFloor 2\t24\tTower\tLeased\tOffice\tSales\tBerlin\t10115\tDE\tBE\tEMEA\t1\t0\t1";
    let site = located(file.as_bytes(), "10.1.2.7");
    assert_eq!((site.line, site.network.to_string().as_str()), (1, "10.1.2.0/24"));
    let texts = [
        site.network_name,
        site.building,
        site.ownership,
        site.building_type,
        site.office_type,
        site.city,
        site.zip_code,
        site.country,
        site.state,
        site.region,
    ];
    let expected = ["Floor 2", "Tower", "Leased", "Office", "Sales", "Berlin", "10115", "DE", "BE"];
    assert_eq!(texts.each_ref().map(|text| &**text)[..9], expected);
    assert_eq!(&*texts[9], "EMEA");
    assert_eq!((site.inside_corp, site.express_route, site.vpn), (true, false, true));
}

#[rstest]
#[case::inside_corp(12, (true, false, false))]
#[case::express_route(13, (false, true, false))]
#[case::vpn(14, (false, false, true))]
fn each_flag_has_its_column(#[case] column: usize, #[case] expected: (bool, bool, bool)) {
    let mut fields = fields("10.1.2.0", 24);
    fields[12] = "0".to_owned();
    fields[column] = "1".to_owned();
    let site = located(fields.join("\t").as_bytes(), "10.1.2.7");
    assert_eq!((site.inside_corp, site.express_route, site.vpn), expected);
}

#[rstest]
#[case::building_and_city("Tower", "Berlin", "Floor 2", "Tower, Berlin")]
#[case::building("Tower", "", "Floor 2", "Tower")]
#[case::no_building("", "Berlin", "Floor 2", "Floor 2")]
#[case::neither("", "Berlin", "", "10.1.2.0/24")]
fn a_site_has_a_name(
    #[case] building: &str,
    #[case] city: &str,
    #[case] network_name: &str,
    #[case] name: &str,
) {
    let mut fields = fields("10.1.2.0", 24);
    (fields[1], fields[3], fields[7]) = (network_name.into(), building.into(), city.into());
    assert_eq!(located(fields.join("\t").as_bytes(), "10.1.2.7").name(), name);
}

#[test]
fn without_the_column_vpn_no_row_is_a_vpn() {
    let file = fields("10.1.2.0", 24)[..14].join("\t");
    assert!(!located(file.as_bytes(), "10.1.2.7").vpn);
}

#[test]
fn a_row_may_be_ipv6() {
    let site = located(line("2001:db8:1::", 48).as_bytes(), "2001:db8:1:2::3");
    assert_eq!(site.network.to_string(), "2001:db8:1::/48");
}

#[rstest]
#[case::tab('\t')]
#[case::comma(',')]
fn the_first_line_with_values_decides_about_the_separator(#[case] separator: char) {
    let mut file = "\r\n  \n,,,\n".to_owned();
    file += &fields("10.1.2.0", 24).join(&separator.to_string());
    let site = located(file.as_bytes(), "10.1.2.7");
    assert_eq!((site.line, site.name().as_str()), (4, "Tower, Berlin"));
}

#[test]
fn a_tab_separated_file_may_have_more_commas_than_tabs() {
    let mut fields = fields("10.1.2.0", 24);
    fields[3] = "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r".to_owned();
    let file = fields[..14].join("\t");
    assert_eq!(&*located(file.as_bytes(), "10.1.2.7").building, fields[3].as_str());
}

#[test]
fn a_comma_separated_file_may_have_a_tab() {
    let mut fields = fields("10.1.2.0", 24);
    fields[3] = "\tTower".to_owned();
    assert_eq!(&*located(fields.join(",").as_bytes(), "10.1.2.7").building, "Tower");
}

#[rstest]
#[case::a_comma(',', r#""Tower, North""#, "Tower, North")]
#[case::quotation_marks(',', r#""The ""Tower""""#, r#"The "Tower""#)]
#[case::a_comma_in_a_tab_separated_file('\t', r#""Tower, North""#, "Tower, North")]
#[case::a_tab('\t', "\" Tower \"", "Tower")]
#[case::nothing(',', r#""""#, "")]
#[case::a_mark_that_does_not_enclose(',', r#"6" pipes"#, r#"6" pipes"#)]
fn a_field_may_be_enclosed_in_quotation_marks(
    #[case] separator: char,
    #[case] written: &str,
    #[case] building: &str,
) {
    for count in [14, 15] {
        let mut fields = fields("10.1.2.0", 24);
        fields[3] = written.to_owned();
        let file = fields[..count].join(&separator.to_string());
        assert_eq!(&*located(file.as_bytes(), "10.1.2.7").building, building);
    }
}

#[rstest]
#[case::lf("\n")]
#[case::crlf("\r\n")]
#[case::cr("\r")]
fn lines_end_in_each_way(#[case] end: &str) {
    let file = [line("10.1.2.0", 24), line("10.1.3.0", 24)].join(end) + end + end;
    let site = located(file.as_bytes(), "10.1.3.7");
    assert_eq!((site.line, site.vpn), (2, false));
}

#[test]
fn blank_lines_are_ignored_and_counted() {
    let file = format!("\n{}\n \t \n\t\t\t\n{}\n\n", line("10.1.2.0", 24), line("10.1.3.0", 24));
    let sites = Sites::parse(file.as_bytes()).unwrap();
    assert_eq!(sites.iter().map(|site| site.line).collect::<Vec<_>>(), [2, 5]);
}

#[test]
fn every_supported_encoding_gives_the_same_rows() {
    let mut fields = fields("10.1.2.0", 24);
    fields[3] = "Hauptgebäude 本社 🏢".to_owned();
    let text = fields.join("\t") + "\r\n" + &line("10.1.3.0", 24);
    let with_mark = format!("\u{feff}{text}");
    for file in [
        text.as_bytes().to_vec(),
        with_mark.as_bytes().to_vec(),
        utf16(&with_mark, u16::to_le_bytes),
        utf16(&with_mark, u16::to_be_bytes),
    ] {
        assert_eq!(located(&file, "10.1.2.7").name(), "Hauptgebäude 本社 🏢, Berlin");
        assert_eq!(located(&file, "10.1.3.7").line, 2);
    }
}

#[test]
fn a_file_has_a_digest_and_the_default_has_none() {
    let file = line("10.1.2.0", 24);
    let digest = |file: &str| Sites::parse(file.as_bytes()).unwrap().digest().to_owned();
    // printf '10.1.2.0\tFloor 2\t24\t…' | sha256sum
    assert_eq!(digest(&file), "e17cee76a55d50cd");
    assert_ne!(digest(&file), digest(&format!("{file}\n")));
    let none = Sites::default();
    assert_eq!((none.len(), none.is_empty(), none.digest()), (0, true, ""));
    assert!(none.locate([10, 1, 2, 7].into()).is_none());
    assert!(none.locate("2001:db8::1".parse().unwrap()).is_none());
}

#[test]
fn the_smallest_and_the_largest_prefix_lengths_are_taken() {
    let lines =
        [line("128.0.0.0", 1), line("10.1.2.3", 32), line("8000::", 1), line("2001:db8::1", 128)];
    let sites = parse(&lines).unwrap();
    assert_eq!((sites.len(), sites.is_empty()), (4, false));
    let networks: Vec<String> = sites.iter().map(|site| site.network.to_string()).collect();
    assert_eq!(networks, ["10.1.2.3/32", "128.0.0.0/1", "2001:db8::1/128", "8000::/1"]);
}

#[test]
fn a_text_may_have_256_characters() {
    let mut fields = fields("10.1.2.0", 24);
    fields[3] = "ä".repeat(256);
    assert_eq!(&*located(fields.join("\t").as_bytes(), "10.1.2.7").building, fields[3].as_str());
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        texts in prop::collection::vec("[^\\p{C}\t]{0,20}", 9),
        flags in any::<[bool; 3]>(),
        comma in any::<bool>(),
    ) {
        let flag = |index: usize| if flags[index] { "1" } else { "0" };
        let mut row = vec!["10.1.2.0", texts[0].as_str(), "24"];
        row.extend(texts[1..].iter().map(String::as_str));
        row.push("EMEA");
        row.extend([flag(0), flag(1), flag(2)]);
        let mut writer = csv::WriterBuilder::new();
        writer.delimiter(if comma { b',' } else { b'\t' });
        let mut writer = writer.from_writer(Vec::new());
        writer.write_record(&row).unwrap();
        let site = located(&writer.into_inner().unwrap(), "10.1.2.7");
        prop_assert_eq!(&*site.network_name, texts[0].trim());
        prop_assert_eq!(&*site.building, texts[1].trim());
        prop_assert_eq!(&*site.city, texts[5].trim());
        prop_assert_eq!(&*site.state, texts[8].trim());
        prop_assert_eq!([site.inside_corp, site.express_route, site.vpn], flags);
    }
}
