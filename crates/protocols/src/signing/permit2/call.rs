//! The calls that submit permits to Permit2.

use super::{
    Permit, Permitted, TokenPermissions, TransferDetails, Witness,
    abi::{ITransferMany, ITransferOne},
};
use alloy_primitives::{Address, Bytes};
use alloy_sol_types::SolCall;

impl Permit {
    /// The data of the call with which the spender takes tokens of an owner: an item of `details` for each of the permit.
    ///
    /// # Panics
    /// If the permit is of one token and there is not one item.
    #[must_use]
    pub fn transfer(
        &self,
        owner: Address,
        details: &[TransferDetails],
        witness: Option<&Witness>,
        signature: Bytes,
    ) -> Bytes {
        let mut details = details.to_vec();
        match &self.permitted {
            Permitted::One(token) => {
                assert_eq!(details.len(), 1, "one token is taken once");
                self.transfer_one(token.clone(), owner, details.remove(0), witness, signature)
            }
            Permitted::Many(tokens) => self.transfer_many(tokens.clone(), owner, details, witness, signature),
        }
    }

    fn transfer_one(
        &self,
        permitted: TokenPermissions,
        owner: Address,
        details: TransferDetails,
        witness: Option<&Witness>,
        signature: Bytes,
    ) -> Bytes {
        use ITransferOne::{PermitOne, permitTransferFromCall, permitWitnessTransferFromCall};
        let permit = PermitOne { permitted, nonce: self.nonce, deadline: self.deadline };
        let Some(Witness { hash, type_string }) = witness.cloned() else {
            return permitTransferFromCall { permit, details, owner, signature }.abi_encode().into();
        };
        permitWitnessTransferFromCall {
            permit,
            details,
            owner,
            witness: hash,
            witnessTypeString: type_string,
            signature,
        }
        .abi_encode()
        .into()
    }

    fn transfer_many(
        &self,
        permitted: Vec<TokenPermissions>,
        owner: Address,
        details: Vec<TransferDetails>,
        witness: Option<&Witness>,
        signature: Bytes,
    ) -> Bytes {
        use ITransferMany::{PermitMany, permitTransferFromCall, permitWitnessTransferFromCall};
        let permit = PermitMany { permitted, nonce: self.nonce, deadline: self.deadline };
        let Some(Witness { hash, type_string }) = witness.cloned() else {
            return permitTransferFromCall { permit, details, owner, signature }.abi_encode().into();
        };
        permitWitnessTransferFromCall {
            permit,
            details,
            owner,
            witness: hash,
            witnessTypeString: type_string,
            signature,
        }
        .abi_encode()
        .into()
    }
}
