//! The programs that have run in a block: those last used are taken to be in a node's memory.

use alloy_primitives::B256;
use std::collections::VecDeque;

/// The most recently used programs, the last one first. Not undone by a revert; forgotten with the block.
#[derive(Clone, Debug, Default)]
pub struct RecentWasms(VecDeque<B256>);

impl RecentWasms {
    /// Puts a program first, and returns whether it was there. There is place for one at least.
    pub fn insert(&mut self, code_hash: B256, size: usize) -> bool {
        let found = self.0.iter().position(|known| *known == code_hash);
        if let Some(index) = found {
            self.0.remove(index);
        }
        self.0.push_front(code_hash);
        self.0.truncate(size.max(1));
        found.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_is_forgotten() {
        let mut recent = RecentWasms::default();
        let [a, b, c] = [1, 2, 3].map(B256::with_last_byte);
        assert_eq!([a, b, a, c].map(|hash| recent.insert(hash, 2)), [false, false, true, false]);
        assert!(recent.insert(a, 2));
        assert!(!recent.insert(b, 2));
        assert!(recent.insert(b, 0) && !recent.insert(a, 0) && recent.insert(a, 0));
    }
}
