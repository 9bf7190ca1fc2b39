//! What the node keeps besides the chain: keys, impersonated accounts, waiting transactions, snapshots and filters.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use alloy::{
    consensus::TxEnvelope,
    eips::{BlockId, BlockNumberOrTag},
    signers::local::PrivateKeySigner,
};
use alloy_primitives::{Address, B256, Bytes};

use super::{error::RpcError, filters::Filters};
use crate::{Block, Chain, Receipt, State, Tx, TxError, execute};

/// The most transactions that wait while automatic mining is off.
const WAITING_LIMIT: usize = 10_000;
/// The most snapshots kept; the oldest goes first.
const SNAPSHOT_LIMIT: usize = 10_000;

/// A transaction that waits for a block, as automatic mining is off.
#[derive(Clone, Debug)]
pub(super) enum Waiting {
    Signed {
        raw: Bytes,
        envelope: Box<TxEnvelope>,
        from: Address,
    },
    /// Its nonce is set, so that its hash is known.
    Impersonated(Box<Tx>),
}

/// A chain and what serving it needs. Cloning is cheap: the chain is persistent.
#[derive(Clone)]
pub(crate) struct Node {
    pub(super) chain: Chain,
    /// What `anvil_reset` goes back to.
    origin: Chain,
    /// The funded accounts, in the mnemonic's order.
    pub(super) signers: Arc<Vec<PrivateKeySigner>>,
    pub(super) impersonated: BTreeSet<Address>,
    pub(super) auto_impersonate: bool,
    pub(super) automine: bool,
    pub(super) waiting: Vec<Waiting>,
    snapshots: BTreeMap<u64, Chain>,
    last_snapshot: u64,
    /// Sum of the seconds given to `evm_increaseTime`.
    time_added: u64,
    pub(super) filters: Filters,
}

impl Node {
    pub(super) fn new(chain: Chain) -> Self {
        let signers = Arc::new(chain.config().signers());
        Self {
            origin: chain.clone(),
            chain,
            signers,
            impersonated: BTreeSet::new(),
            auto_impersonate: false,
            automine: true,
            waiting: Vec::new(),
            snapshots: BTreeMap::new(),
            last_snapshot: 0,
            time_added: 0,
            filters: Filters::default(),
        }
    }
}

impl Node {
    /// The block number a tag means. `pending`, `safe` and `finalized` are the head.
    pub(super) fn tag_number(&self, tag: BlockNumberOrTag) -> u64 {
        match tag {
            BlockNumberOrTag::Number(number) => number,
            BlockNumberOrTag::Earliest => 0,
            _ => self.chain.block_number(),
        }
    }

    /// The block an id names, if it is known.
    pub(super) fn find_block(&self, id: BlockId) -> Option<&Block> {
        match id {
            BlockId::Number(tag) => self.chain.block(self.tag_number(tag)),
            BlockId::Hash(hash) => self.chain.block_by_hash(hash.block_hash),
        }
    }

    /// The number of a block that must be known.
    pub(super) fn block_number_of(&self, id: BlockId) -> Result<u64, RpcError> {
        self.find_block(id).map(|block| block.number).ok_or_else(|| RpcError::server("header not found"))
    }

    /// The state after a block.
    pub(super) fn state_at(&self, id: Option<BlockId>) -> Result<&State, RpcError> {
        let number = self.block_number_of(id.unwrap_or_default())?;
        Ok(self.chain.state_at(number).ok_or(TxError::NoState(number))?)
    }

    pub(super) fn take_snapshot(&mut self) -> u64 {
        self.last_snapshot += 1;
        self.snapshots.insert(self.last_snapshot, self.chain.clone());
        if self.snapshots.len() > SNAPSHOT_LIMIT {
            self.snapshots.pop_first();
        }
        self.last_snapshot
    }

    pub(super) fn revert_to(&mut self, id: u64) -> bool {
        let Some(chain) = self.snapshots.remove(&id) else { return false };
        self.snapshots.split_off(&id);
        self.waiting.clear();
        self.chain = chain;
        true
    }
}
impl Node {
    /// The nonce after those used and those waiting.
    pub(super) fn next_nonce(&self, address: Address) -> u64 {
        let waiting = self.waiting.iter().filter(|waiting| waiting.from() == address).count() as u64;
        self.chain.state().nonce(address).saturating_add(waiting)
    }

    /// Takes a transaction in: into a block of its own at once, or, with automatic mining off, to wait for one.
    pub(super) fn submit(&mut self, waiting: Waiting) -> Result<B256, RpcError> {
        if self.automine {
            return self.execute(waiting);
        }
        let hash = waiting.hash(&self.chain);
        if self.waiting.len() >= WAITING_LIMIT {
            return Err(RpcError::server("txpool is full"));
        }
        self.waiting.push(waiting);
        Ok(hash)
    }

    fn execute(&mut self, waiting: Waiting) -> Result<B256, RpcError> {
        match waiting {
            Waiting::Signed { raw, .. } => Ok(self.chain.send_raw(&raw)?),
            Waiting::Impersonated(tx) => {
                execute::check(self.chain.state(), &tx, self.chain.chain_id(), self.chain.base_fee())?;
                Ok(self.chain.send(*tx)?.tx_hash)
            }
        }
    }

    /// Puts the waiting transactions into blocks, one each and all at the time of the first; without any, adds an empty
    /// block. A transaction that is no longer valid is dropped, as from a pool.
    pub(super) fn mine(&mut self) {
        let before = self.chain.block_number();
        for waiting in std::mem::take(&mut self.waiting) {
            let first = self.chain.block_number() == before;
            // The head's own time is never before itself, so that this cannot fail.
            if !first && self.chain.set_next_timestamp(self.chain.timestamp()).is_err() {
                return;
            }
            let _dropped = self.execute(waiting);
        }
        if self.chain.block_number() == before {
            self.chain.mine();
        }
    }

    pub(super) fn set_automine(&mut self, on: bool) {
        self.automine = on;
        if on && !self.waiting.is_empty() {
            self.mine();
        }
    }

    pub(super) fn set_next_timestamp(&mut self, timestamp: u64) -> Result<(), RpcError> {
        self.chain.set_next_timestamp(timestamp).map_err(|error| RpcError::invalid_params(error.to_string()))
    }

    /// Lets time pass; answers how much was added in all.
    pub(super) fn advance_time(&mut self, seconds: u64) -> u64 {
        self.chain.advance_time(seconds);
        self.time_added = self.time_added.saturating_add(seconds);
        self.time_added
    }

    pub(super) fn reset(&mut self) {
        self.replace_chain(self.origin.clone());
    }

    /// Goes on with another chain; what referred to the old one is gone.
    pub(super) fn replace_chain(&mut self, chain: Chain) {
        self.chain = chain;
        self.waiting.clear();
        self.snapshots.clear();
        self.time_added = 0;
    }

    /// A block that must be known.
    pub(super) fn block(&self, number: u64) -> Result<&Block, RpcError> {
        self.chain.block(number).ok_or_else(|| RpcError::server("header not found"))
    }

    /// The receipts of a block, in order.
    pub(super) fn receipts_of<'a>(&'a self, block: &'a Block) -> impl Iterator<Item = &'a Receipt> {
        block.transactions.iter().filter_map(|hash| self.chain.receipt(*hash))
    }

    /// A waiting transaction with the sender, by its hash.
    pub(super) fn find_waiting(&self, hash: B256) -> Option<(TxEnvelope, Address)> {
        let found = self.waiting.iter().find(|waiting| waiting.hash(&self.chain) == hash)?;
        Some((found.envelope(&self.chain), found.from()))
    }
}

impl Waiting {
    fn from(&self) -> Address {
        match self {
            Self::Signed { from, .. } => *from,
            Self::Impersonated(tx) => tx.from,
        }
    }

    fn envelope(&self, chain: &Chain) -> TxEnvelope {
        match self {
            Self::Signed { envelope, .. } => TxEnvelope::clone(envelope),
            Self::Impersonated(tx) => {
                let nonce = tx.nonce.unwrap_or_else(|| chain.state().nonce(tx.from));
                tx.unsigned_envelope(nonce, chain.chain_id(), chain.base_fee())
            }
        }
    }

    fn hash(&self, chain: &Chain) -> B256 {
        *self.envelope(chain).tx_hash()
    }
}
