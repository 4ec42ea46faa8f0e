//! What people come for is at most three clicks from the overview.

use crate::chromium::Chromium;
use crate::laptop::laptop;

/// A card by its heading.
fn card(browser: &mut Chromium, heading: &str) -> String {
    let id = heading.replace(' ', "-");
    let script = format!(
        "(() => {{
            const heads = [...document.querySelectorAll('.tcr-card h3')];
            const head = heads.find((h) => h.textContent === {heading:?});
            if (!head) throw new Error('there is no card {heading}');
            head.closest('.tcr-card').id = {id:?};
        }})()"
    );
    browser.evaluate(&script);
    format!("#{id}")
}

fn text_of(browser: &mut Chromium, selector: &str) -> String {
    let script = format!("document.querySelector({selector:?}).innerText");
    browser.evaluate(&script).as_str().unwrap().to_owned()
}

#[test]
fn who_missed_most_calls_last_week_is_two_clicks_away() {
    let laptop = laptop();
    let (name, missed) = &laptop.missed_most;
    let mut browser = Chromium::start();
    browser.open(&laptop.url, 1280);
    browser.click("#widget", "Missed and dropped");
    browser.click("#widget", "Last week");
    let card = card(&mut browser, "Who missed most calls");
    let first = text_of(&mut browser, &format!("{card} tbody tr"));
    assert!(first.starts_with(name.as_str()), "{first}: not {name}");
    let cells: Vec<&str> = first.split('\t').map(str::trim).collect();
    assert!(cells.contains(&missed.to_string().as_str()), "{cells:?}: not {missed}");
}

#[test]
fn why_a_call_was_poor_is_three_clicks_away() {
    let laptop = laptop();
    let mut browser = Chromium::start();
    browser.open(&laptop.url, 1280);
    browser.click("#widget", "Last week");
    let card_of_people = card(&mut browser, "Who received poor audio");
    let person = text_of(&mut browser, &format!("{card_of_people} tbody a"));
    browser.click(&card_of_people, person.trim());
    browser.evaluate(
        "(() => {
            const tag = [...document.querySelectorAll('.tcr-tag')].find((t) => t.textContent === 'poor audio');
            if (!tag) throw new Error('no call is marked as poor');
            tag.closest('tr').id = 'a-poor-call';
        })()",
    );
    let began = text_of(&mut browser, "#a-poor-call a");
    browser.click("#a-poor-call", began.trim());
    let why = card(&mut browser, "Why");
    let why = text_of(&mut browser, &why);
    assert!(why.contains("judged legs had poor audio: "), "{why}");
    assert!(
        ["jitter above 30 ms", "packet loss above 10 %", "round trip above 500 ms"]
            .iter()
            .any(|cause| why.contains(cause)),
        "{why}"
    );
}

#[test]
fn what_a_number_means_is_one_click_away() {
    let laptop = laptop();
    let mut browser = Chromium::start();
    browser.open(&format!("{}?range=last_week", laptop.url), 1280);
    let card = card(&mut browser, "Who missed most calls");
    browser.click(&card, "i");
    let popup = text_of(&mut browser, "#popup");
    assert!(popup.contains("missed, version 2"), "{popup}");
}
