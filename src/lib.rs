//! DebtManager: opens, changes and closes leveraged lending positions in one transaction, on Arbitrum Stylus.
//!
//! This file is the surface: it finds the verb that a call asks for. `ARCHITECTURE.md` tells the way of a call through
//! the modules; the interface is `abi/IDebtManager.sol`.
//!
//! The contract has no storage, no constructor and no owner. It is built without the standard library for the chain,
//! and natively, where only what needs no chain can be run, for the tools that share its arithmetic.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "the chain's entry point is not there to call it"))]
#![cfg_attr(feature = "preview", allow(dead_code, reason = "the preview uses some of the contract's modules"))]

#[cfg(any(feature = "preview", not(target_arch = "wasm32")))]
extern crate alloc;

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
#[cfg(any(feature = "preview", not(target_arch = "wasm32")))]
mod preview;
pub mod sizing;
mod till;
mod token;
mod word;
mod worth;

use abi::IDebtManager::{
    deleverageCall, deleverageForCall, leverageCall, leverageForCall, migrateCall, migrateForCall,
    receiveFlashLoanCall, uniswapV3SwapCallbackCall,
};
use alloy_sol_types::SolCall;
use calldata::Calldata;
use door::{Door, Verb};
use error::revert;
use word::Word;

/// Bytes of a selector.
const SELECTOR: usize = 4;

/// One line per entry point: what it runs. Verbs return the position; callbacks return nothing. Dispatch is made of these
/// lines, and so is the list that the test holds against the interface.
macro_rules! entries {
    ($($call:ty => $run:expr,)*) => {
        /// The selectors of all entry points.
        pub fn selectors() -> impl Iterator<Item = [u8; SELECTOR]> {
            [$(<$call>::SELECTOR),*].into_iter()
        }

        /// Runs an entry point; nothing where there is none. A table would be data, which every frame pays for.
        fn run(selector: [u8; SELECTOR], calldata: Calldata<'_>) -> Option<Option<[Word; 2]>> {
            $(if selector == <$call>::SELECTOR {
                let run: fn(Calldata<'_>) -> Option<[Word; 2]> = $run;
                return Some(run(calldata));
            })*
            None
        }
    };
}

entries! {
    leverageCall => |calldata| Some(operation::adjust(calldata, Verb::Leverage, Door::Caller)),
    deleverageCall => |calldata| Some(operation::adjust(calldata, Verb::Deleverage, Door::Caller)),
    migrateCall => |calldata| Some(migrate::run(calldata, Door::Caller)),
    leverageForCall => |calldata| Some(operation::adjust(calldata, Verb::Leverage, Door::Signed)),
    deleverageForCall => |calldata| Some(operation::adjust(calldata, Verb::Deleverage, Door::Signed)),
    migrateForCall => |calldata| Some(migrate::run(calldata, Door::Signed)),
    receiveFlashLoanCall => |calldata| {
        flash::balancer_v2::callback(calldata);
        None
    },
    uniswapV3SwapCallbackCall => |calldata| {
        flash::uniswap_v3::callback(calldata);
        None
    },
}

/// Finds the entry point and runs it.
fn dispatch(input: &[u8]) -> Option<[Word; 2]> {
    let value = host::value();
    if !word::is_zero(&value) {
        revert!(NotPayable(&value));
    }
    let (selector, arguments) = match input.split_first_chunk::<SELECTOR>() {
        Some((selector, arguments)) => (*selector, arguments),
        None => ([0; SELECTOR], input),
    };
    match run(selector, Calldata::new(arguments)) {
        Some(position) => position,
        None => revert!(UnknownSelector(&word::of_selector(selector))),
    }
}

#[cfg(test)]
#[path = "../tests/properties/mod.rs"]
mod properties;
