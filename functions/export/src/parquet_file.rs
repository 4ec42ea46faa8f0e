//! Writing rows as Parquet, a row group at a time.

use std::collections::HashMap;
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type,
};
use parquet::errors::Result;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};

use crate::schema::{Cell, Column, Kind, Shown, Table, message};
use crate::upload::Buffer;

/// The rows of a group: what is held in memory of each table before it is encoded.
const ROWS_OF_GROUP: usize = 16_384;

/// Texts of a column that are kept once in a group: most columns have few.
const MAX_SHARED_TEXTS: usize = 4_096;

/// A file that is being written into a buffer.
pub(crate) struct ParquetFile<R> {
    columns: Vec<Column<R>>,
    leaves: Vec<Leaves>,
    writer: SerializedFileWriter<Buffer>,
    rows_of_group: usize,
    pub(crate) rows: u64,
}

impl<R> ParquetFile<R> {
    pub(crate) fn new(
        table: Table,
        columns: Vec<Column<R>>,
        buffer: Buffer,
        metadata: &[(&str, &str)],
    ) -> Result<Self> {
        let infos: Vec<_> = columns.iter().map(|column| column.info.clone()).collect();
        let schema = message(table, &infos)?;
        let metadata = metadata
            .iter()
            .map(|(key, value)| KeyValue::new((*key).to_owned(), (*value).to_owned()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
            .set_created_by("teams-calls".to_owned())
            .set_key_value_metadata(Some(metadata.collect()))
            .build();
        let writer = SerializedFileWriter::new(buffer, Arc::new(schema), Arc::new(properties))?;
        let leaves = infos.iter().map(|column| Leaves::of(column.kind)).collect();
        Ok(Self { columns, leaves, writer, rows_of_group: 0, rows: 0 })
    }

    /// Adds a row, and encodes the group that it fills.
    pub(crate) fn add(&mut self, row: &R, shown: &Shown<'_>) -> Result<()> {
        for (column, leaves) in self.columns.iter().zip(&mut self.leaves) {
            leaves.push((column.value)(row, shown));
        }
        self.rows += 1;
        self.rows_of_group += 1;
        if self.rows_of_group == ROWS_OF_GROUP { self.write_group() } else { Ok(()) }
    }

    fn write_group(&mut self) -> Result<()> {
        let mut group = self.writer.next_row_group()?;
        for leaves in &mut self.leaves {
            leaves.write(&mut group)?;
        }
        group.close()?;
        self.rows_of_group = 0;
        self.writer.flush()?;
        Ok(())
    }

    /// Writes the rest and the footer. One without rows has no group.
    pub(crate) fn finish(&mut self) -> Result<()> {
        if self.rows_of_group > 0 {
            self.write_group()?;
        }
        self.writer.finish()?;
        self.writer.flush()?;
        Ok(())
    }
}

/// The leaves of a column: a map has two, of its keys and of its values.
struct Leaves {
    kind: Kind,
    first: Leaf,
    second: Option<Leaf>,
}

/// What is stored of a leaf in one group.
struct Leaf {
    values: Values,
    definition: Vec<i16>,
    /// Only of lists and maps.
    repetition: Vec<i16>,
    shared: HashMap<String, ByteArray>,
}

enum Values {
    Texts(Vec<ByteArray>),
    Integers(Vec<i64>),
    Days(Vec<i32>),
    Flags(Vec<bool>),
    Reals(Vec<f64>),
}

impl Leaves {
    fn of(kind: Kind) -> Self {
        let (first, second) = match kind {
            Kind::Text | Kind::Texts => (Values::Texts(Vec::new()), None),
            Kind::Flag => (Values::Flags(Vec::new()), None),
            Kind::Integer | Kind::Seconds | Kind::Amount | Kind::Time => {
                (Values::Integers(Vec::new()), None)
            }
            Kind::Real => (Values::Reals(Vec::new()), None),
            Kind::Day => (Values::Days(Vec::new()), None),
            Kind::IntegersByName | Kind::SecondsByName => {
                (Values::Texts(Vec::new()), Some(Values::Integers(Vec::new())))
            }
        };
        Self { kind, first: Leaf::of(first), second: second.map(Leaf::of) }
    }

    /// Adds a value. The levels are those of the message: 0 is null, 1 is a value or an empty list, 2 an
    /// entry of it, 3 a value of an entry of a map.
    fn push(&mut self, cell: Cell) {
        match (self.kind, cell) {
            (Kind::Texts, Cell::Texts(texts)) => {
                for (place, text) in texts.iter().enumerate() {
                    self.first.text(text);
                    self.first.level(2, Some(i16::from(place > 0)));
                }
                if texts.is_empty() {
                    self.first.level(1, Some(0));
                }
            }
            (Kind::IntegersByName | Kind::SecondsByName, Cell::Integers(entries)) => {
                let Some(second) = &mut self.second else { return };
                for (place, (name, value)) in entries.iter().enumerate() {
                    let repetition = Some(i16::from(place > 0));
                    self.first.text(name);
                    self.first.level(2, repetition);
                    second.level(if value.is_some() { 3 } else { 2 }, repetition);
                    if let Some(value) = value {
                        second.integer(*value);
                    }
                }
                if entries.is_empty() {
                    self.first.level(1, Some(0));
                    second.level(1, Some(0));
                }
            }
            (kind, cell) => {
                let is_list =
                    matches!(kind, Kind::Texts | Kind::IntegersByName | Kind::SecondsByName);
                let is_value = !is_list && self.first.scalar(cell);
                let repetition = is_list.then_some(0);
                self.first.level(i16::from(is_value), repetition);
                if let Some(second) = &mut self.second {
                    second.level(0, repetition);
                }
            }
        }
    }

    fn write(&mut self, group: &mut SerializedRowGroupWriter<'_, Buffer>) -> Result<()> {
        self.first.write(group)?;
        self.second.as_mut().map_or(Ok(()), |second| second.write(group))
    }
}

impl Leaf {
    fn of(values: Values) -> Self {
        Self { values, definition: Vec::new(), repetition: Vec::new(), shared: HashMap::new() }
    }

    fn level(&mut self, definition: i16, repetition: Option<i16>) {
        self.definition.push(definition);
        self.repetition.extend(repetition);
    }

    fn text(&mut self, text: &str) {
        let Values::Texts(texts) = &mut self.values else { return };
        if let Some(known) = self.shared.get(text) {
            texts.push(known.clone());
            return;
        }
        let bytes = ByteArray::from(text);
        if self.shared.len() < MAX_SHARED_TEXTS {
            self.shared.insert(text.to_owned(), bytes.clone());
        }
        texts.push(bytes);
    }

    fn integer(&mut self, value: i64) {
        if let Values::Integers(integers) = &mut self.values {
            integers.push(value);
        }
    }

    /// Adds a value that is no list; false for none.
    fn scalar(&mut self, cell: Cell) -> bool {
        match (&mut self.values, cell) {
            (Values::Texts(_), Cell::Text(text)) => self.text(&text),
            (Values::Integers(integers), Cell::Integer(value)) => integers.push(value),
            (Values::Days(days), Cell::Integer(value)) => {
                days.push(i32::try_from(value).unwrap_or(i32::MAX));
            }
            (Values::Flags(flags), Cell::Flag(value)) => flags.push(value),
            (Values::Reals(reals), Cell::Real(value)) => reals.push(value),
            _ => return false,
        }
        true
    }

    fn write(&mut self, group: &mut SerializedRowGroupWriter<'_, Buffer>) -> Result<()> {
        let definition = std::mem::take(&mut self.definition);
        let repetition = std::mem::take(&mut self.repetition);
        self.shared.clear();
        match &mut self.values {
            Values::Texts(values) => {
                write::<ByteArrayType>(group, values, &definition, &repetition)
            }
            Values::Integers(values) => write::<Int64Type>(group, values, &definition, &repetition),
            Values::Days(values) => write::<Int32Type>(group, values, &definition, &repetition),
            Values::Flags(values) => write::<BoolType>(group, values, &definition, &repetition),
            Values::Reals(values) => write::<DoubleType>(group, values, &definition, &repetition),
        }
    }
}

fn write<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Buffer>,
    values: &mut Vec<T::T>,
    definition: &[i16],
    repetition: &[i16],
) -> Result<()> {
    let values = std::mem::take(values);
    if let Some(mut column) = group.next_column()? {
        let repetition = (!repetition.is_empty()).then_some(repetition);
        column.typed::<T>().write_batch(&values, Some(definition), repetition)?;
        column.close()?;
    }
    Ok(())
}
