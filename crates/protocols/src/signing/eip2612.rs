//! Allowances by signature (EIP-2612): Circle's USDC, Exactly's shares, and whatever else counts nonces by owner.

use super::{nonce, vrs};
use alloy::signers::local::PrivateKeySigner;
use alloy_primitives::{Address, B256, Bytes, Signature, U256};
use alloy_sol_types::{SolCall, sol};
use devnet::Chain;

sol! {
    /// What the owner signs.
    #[derive(Debug)]
    struct Permit {
        /// Whose tokens they are.
        address owner;
        /// Who may take them.
        address spender;
        /// The allowance afterwards, in units.
        uint256 value;
        /// The owner's signatures that the token took before this one.
        uint256 nonce;
        /// The last second in which it may be submitted.
        uint256 deadline;
    }

    interface IPermit {
        function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
            external;
    }
}

/// What an owner would sign now.
#[must_use]
pub fn permit(chain: &Chain, token: Address, owner: Address, spender: Address, value: U256, deadline: U256) -> Permit {
    Permit { owner, spender, value, nonce: nonce(chain, token, owner), deadline }
}

/// What is signed.
#[must_use]
pub fn digest(chain: &Chain, token: Address, permit: &Permit) -> B256 {
    super::digest(chain, token, permit)
}

/// A signature of the signer's own permit, with its nonce of now.
#[must_use]
pub fn sign(
    chain: &Chain,
    token: Address,
    signer: &PrivateKeySigner,
    spender: Address,
    value: U256,
    deadline: U256,
) -> Signature {
    sign_permit(chain, token, signer, &permit(chain, token, signer.address(), spender, value, deadline))
}

/// A signature of any permit: with another nonce, or of somebody else's.
#[must_use]
pub fn sign_permit(chain: &Chain, token: Address, signer: &PrivateKeySigner, permit: &Permit) -> Signature {
    super::sign(signer, digest(chain, token, permit))
}

/// The data of the token's `permit`, which anyone may call.
#[must_use]
pub fn call(permit: &Permit, signature: &Signature) -> Bytes {
    let &Permit { owner, spender, value, deadline, .. } = permit;
    let (v, r, s) = vrs(signature);
    IPermit::permitCall { owner, spender, value, deadline, v, r, s }.abi_encode().into()
}
