//! What Graph might never send: published payloads with a few changes.

use fastrand::Rng;
use serde_json::{Value, json};

/// Changes payloads, by a seed.
pub(crate) struct Mutator {
    random: Rng,
    /// What parts of other payloads are taken from.
    donors: Vec<Value>,
}

impl Mutator {
    pub(crate) fn new(seed: u64, donors: Vec<Value>) -> Self {
        Self { random: Rng::with_seed(seed), donors }
    }

    /// The payload as text, with up to four changes to its structure or its values, and now and then
    /// one that only text can have.
    pub(crate) fn mutated(&mut self, payload: &Value) -> String {
        let mut changed = payload.clone();
        for _ in 0..self.random.usize(..=4) {
            self.change(&mut changed);
        }
        let text = changed.to_string();
        if self.random.u8(..6) == 0 { self.damaged(&text) } else { text }
    }

    /// Changes something in the value, most often deep inside.
    fn change(&mut self, value: &mut Value) {
        let deeper = self.random.u8(..8) > 0;
        match value {
            Value::Object(members) if deeper && !members.is_empty() => {
                let place = self.random.usize(..members.len());
                if let Some((_, member)) = members.iter_mut().nth(place) {
                    self.change(member);
                }
            }
            Value::Array(elements) if deeper && !elements.is_empty() => {
                let place = self.random.usize(..elements.len());
                self.change(&mut elements[place]);
            }
            other => self.replace(other),
        }
    }

    fn replace(&mut self, value: &mut Value) {
        match (self.random.u8(..5), &mut *value) {
            (0 | 1, Value::Object(members)) if !members.is_empty() => {
                let place = self.random.usize(..members.len());
                let key = members.keys().nth(place).cloned().unwrap_or_default();
                members.remove(&key);
            }
            (0, Value::Array(elements)) if !elements.is_empty() => {
                elements.remove(self.random.usize(..elements.len()));
            }
            (1, Value::Array(elements)) if !elements.is_empty() => {
                let again = elements[self.random.usize(..elements.len())].clone();
                let times = self.random.usize(1..=80);
                elements.extend(std::iter::repeat_n(again, times));
            }
            (2, Value::Array(elements)) => elements.reverse(),
            _ => *value = self.instead_of(value.take()),
        }
    }

    /// Something else, with or without what was there.
    fn instead_of(&mut self, old: Value) -> Value {
        match self.random.u8(..24) {
            0 => Value::Null,
            1 => json!(self.random.bool()),
            2 => json!(i64::MAX),
            3 => json!(i64::MIN),
            4 => json!(u64::MAX),
            5 => json!(f64::MAX),
            6 => json!(-0.5),
            7 => json!(""),
            8 => json!("x".repeat(self.random.usize(1..=100_000))),
            9 => json!("\u{0}\u{1f}\u{fffe}\u{10ffff}"),
            10 => json!("NaN"),
            11 => json!("9999-12-31T23:59:59.9999999Z"),
            12 => json!("-009999-01-02T00:00:00Z"),
            13 => json!("2026-11-02T09:00:00+23:59"),
            14 => json!("PT9999999999999H"),
            15 => json!("P1Y2M"),
            16 => json!([old]),
            17 => json!({ "id": old, "value": [], "identity": { "user": {} } }),
            18 => (0..100).fold(old, |inner, _| json!([inner])),
            19 => json!("<script>alert(1)</script>"),
            20 => json!(self.random.i64(..)),
            21 => json!(self.random.f64()),
            _ => self.part_of_another(),
        }
    }

    fn part_of_another(&mut self) -> Value {
        let Some(mut part) = self.random.choice(&self.donors).cloned() else {
            return Value::Null;
        };
        for _ in 0..self.random.usize(1..8) {
            part = match part {
                Value::Object(members) if !members.is_empty() => {
                    let place = self.random.usize(..members.len());
                    members.into_iter().nth(place).map(|(_, member)| member).unwrap_or_default()
                }
                Value::Array(mut elements) if !elements.is_empty() => {
                    elements.swap_remove(self.random.usize(..elements.len()))
                }
                leaf => leaf,
            };
        }
        part
    }

    /// The text with what no JSON value can hold.
    fn damaged(&mut self, text: &str) -> String {
        let at = text.floor_char_boundary(self.random.usize(..=text.len()));
        let (before, after) = text.split_at(at);
        let members = text.strip_prefix('{').unwrap_or(text);
        match self.random.u8(..9) {
            0 => before.to_owned(),
            1 => format!("{before}\u{0}{after}"),
            2 => text.replacen("\":\"", "\":\"\\ud800", self.random.usize(1..4)),
            3 => format!("{{\"version\":7,\"version\":\"8\",\"sessions\":[],{members}"),
            4 => format!("{{\"deep\":{}{},{members}", "[".repeat(20_000), "]".repeat(20_000)),
            5 => format!("{{\"far\":1e999,{members}"),
            6 => format!("{{\"long\":{},{members}", "9".repeat(10_000)),
            7 => format!("\u{feff}{text}"),
            _ => format!("{text}{text}"),
        }
    }
}
