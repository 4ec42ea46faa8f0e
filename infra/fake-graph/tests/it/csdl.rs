//! Microsoft's schema, and whether a JSON value keeps to it.

use std::collections::{BTreeMap, HashMap};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value};

const SCHEMA: &str = include_str!("../../../../tests/payloads/callRecords-v1.0.csdl.xml");
const CALL_RECORDS: &str = "microsoft.graph.callRecords";
const GRAPH: &str = "microsoft.graph";

#[derive(Debug)]
struct Property {
    type_name: String,
    nullable: bool,
}

#[derive(Debug, Default)]
struct Structure {
    base: Option<String>,
    open: bool,
    entity: bool,
    properties: BTreeMap<String, Property>,
    navigations: BTreeMap<String, String>,
}

/// The types of the schema by their full names.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    structures: HashMap<String, Structure>,
    enums: HashMap<String, Vec<String>>,
}

/// Where a value departs from the schema: path and reason.
pub(crate) type Departures = Vec<String>;

impl Schema {
    pub(crate) fn read() -> Self {
        let mut schema = Self::default();
        let mut reader = Reader::from_str(SCHEMA);
        let mut namespace = GRAPH;
        let mut current = String::new();
        loop {
            match reader.read_event().expect("the schema is XML") {
                Event::Start(element) | Event::Empty(element) => {
                    let name = element.name();
                    let name = std::str::from_utf8(name.as_ref()).expect("UTF-8").to_owned();
                    if name == "Schema" {
                        namespace = CALL_RECORDS;
                    }
                    schema.add(&name, &element, namespace, &mut current);
                }
                Event::End(element) if element.name().as_ref() == b"Schema" => namespace = GRAPH,
                Event::Eof => return schema,
                _ => {}
            }
        }
    }

    fn add(
        &mut self,
        element: &str,
        start: &BytesStart<'_>,
        namespace: &str,
        current: &mut String,
    ) {
        let attribute = |name: &str| {
            let value = start.try_get_attribute(name).expect("attributes are well formed");
            value.map(|value| value.unescape_value().expect("text").into_owned())
        };
        let name = attribute("Name").unwrap_or_default();
        match element {
            "EnumType" | "ComplexType" | "EntityType" => {
                *current = format!("{namespace}.{name}");
                if element == "EnumType" {
                    self.enums.entry(current.clone()).or_default();
                    return;
                }
                let structure = self.structures.entry(current.clone()).or_default();
                structure.base = attribute("BaseType").map(|base| full(&base));
                structure.open = attribute("OpenType").as_deref() == Some("true");
                structure.entity = element == "EntityType";
            }
            "Member" => {
                self.enums.entry(current.clone()).or_default().push(name);
            }
            "Property" => {
                let type_name = full(&attribute("Type").expect("a type"));
                let nullable = attribute("Nullable").as_deref() != Some("false");
                let structure = self.structures.get_mut(current).expect("inside a type");
                structure.properties.insert(name, Property { type_name, nullable });
            }
            "NavigationProperty" => {
                let type_name = full(&attribute("Type").expect("a type"));
                let structure = self.structures.get_mut(current).expect("inside a type");
                structure.navigations.insert(name, type_name);
            }
            _ => {}
        }
    }

    /// Everything in `value` that the type does not have, or has otherwise.
    pub(crate) fn departures(&self, value: &Value, type_name: &str) -> Departures {
        let mut found = Vec::new();
        self.check(value, &full(type_name), type_name, &mut found);
        found
    }

    /// Like [`departures`](Self::departures), and every entity has each property that may not be
    /// null.
    pub(crate) fn departures_of_whole(&self, value: &Value, type_name: &str) -> Departures {
        let mut found = self.departures(value, type_name);
        self.check_whole(value, &full(type_name), type_name, &mut found);
        found
    }

    fn check(&self, value: &Value, type_name: &str, path: &str, found: &mut Departures) {
        if let Some(element) = collection(type_name) {
            match value {
                Value::Array(items) => {
                    for (at, item) in items.iter().enumerate() {
                        self.check(item, element, &format!("{path}[{at}]"), found);
                    }
                }
                _ => found.push(format!("{path}: not a collection")),
            }
        } else if let Some(members) = self.enums.get(type_name) {
            let is_member = |member: &str| members.iter().any(|known| known == member);
            // Flags are a list in one string.
            let is_valid = value.as_str().is_some_and(|text| text.split(',').all(is_member));
            if !is_valid {
                found.push(format!("{path}: {value} is no member of {type_name}"));
            }
        } else if self.structures.contains_key(type_name) {
            match value {
                Value::Object(map) => self.check_structure(map, type_name, path, found),
                _ => found.push(format!("{path}: not an object")),
            }
        } else if !is_primitive(value, type_name) {
            found.push(format!("{path}: {value} is no {type_name}"));
        }
    }

    fn check_structure(
        &self,
        map: &Map<String, Value>,
        declared: &str,
        path: &str,
        found: &mut Departures,
    ) {
        let types = match map.get("@odata.type").and_then(Value::as_str) {
            Some(given) => {
                let given = full(given.trim_start_matches('#'));
                if !self.lineage(&given).any(|ancestor| ancestor == declared) {
                    found.push(format!("{path}: {given} is no {declared}"));
                    return;
                }
                vec![given]
            }
            // Without metadata an object may be of any type that derives from the declared one.
            None => self.derived(declared),
        };
        let lineages = || types.iter().flat_map(|name| self.lineage(name));
        let is_open = lineages().any(|name| self.structures[name].open);
        for (key, value) in map {
            if key.contains("@odata.") {
                continue;
            }
            let path = format!("{path}.{key}");
            let property = lineages().find_map(|name| self.structures[name].properties.get(key));
            let navigation = lineages().find_map(|name| self.structures[name].navigations.get(key));
            match (property, navigation) {
                (Some(property), _) if value.is_null() => {
                    if !property.nullable {
                        found.push(format!("{path}: null is not allowed"));
                    }
                }
                (Some(property), _) => self.check(value, &property.type_name, &path, found),
                (None, Some(type_name)) => self.check(value, type_name, &path, found),
                (None, None) if is_open => {}
                (None, None) => found.push(format!("{path}: {declared} has no such property")),
            }
        }
    }

    fn check_whole(&self, value: &Value, type_name: &str, path: &str, found: &mut Departures) {
        let type_name = collection(type_name).unwrap_or(type_name);
        for (at, item) in value.as_array().into_iter().flatten().enumerate() {
            self.check_whole(item, type_name, &format!("{path}[{at}]"), found);
        }
        let (Some(map), Some(_)) = (value.as_object(), self.structures.get(type_name)) else {
            return;
        };
        for structure in self.lineage(type_name).map(|name| &self.structures[name]) {
            for (name, property) in &structure.properties {
                if structure.entity && !property.nullable && !map.contains_key(name) {
                    found.push(format!("{path}: {name} is missing"));
                }
            }
            for (name, type_name) in &structure.navigations {
                if let Some(value) = map.get(name) {
                    self.check_whole(value, type_name, &format!("{path}.{name}"), found);
                }
            }
        }
    }

    /// The type and those that it derives from.
    fn lineage<'a>(&'a self, type_name: &str) -> impl Iterator<Item = &'a str> {
        let first = self.structures.get_key_value(type_name);
        let next = |(_, structure): &(&'a String, &'a Structure)| {
            self.structures.get_key_value(structure.base.as_ref()?)
        };
        std::iter::successors(first, next).map(|(name, _)| name.as_str())
    }

    /// The type and those that derive from it.
    fn derived(&self, type_name: &str) -> Vec<String> {
        let derives = |name: &&String| self.lineage(name).any(|ancestor| ancestor == type_name);
        self.structures.keys().filter(derives).cloned().collect()
    }
}

/// `graph.x` is `microsoft.graph.x`; collections stay collections.
fn full(type_name: &str) -> String {
    if let Some(element) = collection(type_name) {
        return format!("Collection({})", full(element));
    }
    match type_name.strip_prefix("graph.") {
        Some(name) => format!("{GRAPH}.{name}"),
        None => type_name.to_owned(),
    }
}

fn collection(type_name: &str) -> Option<&str> {
    type_name.strip_prefix("Collection(")?.strip_suffix(')')
}

fn is_primitive(value: &Value, type_name: &str) -> bool {
    match type_name {
        "Edm.String" => value.is_string(),
        "Edm.Boolean" => value.is_boolean(),
        "Edm.Int32" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        "Edm.Int64" => value.is_i64() || value.is_u64(),
        "Edm.Single" | "Edm.Decimal" => value.is_number(),
        "Edm.DateTimeOffset" => value.as_str().is_some_and(is_time),
        "Edm.Duration" => value.as_str().is_some_and(|text| text.parse::<jiff::Span>().is_ok()),
        "Edm.Guid" => value.as_str().is_some_and(|text| uuid::Uuid::parse_str(text).is_ok()),
        other => panic!("the schema has {other}, this check does not"),
    }
}

fn is_time(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok()
}

#[test]
fn the_schema_is_read_whole() {
    let schema = Schema::read();
    let members = |structure: &str| schema.structures[structure].properties.len();
    assert_eq!(members("microsoft.graph.callRecords.mediaStream"), 30);
    assert_eq!(members("microsoft.graph.callRecords.networkInfo"), 26);
    assert_eq!(members("microsoft.graph.callRecords.deviceInfo"), 21);
    assert_eq!(schema.enums["microsoft.graph.callRecords.serviceRole"].len(), 22);
    assert!(schema.structures["microsoft.graph.communicationsIdentitySet"].open);
}

#[test]
fn departures_are_found() {
    let schema = Schema::read();
    let session = |change: &dyn Fn(&mut Value)| {
        let mut session = serde_json::json!({
            "id": "a", "modalities": ["audio"],
            "startDateTime": "2026-03-02T09:00:00.1234567Z", "endDateTime": "2026-03-02T09:00:00Z",
            "caller": { "userAgent": { "platform": "web" }, "cpuCoresCount": 4 },
        });
        change(&mut session);
        schema.departures_of_whole(&session, "microsoft.graph.callRecords.session").len()
    };
    assert_eq!(session(&|_| {}), 0);
    assert_eq!(session(&|session| session["colour"] = "blue".into()), 1);
    assert_eq!(session(&|session| session["modalities"] = serde_json::json!(["smell"])), 1);
    assert_eq!(session(&|session| session["startDateTime"] = Value::Null), 1);
    assert_eq!(session(&|session| session["endDateTime"] = "yesterday".into()), 1);
    assert_eq!(session(&|session| session["caller"]["cpuCoresCount"] = 0.5.into()), 1);
    assert_eq!(session(&|session| drop(session.as_object_mut().unwrap().remove("id"))), 1);
    let service = "#microsoft.graph.callRecords.serviceEndpoint";
    assert_eq!(session(&|session| session["caller"]["@odata.type"] = service.into()), 1);
}
