//! What axe-core finds: on the laptop at two widths and in both themes, and in the form that CloudWatch shows.

use std::path::Path;

use serde_json::{Value, json};

use crate::chromium::Chromium;
use crate::laptop::laptop;
use crate::layout::{THEMES, WIDTHS, pages};

/// Opens what is closed, and checks the page.
const CHECK: &str = include_str!("axe.js");

fn axe() -> String {
    let script = "checks/axe/node_modules/axe-core/axe.min.js";
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    std::fs::read_to_string(target.join(script))
        .unwrap_or_else(|_| panic!("there is no target/{script}: see tests/browser/main.rs"))
}

/// The violations, and how many rules were kept.
fn check(browser: &mut Chromium, axe: &str) -> (Vec<String>, u64) {
    browser.evaluate(&format!("{axe}; 0"));
    let found = browser.evaluate(CHECK);
    let faults = found["faults"].as_array().unwrap().iter();
    let faults = faults.map(|fault: &Value| fault.as_str().unwrap().to_owned());
    (faults.collect(), found["checks"].as_u64().unwrap())
}

#[test]
fn axe_finds_no_violation_on_any_page() {
    let laptop = laptop();
    let axe = axe();
    let mut browser = Chromium::start();
    let mut faults = Vec::new();
    for (name, parameters) in pages(laptop) {
        for (theme, width) in THEMES.iter().flat_map(|theme| WIDTHS.map(|width| (theme, width))) {
            browser.open(&format!("{}?theme={theme}&{parameters}", laptop.url), width);
            let (found, checks) = check(&mut browser, &axe);
            assert!(checks > 15, "{name}: only {checks} rules were checked");
            faults.extend(found.iter().map(|fault| format!("{name} {theme} {width}: {fault}")));
        }
    }
    assert!(faults.is_empty(), "{} violations:\n{}", faults.len(), faults.join("\n"));
}

/// In a dashboard the page is what the function answers, without what the laptop makes of it.
#[test]
fn axe_finds_no_violation_in_what_a_dashboard_shows_and_every_link_is_a_button() {
    let laptop = laptop();
    let axe = axe();
    let mut browser = Chromium::start();
    browser.open(&laptop.url, 900);
    let mut faults = Vec::new();
    for (name, parameters) in pages(laptop) {
        let script = format!(
            "(async () => {{
                const event = Object.fromEntries(new URLSearchParams({}));
                const body = JSON.stringify({{ ...event, widgetContext: {{ width: 860 }} }});
                widget.innerHTML = await (await fetch('invoke', {{ method: 'POST', body }})).json();
                const actions = [...widget.querySelectorAll('cwdb-action')];
                const isButton = (action) => action.previousElementSibling?.tagName === 'BUTTON';
                return {{ actions: actions.length, other: actions.filter((it) => !isButton(it)).length }};
            }})()",
            json!(parameters)
        );
        let links = browser.evaluate(&script);
        assert!(links["actions"].as_u64() > Some(8), "{name}: {links}");
        assert_eq!(links["other"], 0, "{name}: {links}");
        let (found, _) = check(&mut browser, &axe);
        faults.extend(found.iter().map(|fault| format!("{name}: {fault}")));
    }
    assert!(faults.is_empty(), "{} violations:\n{}", faults.len(), faults.join("\n"));
}

/// The check can fail.
#[test]
fn what_is_wrong_on_purpose_is_found() {
    let laptop = laptop();
    let axe = axe();
    let mut browser = Chromium::start();
    let mut broken = |script: &str, rule: &str| {
        browser.open(&format!("{}?report=people&range=last_week", laptop.url), 900);
        browser.evaluate(script);
        let (faults, _) = check(&mut browser, &axe);
        assert!(faults.iter().any(|fault| fault.starts_with(rule)), "{rule}: {faults:?}");
    };
    broken("document.querySelector('h1').remove(); 0", "page-has-heading-one");
    broken("document.querySelector('.tcr-muted').style.color = '#bbb'; 0", "color-contrast");
    broken(
        "document.querySelector('label > input').parentElement.replaceWith(document.createElement('input')); 0",
        "label",
    );
}
