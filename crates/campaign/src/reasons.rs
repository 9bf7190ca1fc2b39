//! Why a call failed, in words: the name of the interface's error and, if that wraps a protocol's, of that one.

use alloy_primitives::keccak256;
use alloy_sol_types::{Panic, Revert, SolError as _, SolInterface as _};
use debt_manager::abi::IDebtManager::{IDebtManagerErrors, WrappedError};
use std::{collections::BTreeMap, sync::OnceLock};

/// The errors of the protocols that operations run into.
const KNOWN: [&str; 16] = [
    "Disagreement()",
    "ERC20InsufficientAllowance(address,uint256,uint256)",
    "ERC20InsufficientBalance(address,uint256,uint256)",
    "InsufficientAccountLiquidity()",
    "InsufficientProtocolLiquidity()",
    "InvalidAmount(uint256)",
    "InvalidContractSignature()",
    "InvalidNonce()",
    "InvalidSignature()",
    "InvalidSigner()",
    "SignatureExpired(uint256)",
    "UnmatchedPoolState(uint8,uint8)",
    "UtilizationExceeded()",
    "ZeroBorrow()",
    "ZeroRepay()",
    "ZeroWithdraw()",
];

/// A name for what a call returned when it failed. `None` if that is not one of the interface's errors in its canonical
/// encoding.
pub(crate) fn name(output: &[u8]) -> Option<String> {
    let error = IDebtManagerErrors::abi_decode(output).ok()?;
    if error.abi_encode() != output {
        return None;
    }
    let name = IDebtManagerErrors::name_by_selector(*output.first_chunk()?)?;
    Some(match error {
        IDebtManagerErrors::WrappedError(wrapped) => format!("{name}: {}", innermost(&wrapped)),
        _ => name.to_owned(),
    })
}

/// What is inside, however often it is wrapped.
fn innermost(wrapped: &WrappedError) -> String {
    let reason = &wrapped.reason;
    if let Ok(inner) = WrappedError::abi_decode(reason) {
        return innermost(&inner);
    }
    if let Ok(Revert { reason }) = Revert::abi_decode(reason) {
        return reason;
    }
    if let Ok(Panic { code }) = Panic::abi_decode(reason) {
        return format!("Panic({code:#x})");
    }
    let Some(selector) = reason.first_chunk() else { return format!("nothing, from {}", wrapped.selector) };
    let own = IDebtManagerErrors::name_by_selector(*selector);
    own.or_else(|| known(*selector)).map_or_else(|| alloy_primitives::hex::encode_prefixed(selector), str::to_owned)
}

fn known(selector: [u8; 4]) -> Option<&'static str> {
    static NAMES: OnceLock<BTreeMap<[u8; 4], &'static str>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let names = KNOWN.into_iter().map(|signature| {
            let [a, b, c, d, ..] = keccak256(signature).0;
            ([a, b, c, d], signature.split('(').next().unwrap_or(signature))
        });
        names.collect()
    });
    names.get(&selector).copied()
}

#[cfg(test)]
mod tests {
    use super::name;
    use alloy_primitives::{Address, Bytes};
    use alloy_sol_types::SolError as _;
    use debt_manager::abi::IDebtManager::{Reentered, WrappedError};

    #[test]
    fn the_innermost_reason_is_named() {
        let wrap = |reason: Vec<u8>| {
            let (target, selector, details) = (Address::ZERO, Default::default(), Bytes::new());
            WrappedError { target, selector, reason: reason.into(), details }.abi_encode()
        };
        assert_eq!(name(&wrap(wrap(Reentered {}.abi_encode()))).as_deref(), Some("WrappedError: Reentered"));
        assert_eq!(name(&Reentered {}.abi_encode()).as_deref(), Some("Reentered"));
    }

    #[test]
    fn what_is_not_canonical_has_no_name() {
        assert_eq!(name(&[]), None);
        assert_eq!(name(&[Reentered {}.abi_encode(), vec![0]].concat()), None);
    }
}
