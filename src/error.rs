//! Every way in which a call can fail, each with the two numbers one needs.
//!
//! An error ends the frame where it arises: there is nothing that a contract could do about it but to undo everything,
//! and passing it up through the stack would cost more code than the rest of the contract.

use crate::{abi::IDebtManager as abi, host, word::words};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolError;

/// Declares the errors: one list for the enum and for the encoding, which the compiler holds against the interface.
macro_rules! errors {
    ($($name:ident { $($field:ident: $type:ty),* };)*) => {
        /// Why a call failed. Documented, one by one, in `abi/IDebtManager.sol`.
        #[derive(Clone, Copy)]
        #[cfg_attr(not(target_arch = "wasm32"), derive(Debug))]
        pub(crate) enum Error<'a> {
            $($name { $($field: &'a $type),* },)*
        }

        impl Error<'_> {
            /// Ends the frame: everything it did is undone, and the caller is told why.
            #[cold]
            #[inline(never)]
            pub(crate) fn revert(self) -> ! {
                #[cfg(not(target_arch = "wasm32"))]
                host::native_revert(&self);
                match self {
                    $(Error::$name { $($field),* } => host::fail(abi::$name::SELECTOR, &words![$(*$field),*]),)*
                }
            }
        }
    };
}

errors! {
    UnknownSelector { selector: [u8; 4] };
    InvalidCalldata { offset: usize };
    NotPayable { value: U256 };
    Reentered {};
    DeadlinePassed { deadline: U256, timestamp: u64 };
    MarketNotListed { market: Address };
    NothingToMigrate {};
    PortionTooHigh { portion: U256 };
    RepaymentAboveMax { repayment: U256, repay_max: U256 };
    SwapPathMismatch { sold: Address, bought: Address };
    SwapIncomplete { amount: U256, asked: U256 };
    FlashSourceUnsupported { source: usize };
    FlashLiquidityTooLow { available: U256, needed: U256 };
    AuthorizationForeign { token: Address };
    AllowanceLeft { token: Address, allowance: U256 };
    RatioTooLow { ratio: U256, least: U256 };
    PrincipalNegative { collateral: U256, owed: U256 };
    WrongDirection { debt_target: U256, debt: U256 };
    WithdrawAllNeedsFullRepayment { size: U256 };
    ArithmeticOverflow {};
    UnexpectedCallback { caller: Address };
    FlashLoanMismatch { token: Address, amount: U256 };
    FlashLoanMissing {};
    InvalidReturn { target: Address, selector: [u8; 4] };
    DebtAboveMax { debt: U256, debt_max: U256 };
    CollateralBelowMin { collateral: U256, collateral_min: U256 };
    EquityLossAboveMax { loss: U256, loss_max: U256 };
    HealthFactorBelowMin { health_factor: U256, health_factor_min: U256 };
    ResidualBalance { balance: U256, expected: U256 };
}
