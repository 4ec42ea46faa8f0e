//! The schema as documents, which stand beside the objects.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{SCHEMA_VERSION, Table};

/// The schema as Markdown.
#[must_use]
pub fn schema_markdown() -> String {
    let mut text = format!(
        "# The tables of the lake\n\nSchema version {SCHEMA_VERSION}. Each table is a folder with a folder \
         for each UTC day, `day=YYYY-MM-DD`, and one Parquet file in it. Every column may be null. A list or \
         a map is empty where nothing was reported.\n"
    );
    for table in Table::ALL {
        let (name, description) = (table.name(), table.description());
        let _ = write!(
            text,
            "\n## {name}\n\n{description}\n\n| column | type | meaning | source |\n|---|---|---|---|\n"
        );
        for column in table.columns() {
            let meaning = column.description.split_whitespace().collect::<Vec<_>>().join(" ");
            let meaning = meaning.replace('|', "\\|");
            let _ = writeln!(
                text,
                "| `{}` | {} | {meaning} | {} |",
                column.name,
                column.kind.glue(),
                column.source
            );
        }
    }
    text
}

/// The schema as JSON.
#[must_use]
pub fn schema_json() -> Value {
    let tables = Table::ALL.map(|table| {
        let columns = table.columns();
        let columns = columns.iter().map(|column| {
            json!({
                "name": column.name, "type": column.kind.glue(),
                "description": column.description, "source": column.source,
            })
        });
        json!({
            "name": table.name(), "description": table.description(),
            "columns": columns.collect::<Vec<_>>(),
        })
    });
    json!({ "schema_version": SCHEMA_VERSION, "tables": tables })
}
