//! The building file from S3, over a table and an S3 on the wire.
#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps what is not there fails, as it should"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_stand_ins::{DynamoDb, Fault, S3};
use call_table::{CallTable, TableConfig, create_table};
use jiff::Timestamp;
use lambda_kit::{Environment, Metrics, TimeLimits};
use quality::{Config, Rollup, SitesObject, Trigger};
use rstest::rstest;
use tokio::time::Instant;

const SOURCE: &str = "s3://files/teams/sites.tsv";

/// A row of a building file.
fn row(network: &str) -> String {
    format!("{network}\tFloor 3\t24\tTower\tOwned\tOffice\tMain\tOslo\t0150\tNO\t\tEU\t1\t0\t0\n")
}

struct World {
    _database: DynamoDb,
    s3: S3,
    table: CallTable,
    rollup: Rollup,
}

impl World {
    async fn start() -> Self {
        let database = DynamoDb::start(None).await.unwrap();
        let client = aws_stand_ins::dynamodb_client(&database.url());
        create_table(&client, "calls").await.unwrap();
        let table = CallTable::new(client, TableConfig::new("calls"));
        let s3 = S3::start().await.unwrap();
        let environment = Environment::from_pairs(s3.environment());
        let bucket = object_storage::bucket("files", &environment, TimeLimits::BACKGROUND).unwrap();
        let object = SitesObject::new(Arc::new(bucket), "files/teams/sites.tsv".parse().unwrap());
        let rollup = Rollup::new(table.clone(), Metrics::captured("quality").0, Config::default());
        Self { _database: database, s3, table, rollup: rollup.with_sites_object(object) }
    }

    fn put(&self, content: impl Into<Vec<u8>>) -> String {
        self.s3.put("files", "teams/sites.tsv", content.into())
    }

    async fn run(&self) {
        let now: Timestamp = "2026-11-24T08:20:00Z".parse().unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        self.rollup.run(Trigger::Due, now, deadline).await.unwrap();
    }

    /// The digest of the file in force.
    async fn in_force(&self) -> Option<String> {
        self.table.sites_head().await.unwrap().map(|head| head.digest)
    }

    async fn refused(&self) -> Option<String> {
        self.table.refused_sites().await.unwrap().map(|refused| refused.errors.join("\n"))
    }
}

fn digest(file: &str) -> Option<String> {
    Some(sites::Sites::parse(file.as_bytes()).unwrap().digest().to_owned())
}

#[tokio::test]
async fn a_file_is_taken_once_and_again_when_it_changes() {
    let world = World::start().await;
    let etag = world.put(row("10.1.2.0"));
    world.run().await;
    let head = world.table.sites_head().await.unwrap().unwrap();
    assert_eq!((head.source.as_str(), head.etag.as_deref()), (SOURCE, Some(&*etag)));
    assert_eq!(Some(head.digest.clone()), digest(&row("10.1.2.0")));

    // What is known is not read again.
    world.run().await;
    assert_eq!(world.table.sites_head().await.unwrap(), Some(head));

    world.put(row("10.1.3.0"));
    world.run().await;
    assert_eq!(world.in_force().await, digest(&row("10.1.3.0")));
}

#[rstest]
#[case::a_wrong_row("10.1.2.0\tFloor 3\t99\n", "line 1")]
#[case::nothing("", "no rows")]
#[tokio::test]
async fn a_wrong_file_is_refused_once_and_the_one_before_it_stays_in_force(
    #[case] wrong: &str,
    #[case] words: &str,
) {
    let world = World::start().await;
    let right = row("10.1.2.0");
    world.put(right.clone());
    world.run().await;
    let etag = world.put(wrong);
    world.run().await;
    let refused = world.table.refused_sites().await.unwrap().unwrap();
    assert_eq!((refused.source.as_str(), refused.etag.as_deref()), (SOURCE, Some(&*etag)));
    assert!(refused.errors.join("\n").contains(words), "{refused:?}");
    assert_eq!(world.in_force().await, digest(&right));
    world.run().await;
    assert_eq!(world.table.refused_sites().await.unwrap(), Some(refused));

    // The one before it is put back.
    world.put(right.clone());
    world.run().await;
    assert_eq!((world.in_force().await, world.refused().await), (digest(&right), None));
}

#[tokio::test]
async fn a_missing_object_is_named_and_changes_nothing_until_it_is_back() {
    let world = World::start().await;
    world.s3.put("files", "other", "x");
    world.run().await;
    let refused = world.refused().await.unwrap();
    assert!(refused.contains("teams/sites.tsv") && refused.contains("bucket files"), "{refused}");
    assert_eq!(world.in_force().await, None);

    let right = row("10.1.2.0");
    world.put(right.clone());
    world.run().await;
    assert_eq!((world.in_force().await, world.refused().await), (digest(&right), None));
    world.s3.delete("files", "teams/sites.tsv");
    world.run().await;
    assert!(world.refused().await.is_some());
    assert_eq!(world.in_force().await, digest(&right));
    // As it was: S3 answers that nothing changed.
    world.put(right.clone());
    world.run().await;
    assert_eq!((world.in_force().await, world.refused().await), (digest(&right), None));
}

#[tokio::test]
async fn refused_access_names_the_permissions() {
    let world = World::start().await;
    world.s3.faults().set(|_| Fault::ErrorBefore(403, "AccessDenied"));
    world.run().await;
    let refused = world.refused().await.unwrap();
    for words in [SOURCE, "s3:GetObject", "s3:ListBucket", "kms:Decrypt"] {
        assert!(refused.contains(words), "{refused}");
    }
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused() {
    let world = World::start().await;
    world.put(vec![b'x'; 16 * 1024 * 1024 + 1]);
    world.run().await;
    assert_eq!(world.refused().await, Some(format!("{SOURCE} has more than 16 MB")));
}

#[tokio::test]
async fn when_s3_does_not_answer_the_run_goes_on_and_the_next_one_asks_again() {
    let world = World::start().await;
    let right = row("10.1.2.0");
    world.put(right.clone());
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&requests);
    world.s3.faults().set(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Fault::ErrorBefore(503, "SlowDown")
    });
    world.run().await;
    assert_eq!((world.in_force().await, world.refused().await), (None, None));
    assert!(requests.load(Ordering::SeqCst) > 1, "it is tried again");
    world.s3.faults().clear();
    world.run().await;
    assert_eq!(world.in_force().await, digest(&right));
}

#[tokio::test]
async fn a_bucket_of_another_region_is_named() {
    let world = World::start().await;
    world.s3.faults().set(|_| Fault::ErrorBefore(301, "PermanentRedirect"));
    world.run().await;
    let refused = world.refused().await.unwrap();
    assert!(refused.contains("another region"), "{refused}");
}
