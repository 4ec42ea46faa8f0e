//! The schema, as documents and as files.

use std::collections::BTreeSet;

use export::schema::{Table, schema_json, schema_markdown};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use teams_calls::system::Settings;

use crate::world::World;

#[test]
fn every_column_has_a_name_of_its_own_a_meaning_and_a_source() {
    for table in Table::ALL {
        let columns = table.columns();
        let names: BTreeSet<_> = columns.iter().map(|column| &column.name).collect();
        assert_eq!(names.len(), columns.len(), "{}", table.name());
        for column in columns {
            assert!(!column.description.is_empty() && !column.source.is_empty(), "{}", column.name);
            // What SQL takes without quotation marks, and no word of its own.
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!(column.name.chars().all(plain), "{}", column.name);
            assert_ne!(column.name, "day", "the partition has it");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_has_the_columns_of_the_schema_and_names_its_writing() {
    let world = World::start(8, 1, Settings::quiet()).await;
    world.run().await;
    let day = *world.days().last().unwrap();
    let entry = world.manifest().days.remove(&day).unwrap();
    for table in Table::ALL {
        let object = &entry.objects[table.name()];
        let reader =
            SerializedFileReader::new(world.s3.object("lake", &object.path).unwrap()).unwrap();
        let metadata = reader.metadata().file_metadata();
        let fields = metadata.schema().get_fields();
        let names: Vec<_> = fields.iter().map(|field| field.name().to_owned()).collect();
        let columns = table.columns();
        assert_eq!(names, columns.iter().map(|column| column.name.to_string()).collect::<Vec<_>>());
        assert_eq!(metadata.num_rows(), i64::try_from(object.rows).unwrap());
        let written = metadata.key_value_metadata().unwrap();
        let of =
            |key: &str| written.iter().find(|it| it.key == key).and_then(|it| it.value.clone());
        assert_eq!(of("teams-calls.roll"), Some(entry.roll.clone()));
        assert_eq!(of("teams-calls.day"), Some(day.to_string()));
    }
    let beside =
        |name: &str| String::from_utf8(world.s3.object("lake", name).unwrap().into()).unwrap();
    assert_eq!(beside("schema.md"), schema_markdown());
    assert_eq!(beside("schema.json").parse::<serde_json::Value>().unwrap(), schema_json());
}
