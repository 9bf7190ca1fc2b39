//! A chain as bytes and back: its newest state, every block with its transactions and receipts, and its clock.
//!
//! Of older blocks the state is not kept, so that a loaded chain answers for its newest block and those after it. The
//! format is gzipped JSON with a version, and is read as anything from outside: whatever the bytes are, the result
//! is a whole chain or an error.

use std::{
    io::{BufReader, Read},
    sync::Arc,
};

use alloy::{
    consensus::{Signed, Transaction as _, TxEnvelope},
    eips::eip2718::{Decodable2718, Encodable2718},
};
use alloy_primitives::{Address, B256, Bytes, Log, U256};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize};
use stylus::params::ArbOs;

use crate::{
    block::{Block, Receipt, TxRecord},
    chain::{Chain, Ledger},
    config::ChainConfig,
    state::State,
};

/// The version of the format.
const VERSION: u32 = 1;
/// The most bytes of JSON that are read.
const LIMIT: u64 = 1 << 30;

/// Why bytes are no chain.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// Not what [`write()`] makes.
    #[error("not a dump of a chain: {0}")]
    Malformed(String),
    /// Made by another version of this program.
    #[error("a dump of version {0}; this program reads version {VERSION}")]
    Version(u32),
    /// Of another chain.
    #[error("a dump of chain {have}, and this is chain {want}")]
    ChainId {
        /// The dumped one's.
        have: u64,
        /// This one's.
        want: u64,
    },
}

#[derive(Serialize, Deserialize)]
struct Dump {
    version: u32,
    chain_id: u64,
    arbos: u64,
    block_time: u64,
    next_timestamp: Option<u64>,
    accounts: Vec<DumpedAccount>,
    blocks: Vec<DumpedBlock>,
}

#[derive(Serialize, Deserialize)]
struct DumpedAccount {
    address: Address,
    balance: U256,
    nonce: u64,
    code: Bytes,
    storage: Vec<(U256, U256)>,
}

#[derive(Serialize, Deserialize)]
struct DumpedBlock {
    hash: B256,
    parent_hash: B256,
    timestamp: u64,
    base_fee: u64,
    gas_limit: u64,
    gas_used: u64,
    l1_block_number: u64,
    coinbase: Address,
    transactions: Vec<DumpedTransaction>,
}

#[derive(Serialize, Deserialize)]
struct DumpedTransaction {
    from: Address,
    raw: Bytes,
    hash: B256,
    contract_address: Option<Address>,
    success: bool,
    gas_used: u64,
    gas_refunded: u64,
    output: Bytes,
    logs: Vec<Log>,
    halt: Option<String>,
}

/// The chain as bytes.
pub fn write(chain: &Chain) -> Result<Vec<u8>, DumpError> {
    let state = chain.state();
    let mut accounts: Vec<DumpedAccount> = state.addresses().map(|address| DumpedAccount::of(state, address)).collect();
    accounts.sort_unstable_by_key(|account| account.address);
    let dump = Dump {
        version: VERSION,
        chain_id: chain.chain_id(),
        arbos: chain.arbos().0,
        block_time: chain.config().block_time,
        next_timestamp: chain.ledger.next_timestamp,
        accounts,
        blocks: chain.ledger.blocks.iter().map(|block| DumpedBlock::of(chain, block)).collect(),
    };
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    serde_json::to_writer(&mut gzip, &dump).map_err(|error| DumpError::Malformed(error.to_string()))?;
    gzip.finish().map_err(|error| DumpError::Malformed(error.to_string()))
}

/// The chain in some bytes. What is not in them (accounts, history, genesis) is as `config` says.
pub fn read(bytes: &[u8], config: &ChainConfig) -> Result<Chain, DumpError> {
    let json = BufReader::new(GzDecoder::new(bytes).take(LIMIT));
    let dump: Dump = serde_json::from_reader(json).map_err(|error| DumpError::Malformed(error.to_string()))?;
    if dump.version != VERSION {
        return Err(DumpError::Version(dump.version));
    }
    if dump.chain_id != config.chain_id {
        return Err(DumpError::ChainId { have: dump.chain_id, want: config.chain_id });
    }
    let arbos = ArbOs(dump.arbos);
    if arbos != ArbOs::V51 && arbos != ArbOs::V61 {
        return Err(DumpError::Malformed(format!("there is no ArbOS {} here", dump.arbos)));
    }
    let mut chain = Chain::new(ChainConfig { arbos, block_time: dump.block_time, ..config.clone() });
    clear(&mut chain.ledger);
    dump.accounts.into_iter().for_each(|account| account.restore(&mut chain.ledger.state));
    chain.ledger.next_timestamp = dump.next_timestamp;
    for (number, block) in (0..).zip(dump.blocks) {
        block.restore(number, &mut chain.ledger)?;
    }
    if chain.ledger.blocks.is_empty() {
        return Err(DumpError::Malformed("there is no block".to_owned()));
    }
    chain.keep_state();
    Ok(chain)
}

/// Takes out what a chain starts with.
fn clear(ledger: &mut Ledger) {
    ledger.state = State::default();
    ledger.states = Default::default();
    ledger.blocks = Default::default();
    ledger.hashes = Default::default();
}

impl DumpedAccount {
    fn of(state: &State, address: Address) -> Self {
        let mut storage: Vec<(U256, U256)> = state.slots(address).collect();
        storage.sort_unstable();
        let (balance, nonce, code) = (state.balance(address), state.nonce(address), state.code(address));
        Self { address, balance, nonce, code, storage }
    }

    fn restore(self, state: &mut State) {
        state.set_balance(self.address, self.balance);
        state.set_nonce(self.address, self.nonce);
        if !self.code.is_empty() {
            state.set_code(self.address, self.code);
        }
        for (slot, value) in self.storage {
            state.set_storage(self.address, slot, value);
        }
    }
}

impl DumpedBlock {
    fn of(chain: &Chain, block: &Block) -> Self {
        let transaction = |hash: &B256| Some(DumpedTransaction::of(chain.transaction(*hash)?, chain.receipt(*hash)?));
        Self {
            hash: block.hash,
            parent_hash: block.parent_hash,
            timestamp: block.timestamp,
            base_fee: block.base_fee,
            gas_limit: block.gas_limit,
            gas_used: block.gas_used,
            l1_block_number: block.l1_block_number,
            coinbase: block.coinbase,
            transactions: block.transactions.iter().filter_map(transaction).collect(),
        }
    }

    fn restore(self, number: u64, ledger: &mut Ledger) -> Result<(), DumpError> {
        let mut block = Block {
            number,
            hash: self.hash,
            parent_hash: self.parent_hash,
            timestamp: self.timestamp,
            base_fee: self.base_fee,
            gas_limit: self.gas_limit,
            gas_used: self.gas_used,
            l1_block_number: self.l1_block_number,
            coinbase: self.coinbase,
            ..Block::default()
        };
        for (index, transaction) in (0..).zip(self.transactions) {
            let (record, receipt) = transaction.restore(number, index)?;
            receipt.logs.iter().for_each(|log| block.logs_bloom.accrue_log(log));
            block.transactions.push(receipt.tx_hash);
            ledger.transactions.insert(receipt.tx_hash, Arc::new(record));
            ledger.receipts.insert(receipt.tx_hash, Arc::new(receipt));
        }
        ledger.hashes.insert(block.hash, number);
        ledger.blocks.push_back(Arc::new(block));
        Ok(())
    }
}

impl DumpedTransaction {
    fn of(record: &TxRecord, receipt: &Receipt) -> Self {
        Self {
            from: record.from,
            raw: record.envelope.encoded_2718().into(),
            hash: receipt.tx_hash,
            contract_address: receipt.contract_address,
            success: receipt.success,
            gas_used: receipt.gas_used,
            gas_refunded: receipt.gas_refunded,
            output: receipt.output.clone(),
            logs: receipt.logs.clone(),
            halt: receipt.halt.clone(),
        }
    }

    fn restore(self, block: u64, index: u64) -> Result<(TxRecord, Receipt), DumpError> {
        let envelope = TxEnvelope::decode_2718(&mut self.raw.as_ref())
            .map_err(|error| DumpError::Malformed(format!("transaction {}: {error}", self.hash)))?;
        let receipt = Receipt {
            tx_hash: self.hash,
            block_number: block,
            index,
            tx_type: envelope.tx_type() as u8,
            from: self.from,
            to: envelope.to(),
            contract_address: self.contract_address,
            success: self.success,
            gas_used: self.gas_used,
            gas_refunded: self.gas_refunded,
            output: self.output,
            logs: self.logs,
            halt: self.halt,
        };
        let envelope = under_its_hash(envelope, self.hash);
        Ok((TxRecord { envelope, from: self.from, block, index }, receipt))
    }
}

/// A transaction that nobody signed goes by a hash that its bytes do not give.
fn under_its_hash(envelope: TxEnvelope, hash: B256) -> TxEnvelope {
    match envelope {
        TxEnvelope::Legacy(signed) if *signed.hash() != hash => {
            let signature = *signed.signature();
            TxEnvelope::Legacy(Signed::new_unchecked(signed.strip_signature(), signature, hash))
        }
        other => other,
    }
}
