//! Signatures that the protocols take instead of a transaction of the owner's (EIP-712), for tests and tools.
//!
//! Nothing here writes to a chain. Each kind has a type for what is signed, and functions for its digest, for its
//! signature by a key, and for the call that submits it. The digest is apart from the signature, so that a wallet that is
//! a contract (EIP-1271) can approve the one without the other. Domains are always asked of the contract that checks them:
//! that of Exactly's markets is of their implementation, and cannot be worked out from the market's address.

pub mod dai;
pub mod eip2612;
pub mod eip7598;
pub mod permit2;
pub mod wallet;

use crate::deployer::ask;
use alloy::signers::SignerSync;
pub use alloy::signers::local::PrivateKeySigner;
use alloy_primitives::{Address, B256, Bytes, Signature, U256, keccak256};
use alloy_sol_types::{SolStruct, sol};
use devnet::Chain;

sol! {
    /// What the kinds of tokens have in common.
    interface ISigned {
        function nonces(address owner) external view returns (uint256);
        function DOMAIN_SEPARATOR() external view returns (bytes32);
    }
}

/// The hash of the domain in which a contract accepts signatures.
///
/// # Panics
/// If it does not tell, here and in all that signs for it.
#[must_use]
pub fn domain_separator(chain: &Chain, contract: Address) -> B256 {
    ask(chain, contract, ISigned::DOMAIN_SEPARATORCall {})
}

/// The number that the next signature of an owner must carry, where they are counted.
///
/// # Panics
/// If the contract does not tell.
#[must_use]
pub fn nonce(chain: &Chain, contract: Address, owner: Address) -> U256 {
    ask(chain, contract, ISigned::noncesCall { owner })
}

/// What is signed for a contract: the hash of a struct, in the domain of now.
#[must_use]
pub fn digest_of_hash(chain: &Chain, contract: Address, hash: B256) -> B256 {
    keccak256([b"\x19\x01".as_slice(), &domain_separator(chain, contract)[..], &hash[..]].concat())
}

/// What is signed for a contract: a struct, in the domain of now.
#[must_use]
pub fn digest(chain: &Chain, contract: Address, signed: &impl SolStruct) -> B256 {
    digest_of_hash(chain, contract, signed.eip712_hash_struct())
}

/// A key's signature of a digest. The same each time (RFC 6979), with the lower of the two possible `s`.
///
/// # Panics
/// Never: a key in memory signs every digest.
#[must_use]
pub fn sign(signer: &PrivateKeySigner, digest: B256) -> Signature {
    signer.sign_hash_sync(&digest).expect("a key in memory signs every digest")
}

/// A signature as the `v` (27 or 28), `r` and `s` of calls.
#[must_use]
pub fn vrs(signature: &Signature) -> (u8, B256, B256) {
    (27 + u8::from(signature.v()), signature.r().into(), signature.s().into())
}

/// A signature as the 65 bytes `r`, `s`, `v` (27 or 28).
#[must_use]
pub fn bytes(signature: &Signature) -> Bytes {
    signature.as_bytes().into()
}

/// A signature as 64 bytes, with `v` in the highest bit of `s` (EIP-2098). Permit2 takes it too.
#[must_use]
pub fn compact_bytes(signature: &Signature) -> Bytes {
    let (v, r, mut s) = vrs(signature);
    s[0] |= (v - 27) << 7;
    [r, s].concat().into()
}
