//! The precompiles: Ethereum's own, and those through which ArbOS is asked and told.
//!
//! A call of one of ArbOS's pays for its arguments and its result by the word, for opening ArbOS's state, and for what
//! it reads and writes there. Calldata that fits no function reverts and takes all gas, as do value sent to a function
//! that takes none, a change where none is allowed, and a call by someone who borrows the precompile's code.

mod activation;
mod call;
mod info;
mod owner;
mod sys;
mod wasm;
mod wasm_cache;

pub use owner::CHAIN_OWNER;
pub(crate) use wasm_cache::set_cached;

use crate::evm::Context;
use alloy_primitives::{Address, address, map::AddressSet};
use call::{Call, Failure};
use revm::{
    handler::{EthPrecompiles, PrecompileProvider},
    interpreter::{CallInputs, InterpreterResult},
    primitives::hardfork::SpecId,
};

/// Asked about the chain as such.
pub const ARB_SYS: Address = address!("0000000000000000000000000000000000000064");
/// Asked about accounts.
pub const ARB_INFO: Address = address!("0000000000000000000000000000000000000065");
/// Asked about the chain's owners.
pub const ARB_OWNER_PUBLIC: Address = address!("000000000000000000000000000000000000006b");
/// Asked about prices.
pub const ARB_GAS_INFO: Address = address!("000000000000000000000000000000000000006c");
/// Told what only the chain's owner may.
pub const ARB_OWNER: Address = address!("0000000000000000000000000000000000000070");
/// Activates programs and is asked about them.
pub const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");
/// Keeps programs in the cache.
pub const ARB_WASM_CACHE: Address = address!("0000000000000000000000000000000000000072");

/// All of ArbOS's precompiles.
pub const ALL: [Address; 7] = [ARB_SYS, ARB_INFO, ARB_OWNER_PUBLIC, ARB_GAS_INFO, ARB_OWNER, ARB_WASM, ARB_WASM_CACHE];

/// The precompiles of a chain.
#[derive(Clone, Debug)]
pub struct ArbPrecompiles {
    ethereum: EthPrecompiles,
    addresses: AddressSet,
}

impl ArbPrecompiles {
    /// The precompiles of a fork.
    #[must_use]
    pub fn new(fork: SpecId) -> Self {
        let ethereum = EthPrecompiles::new(fork);
        let addresses = ethereum.warm_addresses().iter().copied().chain(ALL).collect();
        Self { ethereum, addresses }
    }
}

impl PrecompileProvider<Context> for ArbPrecompiles {
    type Output = InterpreterResult;

    fn set_spec(&mut self, fork: SpecId) -> bool {
        let changed = PrecompileProvider::<Context>::set_spec(&mut self.ethereum, fork);
        if changed {
            self.addresses = self.ethereum.warm_addresses().iter().copied().chain(ALL).collect();
        }
        true
    }

    fn run(&mut self, context: &mut Context, inputs: &CallInputs) -> Result<Option<InterpreterResult>, String> {
        let run: fn(&mut Call<'_>, &[u8]) -> Result<Vec<u8>, Failure> = match inputs.bytecode_address {
            ARB_SYS => sys::run,
            ARB_INFO => info::arb_info,
            ARB_OWNER_PUBLIC => owner::arb_owner_public,
            ARB_GAS_INFO => info::arb_gas_info,
            ARB_OWNER => owner::arb_owner,
            ARB_WASM => wasm::run,
            ARB_WASM_CACHE => wasm_cache::run,
            _ => return self.ethereum.run(context, inputs),
        };
        Ok(Some(Call::perform(context, inputs, run)))
    }

    fn warm_addresses(&self) -> &AddressSet {
        &self.addresses
    }
}
