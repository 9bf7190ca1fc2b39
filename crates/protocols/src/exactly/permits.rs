//! What is signed so that Exactly's manager may act for an account, in the form in which it takes it.

use super::{Permit, Permit2, SolidityManager};
use crate::{
    signing::{self, eip2612},
    tokens::Erc20,
};
use alloy_primitives::{Address, Signature, U256, keccak256};
use alloy_sol_types::SolValue;

impl Permit {
    /// A permit of shares or of a token, with its signature. The manager reverts if the call leaves more than a
    /// hundredth of the value unused, and so it does with a value too large to multiply by 10^16.
    #[must_use]
    pub fn signed(permit: &eip2612::Permit, signature: &Signature) -> Self {
        let &eip2612::Permit { owner, value, deadline, .. } = permit;
        let (v, r, s) = signing::vrs(signature);
        Self { account: owner, value, deadline, v, r, s }
    }
}

impl Permit2 {
    /// A transfer with its signature: that of [`SolidityManager::transfer`].
    #[must_use]
    pub fn signed(deadline: U256, signature: &Signature) -> Self {
        Self { deadline, signature: signing::bytes(signature) }
    }
}

impl SolidityManager {
    /// What an account signs so that the manager takes units of it through Permit2. The manager derives the nonce from
    /// the account, the token, the units and the deadline: the same transfer cannot be signed twice.
    #[must_use]
    pub fn transfer(
        self,
        account: Address,
        token: impl Into<Erc20>,
        units: U256,
        deadline: U256,
    ) -> signing::permit2::Permit {
        let token = token.into().address;
        let nonce = keccak256((account, token, units, deadline).abi_encode());
        signing::permit2::Permit::one(token, units, self.address, nonce.into(), deadline)
    }
}
