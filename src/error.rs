//! Every way in which a call can fail, each with the two numbers one needs: `abi/IDebtManager.sol` lists and documents them.
//!
//! An error ends the frame where it arises: there is nothing that a contract could do about it but to undo everything,
//! and passing it up through the stack would cost more code than the rest of the contract.

use crate::{host, word};

/// Ends the frame with an error of the interface and its numbers, each a word.
macro_rules! revert {
    ($name:ident($($word:expr),*)) => {
        $crate::host::fail(
            <$crate::abi::IDebtManager::$name as alloy_sol_types::SolError>::SELECTOR,
            &[$($word),*],
        )
    };
}
pub(crate) use revert;

/// The word at `offset` bytes after the selector is not what it should be, or is not there.
#[cold]
#[inline(never)]
pub(crate) fn malformed(offset: usize) -> ! {
    revert!(InvalidCalldata(&word::of_small(offset as u64)))
}

/// A number does not fit 256 bits, or is less than nothing.
#[cold]
#[inline(never)]
pub(crate) fn overflow() -> ! {
    revert!(ArithmeticOverflow())
}

/// A callback that no operation in flight asked for.
#[cold]
#[inline(never)]
pub(crate) fn unexpected_callback() -> ! {
    revert!(UnexpectedCallback(host::sender().word()))
}

/// What an error is called.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn name(selector: [u8; 4]) -> &'static str {
    use crate::abi::IDebtManager::IDebtManagerErrors;
    IDebtManagerErrors::name_by_selector(selector).unwrap_or("an error that the interface does not have")
}
