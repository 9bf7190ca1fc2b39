//! DebtManager: opens, changes and closes leveraged lending positions in one transaction, on Arbitrum Stylus.
//!
//! This file is the surface: it finds the verb that a call asks for. `ARCHITECTURE.md` tells the way of a call through
//! the modules; the interface is `abi/IDebtManager.sol`.
//!
//! The contract has no storage, no constructor and no owner. It is built without the standard library for the chain,
//! and natively, where only what needs no chain can be run, for the tools that share its arithmetic.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "the chain's entry point is not there to call it"))]

pub mod abi;
mod bounds;
mod calldata;
mod deleverage;
mod door;
mod error;
mod event;
mod exchange;
mod flash;
mod flight;
mod holding;
mod host;
mod lender;
mod leverage;
pub mod math;
mod migrate;
pub mod network;
mod operation;
mod permit;
pub mod sizing;
mod token;
mod word;

use abi::{
    IDebtManager::{
        deleverageCall, deleverageForCall, leverageCall, leverageForCall, migrateCall, migrateForCall,
        receiveFlashLoanCall, uniswapV3SwapCallbackCall,
    },
    Position,
};
use alloy_sol_types::SolCall;
use calldata::Calldata;
use door::Door;
use error::{Error, Result};

/// Bytes of a selector.
const SELECTOR: usize = 4;

/// One row per entry point: its selector, and what it runs.
type Entry = ([u8; SELECTOR], fn(Calldata<'_>) -> Result<Option<Position>>);

/// Everything that can be called. Dispatch reads this table, and so does the test that holds it against the interface.
const ENTRIES: [Entry; 8] = [
    (leverageCall::SELECTOR, |calldata| leverage::run(calldata, Door::Caller).map(Some)),
    (deleverageCall::SELECTOR, |calldata| deleverage::run(calldata, Door::Caller).map(Some)),
    (migrateCall::SELECTOR, |calldata| migrate::run(calldata, Door::Caller).map(Some)),
    (leverageForCall::SELECTOR, |calldata| leverage::run(calldata, Door::Signed).map(Some)),
    (deleverageForCall::SELECTOR, |calldata| deleverage::run(calldata, Door::Signed).map(Some)),
    (migrateForCall::SELECTOR, |calldata| migrate::run(calldata, Door::Signed).map(Some)),
    (receiveFlashLoanCall::SELECTOR, |calldata| flash::balancer_v2::callback(calldata).map(|()| None)),
    (uniswapV3SwapCallbackCall::SELECTOR, |calldata| flash::uniswap_v3::callback(calldata).map(|()| None)),
];

/// The selectors of all entry points.
pub fn selectors() -> impl Iterator<Item = [u8; SELECTOR]> {
    ENTRIES.into_iter().map(|(selector, _)| selector)
}

/// Finds the entry point and runs it.
fn dispatch(input: &[u8]) -> Result<Option<Position>> {
    let value = host::value();
    if !value.is_zero() {
        return Err(Error::NotPayable { value: &word::uint(&value.0) }.into());
    }
    let Some((selector, arguments)) = input.split_first_chunk::<SELECTOR>() else {
        return Err(Error::UnknownSelector { selector: &[0; SELECTOR] }.into());
    };
    for (known, run) in ENTRIES {
        if known == *selector {
            return run(Calldata::new(arguments));
        }
    }
    Err(Error::UnknownSelector { selector }.into())
}
