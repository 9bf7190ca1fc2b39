//! From a transaction to revm's environment, and from revm's verdict to the words of geth.

use crate::{
    arbos::ArbPrecompiles,
    config::BLOCK_GAS_LIMIT,
    evm::{ChainContext, Context, RunError},
    state::State,
    tx::{DEFAULT_GAS, Tx, TxError},
};
use alloy_primitives::{Address, B256, TxKind, U256};
use revm::{
    context::{
        BlockEnv, CfgEnv, Journal, JournalTr, LocalContext, TxEnv,
        either::Either,
        result::{EVMError, InvalidTransaction},
    },
    primitives::hardfork::SpecId,
};
use stylus::params::ArbOs;

/// The EVM's rules at a version of ArbOS: Osaka's came with version 50.
pub(crate) fn fork(arbos: ArbOs) -> SpecId {
    if arbos >= ArbOs(50) { SpecId::OSAKA } else { SpecId::PRAGUE }
}

/// The block that a transaction is executed in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockContext {
    pub(crate) l1_block_number: u64,
    pub(crate) timestamp: u64,
    pub(crate) base_fee: u64,
    pub(crate) coinbase: Address,
}

/// Whether the sender must be able to pay, and its nonce be right: not in a call that only asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strictness {
    Transaction,
    Call,
}

/// revm's context for a transaction.
pub(crate) fn context(
    state: State,
    block: BlockContext,
    chain: ChainContext,
    chain_id: u64,
    tx: &Tx,
    strictness: Strictness,
) -> (Context, ArbPrecompiles) {
    let fork = fork(chain.arbos);
    let env = tx_env(&state, tx, chain_id, block.base_fee);
    let mut journal = Journal::new(state);
    journal.set_spec_id(fork);
    let context = Context {
        block: block_env(block),
        tx: env,
        cfg: cfg(chain_id, fork, strictness, tx.gas_price == Some(0)),
        journaled_state: journal,
        chain,
        local: LocalContext::default(),
        error: Ok(()),
    };
    (context, ArbPrecompiles::new(fork))
}

fn block_env(block: BlockContext) -> BlockEnv {
    BlockEnv {
        number: U256::from(block.l1_block_number),
        beneficiary: block.coinbase,
        timestamp: U256::from(block.timestamp),
        gas_limit: BLOCK_GAS_LIMIT,
        basefee: block.base_fee,
        difficulty: U256::ONE,
        prevrandao: Some(B256::with_last_byte(1)),
        ..BlockEnv::default()
    }
}

fn cfg(chain_id: u64, fork: SpecId, strictness: Strictness, for_free: bool) -> CfgEnv {
    let mut cfg = CfgEnv::new_with_spec(fork);
    cfg.chain_id = chain_id;
    cfg.tx_chain_id_check = true;
    // Nitro has neither the floor on calldata's price nor the cap on a transaction's gas.
    cfg.disable_eip7623 = true;
    cfg.tx_gas_limit_cap = Some(u64::MAX);
    // Code that begins with 0xEF is checked where it is deployed: Stylus programs may.
    cfg.disable_eip3541 = true;
    // Anyone's name may be used, also a contract's: who may is decided by whoever takes the transaction in.
    cfg.disable_eip3607 = true;
    cfg.disable_base_fee = for_free;
    if strictness == Strictness::Call {
        cfg.disable_balance_check = true;
        cfg.disable_nonce_check = true;
        cfg.disable_base_fee = true;
    }
    cfg
}

/// Tips are dropped on Arbitrum: what is paid for gas is the base fee, whatever was offered.
fn tx_env(state: &State, tx: &Tx, chain_id: u64, base_fee: u64) -> TxEnv {
    TxEnv {
        tx_type: tx.tx_type,
        caller: tx.from,
        gas_limit: tx.gas.unwrap_or(DEFAULT_GAS),
        gas_price: if tx.gas_price == Some(0) { 0 } else { u128::from(base_fee) },
        kind: tx.to.map_or(TxKind::Create, TxKind::Call),
        value: tx.value,
        data: tx.input.clone(),
        nonce: tx.nonce.unwrap_or_else(|| state.nonce(tx.from)),
        chain_id: tx.chain_id.or(Some(chain_id)),
        access_list: tx.access_list.clone(),
        gas_priority_fee: matches!(tx.tx_type, 2 | 4).then_some(0),
        authorization_list: tx.authorization_list.iter().cloned().map(Either::Left).collect(),
        ..TxEnv::default()
    }
}

/// Why a transaction is refused before anything is executed, that revm does not see.
pub(crate) fn check(state: &State, tx: &Tx, chain_id: u64, base_fee: u64) -> Result<(), TxError> {
    if let Some(have) = tx.chain_id.filter(|id| *id != chain_id) {
        return Err(TxError::ChainId { have, want: chain_id });
    }
    let want = u128::from(base_fee);
    if let Some(have) = tx.gas_price.filter(|price| *price < want) {
        return Err(TxError::FeeTooLow { address: tx.from, have, want });
    }
    let gas = U256::from(tx.gas.unwrap_or(DEFAULT_GAS));
    let price = U256::from(tx.gas_price.unwrap_or(want));
    let (have, want) = (state.balance(tx.from), gas.saturating_mul(price).saturating_add(tx.value));
    if have < want {
        return Err(TxError::InsufficientFunds { address: tx.from, have, want });
    }
    Ok(())
}

/// revm's verdict in geth's words.
pub(crate) fn refusal(error: RunError, from: Address) -> TxError {
    let EVMError::Transaction(reason) = error else { return TxError::Other(error.to_string()) };
    match reason {
        InvalidTransaction::NonceTooLow { tx, state } => TxError::NonceTooLow { address: from, tx, state },
        InvalidTransaction::NonceTooHigh { tx, state } => TxError::NonceTooHigh { address: from, tx, state },
        InvalidTransaction::CallGasCostMoreThanGasLimit { initial_gas, gas_limit } => {
            TxError::IntrinsicGas { have: gas_limit, want: initial_gas }
        }
        InvalidTransaction::LackOfFundForMaxFee { fee, balance } => {
            TxError::InsufficientFunds { address: from, have: *balance, want: *fee }
        }
        InvalidTransaction::CallerGasLimitMoreThanBlock => TxError::GasLimit,
        InvalidTransaction::CreateInitCodeSizeLimit => TxError::InitcodeSize,
        other => TxError::Other(other.to_string()),
    }
}

/// Whether an account's code lets it sign: none, or a delegation.
pub(crate) fn may_sign(state: &State, account: Address) -> bool {
    let code = state.code(account);
    code.is_empty() || code.starts_with(&[0xef, 0x01, 0x00])
}
