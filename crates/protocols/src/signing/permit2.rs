//! Transfers by signature through Permit2, of one token or of several, with or without a witness: the hash of whatever
//! else the owner agrees to by the same signature, which only the spender can check.

mod abi;
mod call;

use super::digest_of_hash;
use crate::permit2::PERMIT2;
pub use abi::{TokenPermissions, TransferDetails};
use alloy::signers::local::PrivateKeySigner;
use alloy_primitives::{Address, B256, Signature, U256, keccak256};
use alloy_sol_types::{SolStruct, SolValue};
use devnet::Chain;

/// The tokens of a permit. One token alone is not the same as a list of one: they are signed and submitted differently.
#[derive(Clone, Debug)]
pub enum Permitted {
    /// A token.
    One(TokenPermissions),
    /// A list of tokens, each of which the spender takes from in its turn.
    Many(Vec<TokenPermissions>),
}

/// What the owner signs, but for the witness.
#[derive(Clone, Debug)]
pub struct Permit {
    /// What may be taken.
    pub permitted: Permitted,
    /// Who calls Permit2.
    pub spender: Address,
    /// Any number that the owner has not used yet: [`crate::permit2::is_nonce_used`].
    pub nonce: U256,
    /// The last second in which it may be submitted.
    pub deadline: U256,
}

/// What the owner agrees to beside the transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The struct's EIP-712 hash.
    pub hash: B256,
    /// The rest of the signed type, from the witness's own field on: `Order witness)Order(..)TokenPermissions(..)`, with the
    /// structs in alphabetical order.
    pub type_string: String,
}

/// The fields of every kind, up to a witness.
const FIELDS: &str = "permitted,address spender,uint256 nonce,uint256 deadline";

impl Witness {
    /// A struct as a witness.
    #[must_use]
    pub fn of<S: SolStruct>(signed: &S) -> Self {
        let mut types = S::eip712_components();
        types.push(S::eip712_root_type());
        types.push(TokenPermissions::eip712_root_type());
        types.sort();
        types.dedup();
        Self { hash: signed.eip712_hash_struct(), type_string: format!("{} witness){}", S::NAME, types.concat()) }
    }
}

impl Permit {
    /// Of one token.
    #[must_use]
    pub fn one(token: Address, amount: U256, spender: Address, nonce: U256, deadline: U256) -> Self {
        Self { permitted: Permitted::One(TokenPermissions { token, amount }), spender, nonce, deadline }
    }

    /// What is signed.
    #[must_use]
    pub fn digest(&self, chain: &Chain, witness: Option<&Witness>) -> B256 {
        digest_of_hash(chain, PERMIT2, self.hash(witness))
    }

    /// A signature of it.
    #[must_use]
    pub fn sign(&self, chain: &Chain, signer: &PrivateKeySigner, witness: Option<&Witness>) -> Signature {
        super::sign(signer, self.digest(chain, witness))
    }

    fn hash(&self, witness: Option<&Witness>) -> B256 {
        let (batch, list, permitted) = match &self.permitted {
            Permitted::One(token) => ("", "", token.eip712_hash_struct()),
            Permitted::Many(tokens) => {
                let hashes: Vec<B256> = tokens.iter().map(SolStruct::eip712_hash_struct).collect();
                ("Batch", "[]", keccak256(hashes.concat()))
            }
        };
        let (with, rest) = match witness {
            None => ("", format!("){}", TokenPermissions::eip712_root_type())),
            Some(witness) => ("Witness", format!(",{}", witness.type_string)),
        };
        let signed_type = format!("Permit{batch}{with}TransferFrom(TokenPermissions{list} {FIELDS}{rest}");
        let fields = (keccak256(signed_type), permitted, self.spender, self.nonce, self.deadline).abi_encode();
        let witness = witness.map(|witness| witness.hash.to_vec()).unwrap_or_default();
        keccak256([fields, witness].concat())
    }
}
