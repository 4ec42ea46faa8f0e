//! The lake, read back from MiniStack's S3.

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use call_records::PersonKey;
use export::schema::Table;
use export::{Manifest, search};
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use serde_json::json;

use super::Deployment;

/// Has the function export what is due, and compares what it wrote with the table.
pub(super) async fn equals_the_table(deployment: &Deployment) -> anyhow::Result<usize> {
    let run = deployment.stack.invoke("export", &json!({ "action": "check" })).await?;
    ensure!(run["left"].as_array().is_some_and(Vec::is_empty), "days are left: {run}");
    let manifest: Manifest = serde_json::from_slice(&object(deployment, "manifest.json").await?)?;
    let (first, last) = (manifest.days.keys().next(), manifest.days.keys().last());
    let (first, last) = first.zip(last).context("no day was exported")?;
    let totals = deployment.store()?.organisation_totals(*first, *last).await?;
    ensure!(totals.len() == manifest.days.len(), "other days than in the table");
    let mut rows = 0;
    for (day, totals) in totals {
        let entry = manifest.days.get(&day).with_context(|| format!("{day} is not there"))?;
        ensure!(entry.adds_up, "{day} does not add up");
        for name in Table::ALL.map(Table::name) {
            let written = entry.objects.get(name).with_context(|| format!("no {name}"))?;
            let reader = SerializedFileReader::new(object(deployment, &written.path).await?)?;
            let found = reader.metadata().file_metadata().num_rows();
            ensure!(u64::try_from(found)? == written.rows, "{name} of {day} has {found} rows");
            rows += usize::try_from(found)?;
        }
        let written = &entry.objects["organisation_days"];
        let reader = SerializedFileReader::new(object(deployment, &written.path).await?)?;
        let row = reader.get_row_iter(None)?.next().context("no row")??;
        for (name, field) in row.get_column_iter() {
            if let Field::Long(number) = field {
                let expected = totals.get(name);
                ensure!(*number == expected, "{name} of {day} is {number} and not {expected}");
            }
        }
    }
    Ok(rows)
}

/// Has the function export what is due, and searches every object for a person.
pub(super) async fn has_no(deployment: &Deployment, person: &PersonKey) -> anyhow::Result<()> {
    let lake = deployment.lake()?;
    let before = search(&lake, &[person.id().to_owned()]).await?;
    ensure!(!before.places.is_empty(), "the person was in no object");
    deployment.stack.invoke("export", &json!({ "action": "check" })).await?;
    let after = search(&lake, &[person.id().to_owned()]).await?;
    ensure!(after.rows > 0 && after.places.is_empty(), "the person is in {:?}", after.places);
    Ok(())
}

async fn object(deployment: &Deployment, path: &str) -> anyhow::Result<Bytes> {
    let bucket = deployment.bucket()?;
    Ok(bucket.get(&Path::parse(path)?).await?.bytes().await?)
}
