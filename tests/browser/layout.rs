//! The layout of pages: at several widths, light and dark.

use std::path::Path;

use crate::chromium::Chromium;
use crate::laptop::{Laptop, laptop};

/// Finds what is drawn over something else, runs out of its place or is cut, and words that are broken.
const FAULTS: &str = include_str!("faults.js");

/// A widget of a quarter of a screen, and one of a whole one: these are kept as pictures.
pub(crate) const WIDTHS: [u32; 2] = [480, 1280];
/// The narrowest, and those at which there are more columns of a list or of cards: the console of the
/// laptop has 24 pixels around a widget.
const BETWEEN: [u32; 8] = [344, 464, 640, 724, 764, 804, 904, 1040];
pub(crate) const THEMES: [&str; 2] = ["light", "dark"];

/// Every page by its name and the parameters that lead to it.
pub(crate) fn pages(laptop: &Laptop) -> Vec<(&'static str, String)> {
    let Laptop { last_monday, person, call, .. } = laptop;
    let person = person.replace(':', "%3A");
    let last_week = "range=last_week";
    vec![
        ("overview", format!("report=overview&{last_week}")),
        ("overview-of-a-year", "report=overview&range=last_365_days".to_owned()),
        ("people", format!("report=people&{last_week}")),
        ("missed", format!("report=missed&{last_week}")),
        ("quality", format!("report=quality&{last_week}")),
        ("quality-of-devices", format!("report=quality&dimension=device&{last_week}")),
        ("noted-calls", format!("report=noted_calls&{last_week}")),
        (
            "noted-calls-of-a-person",
            format!("report=noted_calls&person={person}&issue=poor&{last_week}"),
        ),
        ("equipment", format!("report=equipment&{last_week}")),
        ("feedback", format!("report=feedback&{last_week}")),
        ("days", format!("report=days&{last_week}")),
        ("queues", format!("report=queues&{last_week}")),
        ("agents", format!("report=agents&{last_week}")),
        ("telephone", format!("report=telephone&{last_week}")),
        ("telephone-people", format!("report=telephone_people&{last_week}")),
        ("traffic", format!("report=traffic&{last_week}")),
        ("calls", format!("report=calls&from={last_monday}&to={last_monday}")),
        ("person", format!("report=person&person={person}&{last_week}")),
        ("person-of-a-year", format!("report=person&person={person}&range=last_365_days")),
        ("call", format!("report=call&call={call}")),
        ("found", format!("find=a&{last_week}")),
        ("found-nothing", format!("find=zzzz&{last_week}")),
        ("definitions", "report=definitions".to_owned()),
        ("nothing", "report=overview&from=2001-01-01&to=2001-01-02".to_owned()),
        ("error", "report=calls&range=last_365_days".to_owned()),
        ("unreadable", "report=oveview".to_owned()),
    ]
}

#[test]
fn nothing_overlaps_overflows_or_is_cut_on_any_page() {
    let laptop = laptop();
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("screenshots");
    let mut browser = Chromium::start();
    let mut faults = Vec::new();
    let mut looked_at = 0;
    for (name, parameters) in pages(laptop) {
        let kept = THEMES.iter().flat_map(|theme| WIDTHS.map(|width| (*theme, width, true)));
        let others = BETWEEN.map(|width| (THEMES[0], width, false));
        for (theme, width, is_kept) in kept.chain(others) {
            browser.open(&format!("{}?theme={theme}&{parameters}", laptop.url), width);
            // What is behind the first numbers, too.
            browser.evaluate(
                "for (const it of document.querySelectorAll('details')) it.open = true; 0",
            );
            if is_kept {
                browser.screenshot(&pictures.join(format!("{name}-{theme}-{width}.png")));
            }
            let found = browser.evaluate(FAULTS);
            looked_at += found["texts"].as_u64().unwrap();
            for fault in found["faults"].as_array().unwrap() {
                faults.push(format!("{name} {theme} {width}: {}", fault.as_str().unwrap()));
            }
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    assert!(looked_at > 5_000, "only {looked_at} texts were looked at");
}

/// The check can fail: a page that is broken on purpose is found to be.
#[test]
fn a_page_that_is_broken_on_purpose_is_found() {
    let laptop = laptop();
    let mut browser = Chromium::start();
    let mut broken = |script: &str, says: &str| {
        browser.open(&format!("{}?report=overview&range=last_week", laptop.url), 900);
        browser.evaluate(script);
        let faults = browser.evaluate(FAULTS)["faults"].to_string();
        assert!(faults.contains(says), "{faults}");
    };
    broken("document.querySelector('.tcr-tile').style.width = '2000px'; 0", "runs out");
    broken("document.querySelector('.tcr-tile b').style.marginTop = '-18px'; 0", "overlap");
    broken(
        "document.querySelector('.tcr-bars a').style.cssText = 'display:block;width:8px'; 0",
        "letter by letter",
    );
    broken(
        "for (const cell of document.querySelectorAll('.tcr-bars a')) cell.style.cssText = 'display:block;width:30px;overflow-wrap:anywhere'; 0",
        "is broken in",
    );
    broken("document.querySelector('.tcr-chart text').setAttribute('x', '-40'); 0", "is cut");
    broken(
        "for (const text of document.querySelectorAll('.tcr-chart text')) text.setAttribute('y', '50'); 0",
        "overlap",
    );
}
