//! What a program asks of the chain, and what it is told. Prices are in gas: what the chain charges for state.

use alloy_primitives::{Address, B256, Bytes, U256};

/// How another contract is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    /// May change state.
    Call,
    /// Runs the other's code as this contract.
    Delegate,
    /// May not change state.
    Static,
}

/// What a program needs the chain for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// A slot's value. Answered with [`Response::Word`].
    LoadStorage(B256),
    /// Slots to be written. Answered with [`Response::Gas`]: their price, or more than `gas_left` if that is too little.
    FlushStorage {
        /// Slots and values.
        slots: Vec<(B256, B256)>,
        /// What the program can pay.
        gas_left: u64,
    },
    /// A transient slot's value. Answered with [`Response::Word`], at no price: the program has paid.
    LoadTransient(B256),
    /// A transient slot and the value to keep there. Answered with [`Response::Gas`], of nothing.
    StoreTransient(B256, B256),
    /// A call. Answered with [`Response::Call`].
    Call {
        /// How.
        kind: CallKind,
        /// Whom.
        target: Address,
        /// With what.
        input: Bytes,
        /// Wei sent along; zero unless `kind` is [`CallKind::Call`].
        value: U256,
        /// The most that the callee is to have.
        gas_requested: u64,
        /// What the program has.
        gas_left: u64,
    },
    /// A new contract. Answered with [`Response::Create`].
    Create {
        /// For an address that does not depend on the nonce.
        salt: Option<B256>,
        /// What makes the code.
        initcode: Bytes,
        /// Wei sent along.
        value: U256,
        /// What the program has.
        gas_left: u64,
    },
    /// A log. Answered with [`Response::Gas`], of nothing.
    Log {
        /// At most four.
        topics: Vec<B256>,
        /// The rest.
        data: Bytes,
    },
    /// An account's balance. Answered with [`Response::Word`].
    Balance(Address),
    /// The hash of an account's code. Answered with [`Response::Word`].
    CodeHash(Address),
    /// An account's code. Answered with [`Response::Code`].
    Code(Address),
    /// More pages of memory. Answered with [`Response::Gas`].
    OpenPages(u16),
}

/// What the chain answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// A word, and its price.
    Word(B256, u64),
    /// Code, and its price.
    Code(Bytes, u64),
    /// A price.
    Gas(u64),
    /// How a call ended: whether it succeeded, what it returned or reverted with, and its price.
    Call {
        /// Whether it succeeded.
        success: bool,
        /// Return or revert data.
        output: Bytes,
        /// All gas that it took.
        gas: u64,
    },
    /// How a creation ended: where the contract is (zero if it failed), what it reverted with, and its price.
    Create {
        /// Where the contract is.
        address: Address,
        /// Revert data.
        output: Bytes,
        /// All gas that it took.
        gas: u64,
    },
    /// The frame is not allowed that: it ends without data.
    Refused(&'static str),
}
