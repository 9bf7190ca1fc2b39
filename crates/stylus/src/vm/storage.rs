//! A frame's own cache of storage: what it has read and what it has written and not yet flushed.

use alloy_primitives::B256;
use std::collections::BTreeMap;

/// Gas of answering a miss, besides what the chain charges for the slot.
pub(super) const MISS: u64 = 5;

/// A slot as the frame sees it. What the chain has is unknown for a slot that was written and never read: it counts
/// as different from whatever was written.
struct Slot {
    value: B256,
    known: Option<B256>,
}

/// The cache of one frame.
#[derive(Default)]
pub(super) struct StorageCache {
    slots: BTreeMap<B256, Slot>,
    reads: u32,
    writes: u32,
}

impl StorageCache {
    /// A cached value.
    pub(super) fn get(&self, key: &B256) -> Option<B256> {
        self.slots.get(key).map(|slot| slot.value)
    }

    /// Keeps what the chain has.
    pub(super) fn insert_known(&mut self, key: B256, value: B256) {
        self.slots.insert(key, Slot { value, known: Some(value) });
    }

    /// Keeps what the program writes.
    pub(super) fn write(&mut self, key: B256, value: B256) {
        self.slots.entry(key).and_modify(|slot| slot.value = value).or_insert(Slot { value, known: None });
    }

    /// Counts a read and returns its price in gas.
    pub(super) fn read_price(&mut self) -> u64 {
        self.reads = self.reads.saturating_add(1);
        match self.reads {
            0..=32 => 0,
            33..=128 => 2,
            _ => 10,
        }
    }

    /// Counts a write and returns its price in gas.
    pub(super) fn write_price(&mut self) -> u64 {
        self.writes = self.writes.saturating_add(1);
        match self.writes {
            0..=8 => 0,
            9..=64 => 7,
            _ => 10,
        }
    }

    /// What must be written to the chain, which from now on is taken to know it.
    pub(super) fn flush(&mut self) -> Vec<(B256, B256)> {
        let mut dirty = Vec::new();
        for (key, slot) in &mut self.slots {
            if slot.known != Some(slot.value) {
                dirty.push((*key, slot.value));
                slot.known = Some(slot.value);
            }
        }
        dirty
    }

    /// Forgets everything but how often it was used.
    pub(super) fn clear(&mut self) {
        self.slots.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: B256 = B256::with_last_byte(1);
    const VALUE: B256 = B256::with_last_byte(2);

    #[test]
    fn what_was_read_and_written_back_is_not_flushed() {
        let mut cache = StorageCache::default();
        cache.insert_known(KEY, VALUE);
        cache.write(KEY, B256::ZERO);
        cache.write(KEY, VALUE);
        assert_eq!(cache.flush(), []);
    }

    #[test]
    fn what_was_never_read_is_flushed_once() {
        let mut cache = StorageCache::default();
        cache.write(KEY, VALUE);
        assert_eq!(cache.flush(), [(KEY, VALUE)]);
        assert_eq!(cache.flush(), []);
        cache.clear();
        assert_eq!(cache.get(&KEY), None);
    }

    #[test]
    fn many_reads_and_writes_cost_more_and_clearing_does_not_reset_them() {
        let mut cache = StorageCache::default();
        let reads: Vec<u64> = (0..130).map(|_| cache.read_price()).collect();
        assert_eq!([reads[31], reads[32], reads[127], reads[128]], [0, 2, 2, 10]);
        cache.clear();
        assert_eq!(cache.read_price(), 10);
        let writes: Vec<u64> = (0..65).map(|_| cache.write_price()).collect();
        assert_eq!([writes[7], writes[8], writes[63], writes[64]], [0, 7, 7, 10]);
    }
}
