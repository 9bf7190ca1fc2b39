//! Our preview: what an operation of our contract comes to, asked of the preview's program as the account whose operation
//! it is.

use crate::{
    deployer::{WorldError, deploy_program},
    manager::{DebtManager, Order, Verb},
};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use debt_manager::abi::IDebtPreview::{Preview, previewCall};
use devnet::{Chain, Overrides, Tx};

/// What comes before an address to make the code of an account that runs another one's (EIP-7702).
const DELEGATION: [u8; 3] = [0xef, 0x01, 0x00];

/// The preview on a chain.
#[derive(Clone, Copy, Debug)]
pub struct DebtPreview {
    /// Where it is.
    pub address: Address,
}

impl DebtPreview {
    /// Deploys and activates a WASM.
    pub fn deploy(chain: &mut Chain, wasm: &[u8]) -> Result<Self, WorldError> {
        deploy_program(chain, "the preview", wasm).map(|address| Self { address })
    }

    /// The code that makes an account run the preview as itself.
    #[must_use]
    pub fn delegation(&self) -> Bytes {
        [&DELEGATION, self.address.as_slice()].concat().into()
    }

    /// The question, as it is put to the account.
    #[must_use]
    pub fn question<O: Verb>(manager: DebtManager, order: &Order<O>, least_health_factor: U256) -> Vec<u8> {
        Self::question_of(manager, order.calldata(), least_health_factor)
    }

    /// The same about any calldata.
    #[must_use]
    pub fn question_of(manager: DebtManager, operation: impl Into<Bytes>, least_health_factor: U256) -> Vec<u8> {
        let operation = operation.into();
        previewCall { manager: manager.address, operation, minHealthFactor: least_health_factor }.abi_encode()
    }

    /// What an account's own operation comes to in the next block, and up to which ratio it keeps a health factor, at 18
    /// decimals; 0 where that is of no interest.
    ///
    /// # Panics
    /// If there is no answer, which is an error of the preview's.
    #[must_use]
    pub fn ask<O: Verb>(
        &self,
        chain: &Chain,
        manager: DebtManager,
        account: Address,
        order: &Order<O>,
        least_health_factor: U256,
    ) -> Preview {
        self.ask_of(chain, manager, account, order.calldata(), least_health_factor)
    }

    /// The same of any calldata.
    ///
    /// # Panics
    /// If there is no answer.
    #[must_use]
    pub fn ask_of(
        &self,
        chain: &Chain,
        manager: DebtManager,
        account: Address,
        operation: impl Into<Bytes>,
        least_health_factor: U256,
    ) -> Preview {
        let overrides = Overrides {
            code: vec![(account, self.delegation())],
            timestamp: Some(chain.next_timestamp()),
            ..Overrides::default()
        };
        let call = Tx::call(Address::ZERO, account, Self::question_of(manager, operation, least_health_factor));
        let result = chain.call_at(call.gas(u64::from(u32::MAX)), chain.latest().number, &overrides);
        let output = result.as_ref().map(|result| result.output.clone()).unwrap_or_default();
        previewCall::abi_decode_returns(&output).unwrap_or_else(|error| panic!("the preview: {error}: {result:?}"))
    }
}
