//! The chain: executes transactions, one a block, and remembers what was.

use crate::{
    arbos::{self, ArbPrecompiles, params, recent::RecentWasms, storage::STATE},
    block::{Block, Receipt, TxRecord},
    call::{CallResult, Overrides},
    config::{BLOCK_GAS_LIMIT, ChainConfig},
    evm::{self, ChainContext, CompiledPrograms, Context, Ran, StylusEnv},
    execute::{self, BlockContext, Strictness},
    state::State,
    trace::{CallTrace, Tracer},
    tx::{DEFAULT_GAS, Tx, TxError},
};
use alloy::consensus::TxEnvelope;
use alloy_primitives::{Address, B256, Bloom, Bytes, address, hex, keccak256};
use std::sync::Arc;
use stylus::{gas::memory::Pages, params::ArbOs, vm::Vm};

/// Arachnid's deployment proxy: creates a contract at an address that depends on its init code and a salt alone.
pub const CREATE2_FACTORY: Address = address!("4e59b44847b379578588920ca78fbf26c0b4956c");
const CREATE2_FACTORY_CODE: [u8; 69] = hex!(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
);
/// Seconds from one block of the parent chain to the next.
const L1_BLOCK_TIME: u64 = 12;
/// Who would get a block's fees: Arbitrum's batch poster.
pub(crate) const COINBASE: Address = address!("a4b000000000000000000073657175656e636572");

type Map<K, V> =
    imbl::GenericHashMap<K, V, alloy_primitives::map::DefaultHashBuilder, imbl::shared_ptr::DefaultSharedPtr>;

/// Everything that a transaction can change. A copy costs nothing.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    pub(crate) state: State,
    pub(crate) states: imbl::OrdMap<u64, State>,
    pub(crate) blocks: imbl::Vector<Arc<Block>>,
    pub(crate) hashes: Map<B256, u64>,
    pub(crate) transactions: Map<B256, Arc<TxRecord>>,
    pub(crate) receipts: Map<B256, Arc<Receipt>>,
    pub(crate) next_timestamp: Option<u64>,
    pub(crate) arbos: ArbOs,
}

/// A chain as it was at some moment.
#[derive(Clone, Debug)]
pub struct Snapshot(Ledger);

/// An Arbitrum chain with Stylus.
#[derive(Clone, Debug)]
pub struct Chain {
    pub(crate) config: ChainConfig,
    pub(crate) env: StylusEnv,
    pub(crate) ledger: Ledger,
}

impl Chain {
    /// Starts a chain with its genesis block.
    ///
    /// # Panics
    /// If the machine cannot reserve the address space that Stylus programs need.
    #[must_use]
    pub fn new(config: ChainConfig) -> Self {
        let vm = Vm::new().expect("the machine has address space for Stylus programs");
        let env = StylusEnv { vm, programs: CompiledPrograms::default() };
        let mut state = State::default();
        for signer in config.signers() {
            state.set_balance(signer.address(), config.funds());
        }
        arbos::genesis(&mut state);
        state.set_code(CREATE2_FACTORY, Bytes::from_static(&CREATE2_FACTORY_CODE));
        for (address, code) in &config.genesis {
            state.set_code(*address, code.clone());
        }
        let genesis = Block {
            hash: keccak256(config.chain_id.to_be_bytes()),
            timestamp: config.genesis_time,
            base_fee: config.base_fee,
            gas_limit: BLOCK_GAS_LIMIT,
            l1_block_number: config.genesis_time / L1_BLOCK_TIME,
            coinbase: COINBASE,
            ..Block::default()
        };
        let ledger = Ledger {
            states: imbl::OrdMap::unit(0, state.clone()),
            hashes: Map::default().update(genesis.hash, 0),
            blocks: imbl::Vector::unit(Arc::new(genesis)),
            transactions: Map::default(),
            receipts: Map::default(),
            next_timestamp: None,
            arbos: config.arbos,
            state,
        };
        Self { config, env, ledger }
    }

    /// What the chain started with.
    #[must_use]
    pub fn config(&self) -> &ChainConfig {
        &self.config
    }

    /// The newest block.
    #[must_use]
    pub fn latest(&self) -> &Block {
        self.ledger.blocks.last().expect("a chain has its genesis block")
    }

    /// The state after the newest block.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.ledger.state
    }

    /// When the next block will be.
    #[must_use]
    pub fn next_timestamp(&self) -> u64 {
        self.ledger.next_timestamp.unwrap_or_else(|| self.latest().timestamp + self.config.block_time)
    }

    fn block_context(&self, timestamp: u64) -> BlockContext {
        let base_fee = self.config.base_fee;
        BlockContext { l1_block_number: timestamp / L1_BLOCK_TIME, timestamp, base_fee, coinbase: COINBASE }
    }

    fn chain_context(&self, state: &State, block_number: u64, record_host_io: bool) -> ChainContext {
        ChainContext {
            env: self.env.clone(),
            arbos: self.ledger.arbos,
            params: params::load(self.ledger.arbos, |slot| state.storage(STATE, slot)),
            dictionary: self.config.stylus_dictionary.clone(),
            block_number,
            blocks: self.ledger.blocks.clone(),
            recent: RecentWasms::default(),
            pages: Pages::default(),
            callers: Vec::new(),
            running: Default::default(),
            record_host_io,
            host_io: Vec::new(),
        }
    }

    /// revm's context for a transaction on some state.
    pub(crate) fn context(
        &self,
        state: State,
        block: (u64, u64),
        tx: &Tx,
        strictness: Strictness,
        record: bool,
    ) -> (Context, ArbPrecompiles) {
        let (number, timestamp) = block;
        let chain = self.chain_context(&state, number, record);
        execute::context(state, self.block_context(timestamp), chain, self.config.chain_id, tx, strictness)
    }

    fn context_of_next(&self, tx: &Tx, record: bool) -> (Context, ArbPrecompiles) {
        let block = (self.latest().number + 1, self.next_timestamp());
        self.context(self.ledger.state.clone(), block, tx, Strictness::Transaction, record)
    }

    /// Executes a transaction in a new block, in its sender's name.
    pub fn send(&mut self, tx: Tx) -> Result<Receipt, TxError> {
        let (context, precompiles) = self.context_of_next(&tx, false);
        let ran = evm::run(context, precompiles).map_err(|error| execute::refusal(error, tx.from))?;
        Ok(self.mine_transaction(&tx, None, ran).0)
    }

    /// The same, and shows what it did.
    pub fn send_traced(&mut self, tx: Tx) -> Result<(Receipt, CallTrace), TxError> {
        let (context, precompiles) = self.context_of_next(&tx, true);
        let ran = evm::run_inspected(context, Tracer::default(), precompiles);
        let ran = ran.map_err(|error| execute::refusal(error, tx.from))?;
        let (receipt, tracer) = self.mine_transaction(&tx, None, ran);
        let trace = tracer.finish().ok_or_else(|| TxError::Other("the transaction ran no frame".to_owned()))?;
        Ok((receipt, trace))
    }

    /// Executes a signed transaction in a new block.
    pub fn send_raw(&mut self, raw: &[u8]) -> Result<B256, TxError> {
        let (tx, envelope) = Tx::decode(raw)?;
        let hash = *envelope.tx_hash();
        if self.ledger.transactions.contains_key(&hash) {
            return Err(TxError::AlreadyKnown(hash));
        }
        execute::check(&self.ledger.state, &tx, self.config.chain_id, self.config.base_fee)?;
        if !execute::may_sign(&self.ledger.state, tx.from) {
            return Err(TxError::SenderNotEoa(tx.from));
        }
        let (context, precompiles) = self.context_of_next(&tx, false);
        let ran = evm::run(context, precompiles).map_err(|error| execute::refusal(error, tx.from))?;
        self.mine_transaction(&tx, Some(envelope), ran);
        Ok(hash)
    }

    /// Executes a call on the newest state and forgets it.
    pub fn call(&self, tx: Tx) -> Result<CallResult, TxError> {
        self.call_at(tx, self.latest().number, &Overrides::default())
    }

    /// Executes a call on the state after a block and forgets it.
    pub fn call_at(&self, tx: Tx, block: u64, overrides: &Overrides) -> Result<CallResult, TxError> {
        let (context, precompiles) = self.call_context(&tx, block, overrides, false)?;
        let ran = evm::run(context, precompiles).map_err(|error| execute::refusal(error, tx.from))?;
        Ok(ran.result.into())
    }

    /// The same, and shows what it did.
    pub fn call_traced(&self, tx: Tx, block: u64, overrides: &Overrides) -> Result<(CallResult, CallTrace), TxError> {
        let (context, precompiles) = self.call_context(&tx, block, overrides, true)?;
        let ran = evm::run_inspected(context, Tracer::default(), precompiles);
        let ran = ran.map_err(|error| execute::refusal(error, tx.from))?;
        let trace = ran.inspector.finish().ok_or_else(|| TxError::Other("the call ran no frame".to_owned()))?;
        Ok((ran.result.into(), trace))
    }

    pub(crate) fn call_context(
        &self,
        tx: &Tx,
        block: u64,
        overrides: &Overrides,
        record: bool,
    ) -> Result<(Context, ArbPrecompiles), TxError> {
        let mut state = self.ledger.states.get(&block).ok_or(TxError::NoState(block))?.clone();
        overrides.apply(&mut state);
        let known =
            self.ledger.blocks.get(block as usize).map_or_else(|| self.latest().timestamp, |block| block.timestamp);
        let timestamp = overrides.timestamp.unwrap_or(known);
        let (mut context, precompiles) = self.context(state, (block, timestamp), tx, Strictness::Call, record);
        overrides.apply_to_block(&mut context.block);
        Ok((context, precompiles))
    }

    /// The least gas with which a transaction does what it does with plenty.
    pub fn estimate_gas(&self, tx: &Tx, block: u64, overrides: &Overrides) -> Result<(u64, CallResult), TxError> {
        let attempt = |gas| self.call_at(Tx { gas: Some(gas), ..tx.clone() }, block, overrides);
        let most = tx.gas.unwrap_or(DEFAULT_GAS * 8);
        let plenty = attempt(most)?;
        if !plenty.success {
            return Ok((most, plenty));
        }
        let (mut fails, mut succeeds) = (plenty.gas_used.saturating_sub(1).min(20_999), most);
        // What it took, and the 64th parts that calls hold back, is most often enough.
        let guess = (plenty.gas_used + plenty.gas_refunded).saturating_mul(64) / 63 + 2_300;
        if guess < most && attempt(guess).is_ok_and(|result| result.success) {
            succeeds = guess;
        }
        while succeeds - fails > 1 {
            let middle = fails + (succeeds - fails) / 2;
            match attempt(middle) {
                Ok(result) if result.success => succeeds = middle,
                Ok(_) | Err(TxError::IntrinsicGas { .. }) => fails = middle,
                Err(error) => return Err(error),
            }
        }
        Ok((succeeds, plenty))
    }

    /// Adds a block without a transaction.
    pub fn mine(&mut self) {
        self.seal(Block::default());
    }

    fn mine_transaction<I>(&mut self, tx: &Tx, envelope: Option<TxEnvelope>, ran: Ran<I>) -> (Receipt, I) {
        let nonce = tx.nonce.unwrap_or_else(|| self.ledger.state.nonce(tx.from));
        let envelope =
            envelope.unwrap_or_else(|| tx.unsigned_envelope(nonce, self.config.chain_id, self.config.base_fee));
        self.ledger.state.commit(ran.changes);
        let done = CallResult::from(ran.result);
        let number = self.latest().number + 1;
        let receipt = Receipt {
            tx_hash: *envelope.tx_hash(),
            block_number: number,
            index: 0,
            tx_type: tx.tx_type,
            from: tx.from,
            to: tx.to,
            contract_address: tx.to.is_none().then(|| done.contract_address.unwrap_or_else(|| tx.from.create(nonce))),
            success: done.success,
            gas_used: done.gas_used,
            gas_refunded: done.gas_refunded,
            output: done.output,
            logs: done.logs,
            halt: done.halt,
        };
        let mut logs_bloom = Bloom::ZERO;
        receipt.logs.iter().for_each(|log| logs_bloom.accrue_log(log));
        self.seal(Block {
            gas_used: receipt.gas_used,
            transactions: vec![receipt.tx_hash],
            logs_bloom,
            ..Block::default()
        });
        let record = TxRecord { envelope, from: tx.from, block: number, index: 0 };
        self.ledger.transactions.insert(receipt.tx_hash, Arc::new(record));
        self.ledger.receipts.insert(receipt.tx_hash, Arc::new(receipt.clone()));
        (receipt, ran.inspector)
    }

    /// Puts a block behind the newest one, and forgets the state that is too old.
    fn seal(&mut self, block: Block) {
        let timestamp = self.next_timestamp();
        self.ledger.next_timestamp = None;
        let parent = self.latest();
        let (number, parent_hash) = (parent.number + 1, parent.hash);
        let content =
            [parent_hash.as_slice(), &number.to_be_bytes(), &timestamp.to_be_bytes(), &block.transactions.concat()];
        let block = Block {
            number,
            parent_hash,
            hash: keccak256(content.concat()),
            timestamp,
            base_fee: self.config.base_fee,
            gas_limit: BLOCK_GAS_LIMIT,
            l1_block_number: timestamp / L1_BLOCK_TIME,
            coinbase: COINBASE,
            ..block
        };
        self.ledger.hashes.insert(block.hash, number);
        self.ledger.blocks.push_back(Arc::new(block));
        self.keep_state();
    }

    /// Keeps the state as the newest block's.
    pub(crate) fn keep_state(&mut self) {
        let number = self.latest().number;
        self.ledger.states.insert(number, self.ledger.state.clone());
        if let Some(old) = number.checked_sub(self.config.history as u64) {
            self.ledger.states.remove(&old);
        }
    }

    /// Remembers everything as it is.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(self.ledger.clone())
    }

    /// Goes back to what was.
    pub fn revert(&mut self, snapshot: &Snapshot) {
        self.ledger = snapshot.0.clone();
    }
}
