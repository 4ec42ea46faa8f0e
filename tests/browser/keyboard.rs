//! Everything can be reached and done without a mouse.

use serde_json::{Value, json};

use crate::chromium::Chromium;
use crate::laptop::laptop;

fn text_of(browser: &mut Chromium, selector: &str) -> String {
    let script = format!("document.querySelector({}).innerText", json!(selector));
    browser.evaluate(&script).as_str().unwrap().to_owned()
}

/// Whether the focused element says this.
fn says(text: &str) -> String {
    format!("it.textContent.trim() === {}", json!(text))
}

#[test]
fn a_persons_page_is_reached_by_keyboard_alone() {
    let laptop = laptop();
    let (name, _) = &laptop.missed_most;
    let mut browser = Chromium::start();
    browser.open(&laptop.url, 1280);
    browser.tab_to(&says("Missed and dropped"));
    browser.follow();
    // The focus is on the new heading, and goes on from there.
    assert_eq!(text_of(&mut browser, "h2:focus"), "Missed and dropped");
    browser.tab_to(&says("Last week"));
    browser.follow();
    browser.tab_to(&says(name));
    browser.follow();
    assert_eq!(text_of(&mut browser, "h1"), format!("Teams call records · Person: {name}"));
    // Why a call was bad is one more step: the list of the calls.
    browser.tab_to("it.closest('td[data-sort]')");
    browser.follow();
    assert_eq!(text_of(&mut browser, "h2:focus"), "Call");
}

#[test]
fn a_person_is_found_by_typing_a_part_of_the_name_and_enter() {
    let laptop = laptop();
    let (name, _) = &laptop.missed_most;
    let mut browser = Chromium::start();
    browser.open(&format!("{}?range=last_week", laptop.url), 1280);
    browser.tab_to("it.name === 'find'");
    browser.type_text(&name.to_lowercase());
    browser.follow();
    let heading = text_of(&mut browser, "h1");
    assert!(heading.ends_with(name.as_str()), "{heading}");
    let address = browser.evaluate("location.search");
    assert!(address.as_str().unwrap().contains("find="), "{address}: it can be kept");
}

#[test]
fn the_id_of_a_call_leads_to_the_call_by_enter_and_by_the_button() {
    let laptop = laptop();
    let mut browser = Chromium::start();
    let fill = format!(
        "document.querySelector('input[name=find]').value = {}; document.querySelector('input[name=find]').focus(); 0",
        json!(laptop.call)
    );
    for by_enter in [true, false] {
        browser.open(&laptop.url, 900);
        browser.evaluate(&fill);
        if by_enter {
            browser.follow();
        } else {
            browser.click("#widget form", "Find");
        }
        let shown = text_of(&mut browser, "#widget");
        assert!(shown.contains(&laptop.call), "{shown}");
    }
}

/// In a dashboard nothing but the click on the button is heard, and a form that is sent would leave the page.
#[test]
fn enter_in_a_field_is_a_click_on_its_button_and_sends_nothing() {
    let laptop = laptop();
    let mut browser = Chromium::start();
    browser.open(&laptop.url, 900);
    browser.evaluate(
        "(async () => {
            const body = JSON.stringify({ widgetContext: { width: 860 } });
            widget.innerHTML = await (await fetch('invoke', { method: 'POST', body })).json();
            widget.querySelector('form button').addEventListener('click', () => {
                document.documentElement.dataset.clicked = 'yes';
            });
            widget.querySelector('input[name=find]').focus();
        })()",
    );
    let address = browser.evaluate("location.href");
    browser.press_enter();
    assert_eq!(browser.evaluate("document.documentElement.dataset.clicked"), "yes");
    assert_eq!(browser.evaluate("location.href"), address);
    // A form without that method would have been sent.
    browser.evaluate(
        "document.addEventListener('submit', (event) => {
            event.preventDefault();
            document.documentElement.dataset.sent = 'yes';
        });
        const form = widget.querySelector('form');
        form.removeAttribute('method');
        form.querySelector('button').removeAttribute('formmethod');
        form.querySelector('input').focus(); 0",
    );
    browser.press_enter();
    assert_eq!(browser.evaluate("document.documentElement.dataset.sent"), "yes");
}

#[test]
fn what_a_number_means_opens_and_closes_by_keyboard() {
    let laptop = laptop();
    let mut browser = Chromium::start();
    browser.open(&format!("{}?range=last_week", laptop.url), 1280);
    browser.tab_to("it.ariaLabel === 'What the numbers of “Who missed most calls” mean'");
    browser.follow();
    let popup = text_of(&mut browser, "#popup");
    assert!(popup.contains("missed, version 2"), "{popup}");
    browser.evaluate("document.querySelector('#popup button').focus(); 0");
    browser.press_enter();
    assert_eq!(browser.evaluate("document.querySelector('#popup').open"), Value::Bool(false));
}
