//! The system with an invented organisation's days, for all tests of this process.

use std::sync::OnceLock;
use std::time::Duration;

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use teams_calls::system::{Settings, System, invented_day};

/// The longest that a day may take.
const TIMEOUT: Duration = Duration::from_secs(300);
const CALLS_OF_A_DAY: usize = 40;

/// Where it is, and what it has to show.
pub(crate) struct Laptop {
    pub(crate) url: String,
    pub(crate) dynamodb: String,
    pub(crate) last_monday: Date,
    /// Who missed most calls last week as the one called, by display name, and how many.
    pub(crate) missed_most: (String, i64),
    /// A person with a poor call, and a poor call, in the words of a request.
    pub(crate) person: String,
    pub(crate) call: String,
}

/// Started on the first call.
pub(crate) fn laptop() -> &'static Laptop {
    static LAPTOP: OnceLock<Laptop> = OnceLock::new();
    LAPTOP.get_or_init(|| {
        let (send, receive) = std::sync::mpsc::channel();
        // It serves as long as the process runs.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                let system = System::start(Settings::with_ordinary_faults(1)).await.unwrap();
                send.send(run_days(&system).await).unwrap();
                std::future::pending::<()>().await;
            });
        });
        receive.recv().unwrap()
    })
}

/// Last week and this one until yesterday.
async fn run_days(system: &System) -> Laptop {
    let today = TimeZone::UTC.to_datetime(system.now()).date();
    let monday = today - i64::from(today.weekday().since(Weekday::Monday)).days();
    let last_monday = monday - 7.days();
    for (number, day) in last_monday.series(1.day()).take_while(|day| *day < today).enumerate() {
        let organisation = invented_day(system.tenant_id(), day, number, CALLS_OF_A_DAY);
        system.run_day(&organisation, 1, TIMEOUT, async |_| ()).await.unwrap();
    }
    system.roll_up().await.unwrap();
    let week =
        |report: &str, sort: &str| json!({"report": report, "sort": sort, "range": "last_week"});
    let row = |answer: &Value| answer["data"]["people"]["rows"][0].clone();
    let missed = row(&system.report(week("people", "missed"), system.now()).await);
    let poor = row(&system.report(week("people", "poor_received"), system.now()).await);
    let mut of_person = week("person", "poor_received");
    of_person["person"] = poor["person"].clone();
    let calls = system.report(of_person, system.now()).await["data"]["person"]["calls"].clone();
    let calls = calls["rows"].as_array().unwrap();
    let call = calls.iter().find(|call| call["poor_legs"].as_u64() > Some(0)).unwrap();
    Laptop {
        url: system.reports_url(),
        dynamodb: system.dynamodb().url(),
        last_monday,
        missed_most: (
            missed["name"].as_str().unwrap().to_owned(),
            missed["missed"].as_i64().unwrap(),
        ),
        person: poor["person"].as_str().unwrap().to_owned(),
        call: call["call"].as_str().unwrap().to_owned(),
    }
}
