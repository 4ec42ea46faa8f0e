use super::*;

#[test]
fn a_link_may_be_followed_once() {
    let mut chain = PageChain::default();
    chain.follow("https://graph.microsoft.com/v1.0/a?$skiptoken=1").unwrap();
    chain.follow("https://graph.microsoft.com/v1.0/a?$skiptoken=2").unwrap();
    let circle = chain.follow("https://graph.microsoft.com/v1.0/a?$skiptoken=1");
    assert!(matches!(circle, Err(Error::EndlessPages { pages: 2 })));
}

#[test]
fn ten_thousand_pages_are_followed_and_no_more() {
    let mut chain = PageChain::default();
    for page in 0..10_000 {
        chain.follow(&page.to_string()).unwrap();
    }
    assert_eq!(chain.followed(), 10_000);
    let next = chain.follow("one more");
    assert!(matches!(next, Err(Error::EndlessPages { pages: 10_000 })));
}

#[test]
fn an_empty_page_that_leads_back_is_the_end_and_a_page_with_entries_is_not() {
    let mut chain = PageChain::default();
    let link = || Some("https://graph.microsoft.com/v1.0/a?$skiptoken=1".to_owned());
    assert_eq!(chain.next(link(), false).unwrap(), link());
    assert_eq!(chain.next(link(), true).unwrap(), None);
    assert!(matches!(chain.next(link(), false), Err(Error::EndlessPages { .. })));
    assert_eq!(chain.next(None, false).unwrap(), None);
}
