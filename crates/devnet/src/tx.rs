//! Transactions, signed or not, and why one is refused.

use alloy::{
    consensus::{SignableTransaction, Signed, Transaction, TxEnvelope, TxLegacy, transaction::SignerRecoverable},
    eips::{eip2718::Decodable2718, eip2930::AccessList, eip7702::SignedAuthorization},
};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, keccak256};

/// Gas of a transaction that names no limit.
pub const DEFAULT_GAS: u64 = 32_000_000;

/// A transaction in whose sender's name anyone may speak: what tests send, and what a signed one becomes.
#[derive(Clone, Debug, Default)]
pub struct Tx {
    /// Who sends it.
    pub from: Address,
    /// Whom it calls; nobody for a new contract.
    pub to: Option<Address>,
    /// Wei sent along.
    pub value: U256,
    /// The call's data, or what makes the new contract's code.
    pub input: Bytes,
    /// Most gas; [`DEFAULT_GAS`] if not said.
    pub gas: Option<u64>,
    /// The sender's nonce; the next one if not said.
    pub nonce: Option<u64>,
    /// Wei of a unit of gas, at most; the base fee if not said.
    pub gas_price: Option<u128>,
    /// Accounts and slots that are warm from the beginning.
    pub access_list: AccessList,
    /// Accounts that take over code.
    pub authorization_list: Vec<SignedAuthorization>,
    /// Its type, as signed.
    pub tx_type: u8,
    /// The chain that it was signed for.
    pub chain_id: Option<u64>,
}

impl Tx {
    /// A call.
    #[must_use]
    pub fn call(from: Address, to: Address, input: impl Into<Bytes>) -> Self {
        Self { from, to: Some(to), input: input.into(), ..Self::default() }
    }

    /// A new contract.
    #[must_use]
    pub fn create(from: Address, initcode: impl Into<Bytes>) -> Self {
        Self { from, input: initcode.into(), ..Self::default() }
    }

    /// Sends wei along.
    #[must_use]
    pub fn value(self, value: U256) -> Self {
        Self { value, ..self }
    }

    /// With at most so much gas.
    #[must_use]
    pub fn gas(self, gas: u64) -> Self {
        Self { gas: Some(gas), ..self }
    }

    /// The transaction with a signature of zeros, for one that nobody signed. The sender is part of its hash.
    pub(crate) fn unsigned_envelope(&self, nonce: u64, chain_id: u64, base_fee: u64) -> TxEnvelope {
        let legacy = TxLegacy {
            chain_id: Some(chain_id),
            nonce,
            gas_price: self.gas_price.unwrap_or(u128::from(base_fee)),
            gas_limit: self.gas.unwrap_or(DEFAULT_GAS),
            to: self.to.map_or(TxKind::Create, TxKind::Call),
            value: self.value,
            input: self.input.clone(),
        };
        let hash = keccak256([legacy.signature_hash().as_slice(), self.from.as_slice()].concat());
        let signature = Signature::new(U256::ZERO, U256::ZERO, false);
        TxEnvelope::Legacy(Signed::new_unchecked(legacy, signature, hash))
    }

    /// Decodes a signed transaction and recovers its sender.
    pub fn decode(mut raw: &[u8]) -> Result<(Self, TxEnvelope), TxError> {
        let envelope = TxEnvelope::decode_2718(&mut raw).map_err(|error| TxError::Undecodable(error.to_string()))?;
        if !raw.is_empty() {
            return Err(TxError::Undecodable("bytes behind the transaction".to_owned()));
        }
        if envelope.is_eip4844() {
            return Err(TxError::TypeNotSupported);
        }
        let from = envelope.recover_signer().map_err(|_| TxError::InvalidSender)?;
        let tx = Self {
            from,
            to: envelope.to(),
            value: envelope.value(),
            input: envelope.input().clone(),
            gas: Some(envelope.gas_limit()),
            nonce: Some(envelope.nonce()),
            gas_price: Some(envelope.max_fee_per_gas()),
            access_list: envelope.access_list().cloned().unwrap_or_default(),
            authorization_list: envelope.authorization_list().map(<[_]>::to_vec).unwrap_or_default(),
            tx_type: envelope.tx_type() as u8,
            chain_id: envelope.chain_id(),
        };
        Ok((tx, envelope))
    }
}

/// Why a transaction is not executed at all, in the words that geth uses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TxError {
    /// Not a transaction.
    #[error("rlp: {0}")]
    Undecodable(String),
    /// Blobs have no place on this chain.
    #[error("transaction type not supported")]
    TypeNotSupported,
    /// The signature belongs to nobody.
    #[error("invalid sender")]
    InvalidSender,
    /// Signed for another chain.
    #[error("invalid chain id for signer: have {have} want {want}")]
    ChainId {
        /// The one signed for.
        have: u64,
        /// This one.
        want: u64,
    },
    /// Sent before.
    #[error("nonce too low: address {address}, tx: {tx} state: {state}")]
    NonceTooLow {
        /// The sender.
        address: Address,
        /// The transaction's.
        tx: u64,
        /// The account's.
        state: u64,
    },
    /// One before it is missing.
    #[error("nonce too high: address {address}, tx: {tx} state: {state}")]
    NonceTooHigh {
        /// The sender.
        address: Address,
        /// The transaction's.
        tx: u64,
        /// The account's.
        state: u64,
    },
    /// The sender cannot pay.
    #[error("insufficient funds for gas * price + value: address {address} have {have} want {want}")]
    InsufficientFunds {
        /// The sender.
        address: Address,
        /// Its balance.
        have: U256,
        /// What it would take.
        want: U256,
    },
    /// The gas does not pay for the transaction itself.
    #[error("intrinsic gas too low: have {have}, want {want}")]
    IntrinsicGas {
        /// The limit.
        have: u64,
        /// What it takes.
        want: u64,
    },
    /// It pays less than the block asks.
    #[error("max fee per gas less than block base fee: address {address}, maxFeePerGas: {have}, baseFee: {want}")]
    FeeTooLow {
        /// The sender.
        address: Address,
        /// What it pays.
        have: u128,
        /// What the block asks.
        want: u128,
    },
    /// More gas than a block has.
    #[error("exceeds block gas limit")]
    GasLimit,
    /// Init code longer than allowed.
    #[error("max initcode size exceeded")]
    InitcodeSize,
    /// A contract cannot sign.
    #[error("sender not an eoa: address {0}")]
    SenderNotEoa(Address),
    /// State that is no longer kept.
    #[error("missing trie node: the state of block {0} is not kept")]
    NoState(u64),
    /// Anything else that the EVM refuses.
    #[error("{0}")]
    Other(String),
    /// A transaction that is known already.
    #[error("already known")]
    AlreadyKnown(B256),
}
