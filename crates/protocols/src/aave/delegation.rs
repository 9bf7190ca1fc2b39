//! Credit delegation: allowing somebody else to borrow as one's own debt.

use super::{
    Aave,
    abi::{DelegationWithSig, IDebtToken},
};
use crate::{
    Asset, WorldError,
    deployer::{ask, execute},
    signing,
};
use alloy_primitives::{Address, B256, Signature, U256};
use alloy_sol_types::SolCall;
use devnet::{Chain, Tx};

/// What one account lets another borrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delegation {
    /// Who will owe it.
    pub delegator: Address,
    /// Who may borrow it.
    pub delegatee: Address,
    /// The asset.
    pub asset: Asset,
    /// Units of it.
    pub units: U256,
}

impl Aave {
    /// Delegates by a transaction of the delegator.
    pub fn delegate(&self, chain: &mut Chain, delegation: &Delegation) -> Result<(), WorldError> {
        let call = IDebtToken::approveDelegationCall { delegatee: delegation.delegatee, amount: delegation.units };
        self.send_to_debt(chain, delegation.delegator, delegation.asset, call)
    }

    /// Delegates by the delegator's signature over [`Aave::delegation_digest`]; the delegatee sends it.
    pub fn delegate_with_signature(
        &self,
        chain: &mut Chain,
        delegation: &Delegation,
        deadline: U256,
        signature: &Signature,
    ) -> Result<(), WorldError> {
        let &Delegation { delegator, delegatee, units: value, .. } = delegation;
        let (v, r, s) = signing::vrs(signature);
        let call = IDebtToken::delegationWithSigCall { delegator, delegatee, value, deadline, v, r, s };
        self.send_to_debt(chain, delegation.delegatee, delegation.asset, call)
    }

    /// What the delegator signs (EIP-712), with the debt token's own domain and the delegator's nonce of now.
    #[must_use]
    pub fn delegation_digest(&self, chain: &Chain, delegation: &Delegation, deadline: U256) -> B256 {
        let token = self.reserve(delegation.asset).variable_debt.address;
        let nonce = signing::nonce(chain, token, delegation.delegator);
        let signed = DelegationWithSig { delegatee: delegation.delegatee, value: delegation.units, nonce, deadline };
        signing::digest(chain, token, &signed)
    }

    /// Units that the delegatee may still borrow as the delegator's debt.
    #[must_use]
    pub fn delegated(&self, chain: &Chain, delegation: &Delegation) -> U256 {
        let call = IDebtToken::borrowAllowanceCall { fromUser: delegation.delegator, toUser: delegation.delegatee };
        ask(chain, self.reserve(delegation.asset).variable_debt.address, call)
    }

    fn send_to_debt<C: SolCall>(
        &self,
        chain: &mut Chain,
        from: Address,
        asset: Asset,
        call: C,
    ) -> Result<(), WorldError> {
        let token = self.reserve(asset).variable_debt.address;
        execute(chain, C::SIGNATURE, Tx::call(from, token, call.abi_encode())).map(drop)
    }
}
