use call_table::{RawPage, page_body};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;

/// Incompressible bytes.
fn noise(length: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(7);
    std::iter::repeat_with(|| random.u8(..)).take(length).collect()
}

fn items(body: &[u8]) -> Vec<Item> {
    let sha256 = Sha256::digest(body);
    page_items("CALL#c", "RAW#1#record-0000#00#", &PageKind::Record, 0, body, &sha256).unwrap()
}

#[test]
fn every_part_stays_below_the_limit_of_an_item() {
    let items = items(&noise(3_000_000));
    assert_eq!(items.len(), 9);
    assert!(items.iter().all(|part| item::size(part) < 360 * 1024));
}

#[test]
fn an_empty_page_comes_back_empty() {
    assert_eq!(page_body("p", &items(b"")).unwrap(), b"");
}

#[test]
fn a_page_that_lost_a_part_is_corrupt() {
    let mut items = items(&noise(1_000_000));
    items.remove(1);
    let error = page_body("p", &items).unwrap_err();
    assert_eq!(error, TableError::Corrupt("the page p has 2 of 3 parts".to_owned()));
}

#[test]
fn a_page_that_was_changed_is_corrupt() {
    let mut changed = items(b"{\"id\":\"one\"}");
    let other = items(b"{\"id\":\"two\"}");
    changed[0].insert("data".to_owned(), other[0]["data"].clone());
    assert!(matches!(page_body("p", &changed), Err(TableError::Corrupt(_))));
}

#[test]
fn the_debug_text_of_a_page_has_no_body() {
    let page = RawPage { kind: PageKind::Record, number: 0, body: b"Robin Sample".to_vec() };
    assert!(!format!("{page:?}").contains("Robin"));
    assert!(!format!("{page:?}").contains("82"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_page_comes_back_byte_for_byte(body in prop::collection::vec(any::<u8>(), 0..2_000)) {
        prop_assert_eq!(page_body("p", &items(&body)).unwrap(), body);
    }
}
