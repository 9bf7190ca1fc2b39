//! Allowances by signature in Dai's own way: all or nothing, and the nonce is part of the call.

use super::{nonce, vrs};
use alloy::signers::local::PrivateKeySigner;
use alloy_primitives::{Address, B256, Bytes, Signature, U256};
use alloy_sol_types::{SolCall, sol};
use devnet::Chain;

sol! {
    /// What the holder signs.
    #[derive(Debug)]
    struct Permit {
        /// Whose tokens they are.
        address holder;
        /// Who may take them.
        address spender;
        /// The holder's signatures that the token took before this one.
        uint256 nonce;
        /// The last second in which it may be submitted; 0 for no limit.
        uint256 expiry;
        /// Whether the allowance is to be without limit, or none.
        bool allowed;
    }

    interface IPermit {
        function permit(
            address holder, address spender, uint256 nonce, uint256 expiry, bool allowed, uint8 v, bytes32 r, bytes32 s
        ) external;
    }
}

/// What a holder would sign now.
#[must_use]
pub fn permit(chain: &Chain, token: Address, holder: Address, spender: Address, expiry: U256, allowed: bool) -> Permit {
    Permit { holder, spender, nonce: nonce(chain, token, holder), expiry, allowed }
}

/// What is signed.
#[must_use]
pub fn digest(chain: &Chain, token: Address, permit: &Permit) -> B256 {
    super::digest(chain, token, permit)
}

/// A signature of any permit.
#[must_use]
pub fn sign(chain: &Chain, token: Address, signer: &PrivateKeySigner, permit: &Permit) -> Signature {
    super::sign(signer, digest(chain, token, permit))
}

/// The data of the token's `permit`, which anyone may call.
#[must_use]
pub fn call(permit: &Permit, signature: &Signature) -> Bytes {
    let &Permit { holder, spender, nonce, expiry, allowed } = permit;
    let (v, r, s) = vrs(signature);
    IPermit::permitCall { holder, spender, nonce, expiry, allowed, v, r, s }.abi_encode().into()
}
