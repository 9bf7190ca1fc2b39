//! Allowances by signature of any form, as Circle's tokens take them: the permit of EIP-2612 with the signature as bytes,
//! which may also be what the owner's own contract accepts (EIP-1271).

use super::eip2612::Permit;
use alloy_primitives::Bytes;
use alloy_sol_types::{SolCall, sol};

sol! {
    interface IPermit {
        function permit(address owner, address spender, uint256 value, uint256 deadline, bytes signature) external;
    }
}

/// The data of the token's `permit`, which anyone may call. The digest is that of EIP-2612.
#[must_use]
pub fn call(permit: &Permit, signature: Bytes) -> Bytes {
    let &Permit { owner, spender, value, deadline, .. } = permit;
    IPermit::permitCall { owner, spender, value, deadline, signature }.abi_encode().into()
}
