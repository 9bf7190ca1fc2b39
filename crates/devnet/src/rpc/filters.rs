//! Polling filters: `eth_newFilter`, `eth_newBlockFilter` and what reads them.

use std::collections::BTreeMap;

use alloy::rpc::types::Filter;

/// The most filters kept; the oldest goes first, so that clients that never uninstall cannot fill the memory.
const FILTER_LIMIT: usize = 4_096;

/// What a filter reports.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Logs(Box<Filter>),
    Blocks,
    PendingTransactions,
}

/// One installed filter.
#[derive(Clone, Debug)]
pub(super) struct Installed {
    pub(super) kind: Kind,
    /// The first block not reported yet.
    pub(super) next_block: u64,
}

/// The installed filters by id.
#[derive(Clone, Debug, Default)]
pub(super) struct Filters {
    installed: BTreeMap<u64, Installed>,
    last_id: u64,
}

impl Filters {
    pub(super) fn install(&mut self, kind: Kind, next_block: u64) -> u64 {
        self.last_id += 1;
        self.installed.insert(self.last_id, Installed { kind, next_block });
        if self.installed.len() > FILTER_LIMIT {
            self.installed.pop_first();
        }
        self.last_id
    }

    pub(super) fn uninstall(&mut self, id: u64) -> bool {
        self.installed.remove(&id).is_some()
    }

    pub(super) fn get_mut(&mut self, id: u64) -> Option<&mut Installed> {
        self.installed.get_mut(&id)
    }
}
