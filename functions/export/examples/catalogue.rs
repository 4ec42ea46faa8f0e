//! Prints the tables of the data catalogue, which end `infra/lake.yaml`: after a change of the schema, put
//! them there in place of the old ones. A test holds the file against the schema.

use export::schema::Table;

/// Glue takes no longer comment.
const MAX_COMMENT: usize = 255;

fn main() {
    for table in Table::ALL {
        let name = table.name();
        let id: String = name.split('_').map(capitalised).collect();
        println!(
            "\n  {id}:\n    Type: AWS::Glue::Table\n    Properties:\n      CatalogId: !Ref AWS::AccountId\n      \
             DatabaseName: !Ref Database\n      TableInput:\n        Name: {name}\n        Description: {}\n        \
             TableType: EXTERNAL_TABLE\n        PartitionKeys: [{{ Name: day, Type: string, Comment: \"The UTC day, \
             such as 2026-11-23\" }}]\n        Parameters:\n          classification: parquet\n          \
             projection.enabled: \"true\"\n          projection.day.type: date\n          \
             projection.day.format: yyyy-MM-dd\n          projection.day.range: !Sub \
             NOW-${{RetentionDays}}DAYS,NOW+1DAYS\n          storage.location.template: !Sub \
             s3://${{Bucket}}/{name}/day=${{!day}}\n        StorageDescriptor:\n          Location: !Sub \
             s3://${{Bucket}}/{name}\n          InputFormat: \
             org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat\n          OutputFormat: \
             org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat\n          SerdeInfo: {{ \
             SerializationLibrary: org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe }}\n          Columns:",
            quoted(table.description())
        );
        for column in table.columns() {
            let (name, kind) = (&column.name, column.kind.glue());
            let comment = quoted(&column.description);
            println!("            - {{ Name: {name}, Type: \"{kind}\", Comment: {comment} }}");
        }
    }
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

/// Text in one line and quotation marks, cut at the last blank that fits.
fn quoted(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ").replace('"', "'");
    // Glue counts characters; what is not ASCII is rare enough to be counted as bytes.
    if line.len() <= MAX_COMMENT {
        return format!("\"{line}\"");
    }
    let fits = line.char_indices().map(|(at, _)| at).take_while(|at| *at <= MAX_COMMENT - 4).last();
    let cut = &line[..fits.unwrap_or(0)];
    let cut = cut.rsplit_once(' ').map_or(cut, |(cut, _)| cut);
    format!("\"{cut} …\"")
}
