//! A chain of pages must end.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::error::Error;

/// More pages than any record has: 10,000 pages of 60 sessions are 600,000 joins.
const MAX_PAGES: u32 = 10_000;

/// Remembers the links of one chain, so that a chain that turns in a circle is left.
///
/// It keeps 8 bytes for each link, not the link.
#[derive(Clone, Debug, Default)]
pub struct PageChain {
    seen: HashSet<u64>,
    pages: u32,
}

impl PageChain {
    /// Notes that `link` is about to be followed.
    ///
    /// # Errors
    ///
    /// [`Error::EndlessPages`] when it was followed before, or when 10,000 were.
    pub fn follow(&mut self, link: &str) -> Result<(), Error> {
        let mut hasher = DefaultHasher::new();
        link.hash(&mut hasher);
        if self.pages == MAX_PAGES || !self.seen.insert(hasher.finish()) {
            return Err(Error::EndlessPages { pages: self.pages });
        }
        self.pages += 1;
        Ok(())
    }

    /// The link to follow after a page, if there is one. An empty page whose link was followed before
    /// is the end of the list: some lists of Graph end with a page that points at itself.
    ///
    /// # Errors
    ///
    /// As [`follow`](Self::follow), when a page with entries leads back.
    pub fn next(&mut self, link: Option<String>, is_empty: bool) -> Result<Option<String>, Error> {
        let Some(link) = link.filter(|link| !link.is_empty()) else { return Ok(None) };
        match self.follow(&link) {
            Err(Error::EndlessPages { pages }) if is_empty && pages < MAX_PAGES => {
                tracing::warn!(pages, "graph.empty_page_links_back");
                Ok(None)
            }
            followed => followed.map(|()| Some(link)),
        }
    }

    /// How many links were followed.
    #[must_use]
    pub fn followed(&self) -> u32 {
        self.pages
    }
}

#[cfg(test)]
mod tests;
