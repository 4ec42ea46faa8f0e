//! Sets and maps of a few entries, in the memory that these take.
//!
//! A node of `BTreeSet` or `BTreeMap` has room for eleven entries, also where there is one. A meeting of
//! 20,000 people has a dozen small sets and maps for each of them.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::ops::Index;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Up to so many entries a map is a list, which takes a time in its length for each that is added.
const MAX_LISTED: usize = 32;

/// A set in ascending order. Adding takes a time in its size: it is for what is bounded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct CompactSet<T>(Vec<T>);

impl<T> Default for CompactSet<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> CompactSet<T> {
    /// In ascending order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The smallest entry.
    #[must_use]
    pub fn first(&self) -> Option<&T> {
        self.0.first()
    }

    pub(crate) fn pop_last(&mut self) -> Option<T> {
        self.0.pop()
    }
}

impl<T: Ord> CompactSet<T> {
    /// Whether it has this entry.
    #[must_use]
    pub fn contains<Q: Ord + ?Sized>(&self, entry: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.place(entry).is_ok()
    }

    pub(crate) fn insert(&mut self, entry: T) {
        if let Err(place) = self.place(&entry) {
            self.0.reserve_exact(1);
            self.0.insert(place, entry);
        }
    }

    fn place<Q: Ord + ?Sized>(&self, entry: &Q) -> Result<usize, usize>
    where
        T: Borrow<Q>,
    {
        self.0.binary_search_by(|known| known.borrow().cmp(entry))
    }
}

impl<T: Ord> FromIterator<T> for CompactSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        entries.sort();
        entries.dedup();
        entries.shrink_to_fit();
        Self(entries)
    }
}

impl<T: Ord> Extend<T> for CompactSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, entries: I) {
        entries.into_iter().for_each(|entry| self.insert(entry));
    }
}

impl<'a, T> IntoIterator for &'a CompactSet<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'de, T: Deserialize<'de> + Ord> Deserialize<'de> for CompactSet<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into_iter().collect())
    }
}

/// A map in the order of its keys: a list while it is short, else a tree.
#[derive(Clone, Debug)]
pub struct CompactMap<K, V> {
    /// Empty when there is a tree.
    list: Vec<(K, V)>,
    #[expect(
        clippy::box_collection,
        reason = "most maps stay empty, and a pointer is 16 bytes smaller"
    )]
    tree: Option<Box<BTreeMap<K, V>>>,
}

impl<K, V> Default for CompactMap<K, V> {
    fn default() -> Self {
        Self { list: Vec::new(), tree: None }
    }
}

impl<K, V> CompactMap<K, V> {
    /// In the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        let list = self.list.iter().map(|(key, value)| (key, value));
        list.chain(self.tree.iter().flat_map(|tree| tree.iter()))
    }

    /// The keys in their order.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tree.as_ref().map_or(self.list.len(), |tree| tree.len())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<K: Ord, V> CompactMap<K, V> {
    /// The value of a key.
    #[must_use]
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        match &self.tree {
            Some(tree) => tree.get(key),
            None => self.place(key).ok().map(|place| &self.list[place].1),
        }
    }

    /// Whether it has this key.
    #[must_use]
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get(key).is_some()
    }

    pub(crate) fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        match self.place(key) {
            _ if self.tree.is_some() => self.tree.as_mut()?.get_mut(key),
            Ok(place) => Some(&mut self.list[place].1),
            Err(_) => None,
        }
    }

    /// Adds an entry, or replaces its value.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        if self.list.len() == MAX_LISTED {
            self.tree = Some(Box::new(std::mem::take(&mut self.list).into_iter().collect()));
        }
        match self.place(&key) {
            _ if self.tree.is_some() => {
                self.tree.get_or_insert_default().insert(key, value);
            }
            Ok(place) => self.list[place].1 = value,
            Err(place) => {
                self.list.reserve_exact(1);
                self.list.insert(place, (key, value));
            }
        }
    }

    pub(crate) fn pop_last(&mut self) -> Option<(K, V)> {
        match &mut self.tree {
            Some(tree) => tree.pop_last(),
            None => self.list.pop(),
        }
    }

    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        self.list.binary_search_by(|(known, _)| known.borrow().cmp(key))
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for CompactMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<K: Ord + Borrow<str>, V> Index<&str> for CompactMap<K, V> {
    type Output = V;

    /// # Panics
    ///
    /// When the key is not there.
    fn index(&self, key: &str) -> &V {
        self.get(key).expect("the key is not there")
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for CompactMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::default();
        entries.into_iter().for_each(|(key, value)| map.insert(key, value));
        map
    }
}

impl<K: Serialize, V: Serialize> Serialize for CompactMap<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Deserialize<'de> for CompactMap<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(BTreeMap::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_map_is_like_one_of_the_library(entries in prop::collection::vec((0_u8..60, 0_u8..9), 0..90)) {
            let mut compact = CompactMap::default();
            let mut tree = BTreeMap::new();
            for (key, value) in entries {
                compact.insert(key, value);
                tree.insert(key, value);
                prop_assert_eq!(compact.len(), tree.len());
                prop_assert!(compact.iter().eq(tree.iter()));
                prop_assert_eq!(compact.get_mut(&key), tree.get_mut(&key));
                prop_assert_eq!(compact.get(&(key + 1)), tree.get(&(key + 1)));
            }
            let json = serde_json::to_string(&compact).unwrap();
            prop_assert_eq!(&json, &serde_json::to_string(&tree).unwrap());
            prop_assert!(serde_json::from_str::<CompactMap<u8, u8>>(&json).unwrap() == compact);
            while let Some(last) = tree.pop_last() {
                prop_assert_eq!(compact.pop_last(), Some(last));
            }
            prop_assert!(compact.is_empty());
        }

        #[test]
        fn a_set_is_like_one_of_the_library(entries in prop::collection::vec(0_u8..60, 0..90)) {
            let tree: BTreeSet<_> = entries.iter().copied().collect();
            let mut added = CompactSet::default();
            added.extend(entries.iter().copied());
            prop_assert!(added.iter().eq(tree.iter()));
            prop_assert_eq!(&added, &entries.iter().copied().collect());
            prop_assert!((0..61).all(|entry| added.contains(&entry) == tree.contains(&entry)));
            let json = serde_json::to_string(&added).unwrap();
            prop_assert_eq!(&json, &serde_json::to_string(&tree).unwrap());
            prop_assert_eq!(serde_json::from_str::<CompactSet<u8>>(&json).unwrap(), added);
        }
    }
}
