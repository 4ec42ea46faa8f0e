//! The address holds the view.

use serde_json::{Value, json};

use crate::chromium::Chromium;
use crate::laptop::laptop;

fn address(browser: &mut Chromium) -> String {
    browser.evaluate("location.href").as_str().unwrap().to_owned()
}

fn text_of(browser: &mut Chromium, selector: &str) -> String {
    let script = format!("document.querySelector({}).innerText", json!(selector));
    browser.evaluate(&script).as_str().unwrap().to_owned()
}

/// Chooses in one of the controls above the report.
fn choose(browser: &mut Chromium, control: &str, value: &str) {
    browser.after(&format!(
        "{{ const control = document.getElementById({0:?}); control.value = {1:?};
        control.dispatchEvent(new Event('change')); }}",
        control, value
    ));
}

#[test]
fn back_forward_reload_and_a_second_tab_show_the_same() {
    let laptop = laptop();
    let mut browser = Chromium::start();
    browser.open(&laptop.url, 1280);
    browser.click("#widget", "People");
    browser.click("#widget", "Last week");
    let of_last_week = address(&mut browser);
    assert!(of_last_week.contains("report=people") && of_last_week.contains("range=last_week"));
    let shown = text_of(&mut browser, "#widget table");
    browser.click("#widget", "missed");
    assert_ne!(address(&mut browser), of_last_week);
    browser.after("history.back()");
    assert_eq!(address(&mut browser), of_last_week);
    assert_eq!(text_of(&mut browser, "#widget table"), shown);
    browser.after("history.forward()");
    assert!(address(&mut browser).contains("sort=missed"));
    // A reload and a second tab: nothing but the address is left.
    browser.open(&of_last_week, 1280);
    assert_eq!(text_of(&mut browser, "#widget table"), shown);
    assert_eq!(text_of(&mut browser, "h1"), "Teams call records · People");
    assert_eq!(browser.evaluate("document.title"), "People · Teams call records");
}

#[test]
fn every_link_has_an_address_that_shows_what_it_leads_to() {
    let laptop = laptop();
    let mut browser = Chromium::start();
    browser.open(&format!("{}?report=days&range=last_week", laptop.url), 1280);
    let links = "[...document.querySelectorAll('#widget a')]";
    let without = browser.evaluate(&format!("{links}.filter((link) => !link.href).length"));
    assert_eq!(without, 0);
    let href = browser.evaluate("document.querySelector('td[data-sort] a').href");
    browser.after("document.querySelector('td[data-sort] a').click()");
    let shown = text_of(&mut browser, "#widget table");
    assert_eq!(address(&mut browser), href.as_str().unwrap());
    browser.open(href.as_str().unwrap(), 1280);
    assert_eq!(text_of(&mut browser, "#widget table"), shown);
}

#[test]
fn other_days_another_width_theme_or_zone_keep_the_page() {
    let laptop = laptop();
    let mut browser = Chromium::start();
    browser.open(&format!("{}?report=traffic&range=last_week", laptop.url), 1280);
    for (control, value) in [("width", "600"), ("theme", "dark"), ("zone", "Asia/Tokyo")] {
        choose(&mut browser, control, value);
        assert!(address(&mut browser).contains("report=traffic"), "{control}");
        assert!(text_of(&mut browser, "h2").contains("Traffic"), "{control}");
    }
    assert!(text_of(&mut browser, "#widget").contains("days and times in Asia/Tokyo"));
    assert_eq!(browser.evaluate("document.body.className"), "dark");
    assert_eq!(browser.evaluate("widget.getBoundingClientRect().width"), 600);
    // And links keep them.
    browser.click("#widget", "This week");
    assert!(text_of(&mut browser, "#widget").contains("days and times in Asia/Tokyo"));
    for kept in ["report=traffic", "range=this_week", "theme=dark", "zone=Asia%2FTokyo"] {
        assert!(address(&mut browser).contains(kept), "{kept}");
    }
    // One control for the days: names, or any others.
    let day = laptop.last_monday;
    browser.after(&format!(
        "{{ const form = document.querySelector('[aria-label=\"Other days\"]');
        form.elements.from.value = '{day}'; form.elements.to.value = '{day}';
        form.querySelector('button').click(); }}"
    ));
    assert!(address(&mut browser).contains(&format!("from={day}&to={day}")));
    assert!(!text_of(&mut browser, "#widget").contains("Dashboard"), "there is no dashboard here");
}

#[test]
fn without_a_choice_the_theme_is_the_systems() {
    let laptop = laptop();
    let mut browser = Chromium::start();
    for (scheme, class) in [("dark", "dark"), ("light", "")] {
        let feature = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        browser.command("Emulation.setEmulatedMedia", &json!({ "features": feature }));
        browser.open(&laptop.url, 900);
        assert_eq!(browser.evaluate("document.body.className"), class);
    }
}

#[test]
fn a_server_that_is_lost_is_said_and_what_was_shown_stays() {
    let laptop = laptop();
    let mut browser = Chromium::start();
    browser.open(&format!("{}?report=days&range=last_week", laptop.url), 900);
    let offline = |lost: bool| json!({"offline": lost, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
    browser.command("Network.enable", &json!({}));
    browser.command("Network.emulateNetworkConditions", &offline(true));
    browser.evaluate(
        "(async () => {
            document.querySelector('#widget a').click();
            while (document.querySelector('#notice').hidden) await new Promise((go) => setTimeout(go, 10));
        })()",
    );
    let notice = text_of(&mut browser, "#notice");
    assert!(notice.contains("do not answer") && notice.contains("teams-calls serve"), "{notice}");
    assert!(text_of(&mut browser, "#widget").contains("Day by day"), "what was shown stays");
    browser.command("Network.emulateNetworkConditions", &offline(false));
    browser.click("#notice", "Try again");
    assert_eq!(browser.evaluate("document.querySelector('#notice').hidden"), Value::Bool(true));
    assert!(text_of(&mut browser, "h2").contains("Overview"), "the link that was clicked");
}

#[test]
fn every_table_is_a_file_for_a_spreadsheet() {
    let laptop = laptop();
    let mut browser = Chromium::start();
    let person = laptop.person.replace(':', "%3A");
    let mut files = 0;
    for parameters in [
        "report=overview".to_owned(),
        "report=people".to_owned(),
        "report=missed".to_owned(),
        "report=quality".to_owned(),
        "report=noted_calls".to_owned(),
        "report=equipment".to_owned(),
        "report=feedback".to_owned(),
        "report=days".to_owned(),
        "report=traffic".to_owned(),
        format!("report=person&person={person}"),
        format!("report=call&call={}", laptop.call),
        "find=a".to_owned(),
    ] {
        browser.open(&format!("{}?range=last_week&{parameters}", laptop.url), 1280);
        let found = browser.evaluate(
            "(async () => {
                const cards = [...document.querySelectorAll('.tcr-card')].filter((card) => card.querySelector('table'));
                const links = cards.map((card) => card.querySelector('.csv'));
                const wrong = [];
                for (const link of links.filter((link) => link?.href)) {
                    const answer = await fetch(link.href);
                    const bytes = new Uint8Array(await answer.arrayBuffer());
                    if (!answer.ok || bytes[0] !== 0xef || bytes.length < 20) wrong.push(link.href);
                }
                // Without a table of the reports' own it is what is shown.
                for (const card of cards.filter((card) => !card.querySelector('a.csv')))
                    if (!/^[^\\r]+,[^\\r]+\\r\\n/.test(csv(card.querySelector('table')))) wrong.push(csv(card.querySelector('table')));
                return { cards: cards.length, without: links.filter((link) => !link).length, wrong };
            })()",
        );
        assert_eq!(found["without"], 0, "{parameters}");
        assert_eq!(found["wrong"], json!([]), "{parameters}");
        files += found["cards"].as_u64().unwrap();
    }
    assert!(files > 30, "only {files} tables");
}

#[test]
fn a_click_on_the_head_of_a_column_sorts_its_rows() {
    let laptop = laptop();
    let mut browser = Chromium::start();
    browser.open(&format!("{}?report=days&range=last_week", laptop.url), 1280);
    let mut sorted = |column: &str| {
        let script = format!(
            "(() => {{
                const heads = [...document.querySelectorAll('thead th')];
                const place = heads.findIndex((head) => head.innerText.trim() === {});
                heads[place].querySelector('button').click();
                const rows = [...document.querySelectorAll('tbody tr')];
                return {{ sort: heads[place].getAttribute('aria-sort'), cells: rows.map((row) => keyOf(row.cells[place])) }};
            }})()",
            json!(column)
        );
        browser.evaluate(&script)
    };
    for column in ["calls", "time in calls", "poor legs"] {
        for direction in ["descending", "ascending"] {
            let found = sorted(column);
            assert_eq!(found["sort"], direction, "{column}");
            let cells = found["cells"].as_array().unwrap().iter();
            let cells: Vec<f64> = cells.filter_map(Value::as_f64).collect();
            assert!(cells.len() > 4, "{column}: {found}");
            let in_order = |pair: &[f64]| match direction {
                "ascending" => pair[0] <= pair[1],
                _ => pair[0] >= pair[1],
            };
            assert!(cells.windows(2).all(in_order), "{column} {direction}: {cells:?}");
        }
    }
}

#[test]
fn on_paper_there_is_nothing_to_click_and_everything_to_read() {
    let laptop = laptop();
    let mut browser = Chromium::start();
    browser.open(&format!("{}?theme=dark&range=last_week", laptop.url), 1280);
    browser.command("Emulation.setEmulatedMedia", &json!({"media": "print"}));
    browser.evaluate("dispatchEvent(new Event('beforeprint')); 0");
    let shown = |selector: &str| {
        format!(
            "[...document.querySelectorAll({})].some((it) => it.checkVisibility())",
            json!(selector)
        )
    };
    for hidden in ["header", ".tcr-bar-of-links", "form", ".tcr-info", ".csv", "summary"] {
        assert_eq!(browser.evaluate(&shown(hidden)), false, "{hidden}");
    }
    assert_eq!(browser.evaluate(&shown(".tcr-more .tcr-tile")), true, "what is behind is on paper");
    let colour = browser.evaluate("getComputedStyle(document.querySelector('.tcr')).color");
    assert_eq!(colour, "rgb(22, 25, 31)", "dark on white, also in the dark theme");
}

#[test]
fn a_range_that_is_too_long_says_so_and_offers_a_shorter_one_of_the_same_page() {
    let laptop = laptop();
    let mut browser = Chromium::start();
    browser.open(&format!("{}?report=people&range=last_365_days", laptop.url), 1280);
    let shown = text_of(&mut browser, "#widget");
    assert!(shown.contains("at most 31 days") && shown.contains("Devices and networks"), "{shown}");
    browser.click(".tcr-error", "People: Last 30 days");
    assert!(text_of(&mut browser, "#widget").contains("People by time in calls"));
}
