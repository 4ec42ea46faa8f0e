//! Names that want to do harm.

use serde_json::{Value, json};

use crate::world::{ADA, Who, World, pair};

const IMAGE: Who =
    Who { id: "c0000000-0000-4000-8000-00000000000c", name: "<img src=x onerror=alert(1)>" };
const FORMULA: Who = Who { id: "d0000000-0000-4000-8000-00000000000d", name: "=cmd()" };
const BREAKOUT: Who = Who {
    id: "e0000000-0000-4000-8000-00000000000e",
    name: "</cwdb-action></style><script>1</script>\"'",
};

async fn world() -> World {
    let world = World::empty().await;
    for (place, who) in [IMAGE, FORMULA, BREAKOUT].into_iter().enumerate() {
        let id = format!("call-{place}");
        world.deliver(&pair(&id, "2026-11-17T10:00:00Z", 60, ADA, who, &Value::Null)).await;
        let id = format!("missed-{place}");
        world.deliver(&pair(&id, "2026-11-17T11:00:00Z", 0, ADA, who, &Value::Null)).await;
    }
    world
}

#[tokio::test]
async fn a_name_that_is_markup_is_shown_as_text_on_every_page() {
    let world = world().await;
    for parameters in [
        json!({"report": "overview"}),
        json!({"report": "people"}),
        json!({"report": "missed"}),
        json!({"report": "traffic"}),
        json!({"report": "calls", "from": "2026-11-17", "to": "2026-11-17"}),
        json!({"report": "person", "person": format!("user:{}", ADA.id)}),
        json!({"report": "person", "person": format!("user:{}", IMAGE.id)}),
        json!({"report": "call", "call": "call-0"}),
        json!({"report": "call", "call": "call-2"}),
    ] {
        let page = world.page(parameters.clone()).await;
        for harm in ["<img", "<script", "</cwdb-action></style>"] {
            assert!(!page.contains(harm), "{parameters} has {harm}");
        }
    }
    let page = world.page(json!({"report": "people"})).await;
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"), "the name is there, as text");
}

#[tokio::test]
async fn what_a_request_says_is_shown_as_text() {
    let world = World::empty().await;
    let page = world.page(json!({"report": "call", "call": "<img src=x onerror=alert(1)>"})).await;
    assert!(!page.contains("<img"), "{page}");
    let page = world.page(json!({"report": "days", "from": "<img src=x onerror=alert(1)>"})).await;
    assert!(!page.contains("<img") && page.contains("&lt;img"), "{page}");
}

#[tokio::test]
async fn a_name_that_is_a_formula_is_text_in_csv() {
    let world = world().await;
    let event = json!({"report": "people", "range": "last_week", "format": "csv"});
    let answer = world.ask(event).await;
    let csv = answer["csv"].as_str().unwrap();
    assert!(csv.contains(",'=cmd(),"), "{csv}");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let starts: Vec<char> = reader
        .records()
        .flat_map(|row| {
            row.unwrap().iter().filter_map(|cell| cell.chars().next()).collect::<Vec<_>>()
        })
        .collect();
    assert!(starts.len() > 20);
    assert!(starts.iter().all(|start| !"=+-@\t\r".contains(*start)), "{csv}");
}
