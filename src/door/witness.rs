//! What an account signs: every field of the operation, as a flat EIP-712 struct inside Permit2's own.

use crate::{
    host,
    word::{Value, words},
};
use alloy_primitives::{Address, B256};

/// What is done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Raise leverage.
    Leverage,
    /// Lower it.
    Deleverage,
    /// Move a position.
    Migrate,
}

/// The fields that all operations begin with.
macro_rules! market {
    () => {
        "(uint8 lender,address collateral,address debt,uint256 maturity,"
    };
}
/// The fields that all end with, and Permit2's own struct.
macro_rules! ending { () => { ",uint8 flash,uint256 deadline,uint256 debtMax,uint256 collateralMin,uint256 equityLossMax,uint256 healthFactorMin," } }
macro_rules! one_route {
    ($name:literal, $fields:literal) => {
        concat!(
            $name,
            " witness)",
            $name,
            market!(),
            $fields,
            ending!(),
            "bytes swap,address feeRecipient)TokenPermissions(address token,uint256 amount)"
        )
    };
}
macro_rules! two_routes {
    ($name:literal, $fields:literal) => {
        concat!(
            $name,
            " witness)",
            $name,
            market!(),
            $fields,
            ending!(),
            "bytes debtSwap,bytes collateralSwap,address feeRecipient)TokenPermissions(address token,uint256 amount)"
        )
    };
}

/// Permit2's own struct.
const PERMISSIONS: &str = "TokenPermissions(address token,uint256 amount)";

/// The text of a witness's type, as Permit2 takes it.
pub(super) struct TypeText(&'static [u8]);

impl TypeText {
    /// That of a verb.
    pub(super) fn of(verb: Verb) -> Self {
        let text: &'static str = match verb {
            Verb::Leverage => one_route!("Leverage", "uint8 target,uint256 size,uint256 deposit"),
            Verb::Deleverage => one_route!("Deleverage", "uint8 target,uint256 size,uint256 withdraw"),
            Verb::Migrate => two_routes!(
                "Migrate",
                "uint8 toLender,address toCollateral,address toDebt,uint256 toMaturity,uint256 debtPortion,uint256 collateralPortion,uint256 repayMax"
            ),
        };
        Self(text.as_bytes())
    }

    /// All of it.
    pub(super) fn as_bytes(&self) -> &'static [u8] {
        self.0
    }

    /// The operation's struct in it: what comes after the witness's name, and before Permit2's own struct.
    fn operation(&self) -> &'static [u8] {
        let mut rest = self.0;
        while let Some((byte, after)) = rest.split_first() {
            rest = after;
            if *byte == b')' {
                break;
            }
        }
        rest.get(..rest.len().saturating_sub(PERMISSIONS.len())).unwrap_or_default()
    }
}

/// The hash of the struct: the operation's words are its fields, in their order.
pub(super) fn hash(verb: Verb, operation: &[u8], routes: &[&[u8]; 2], fee_recipient: &Address) -> B256 {
    let type_hash = host::keccak256(TypeText::of(verb).operation());
    let [first, second] = routes.map(host::keccak256);
    let second = match verb {
        Verb::Migrate => words![second],
        _ => [Value::Bytes(&[])],
    };
    host::keccak256_behind(0, &words![type_hash, operation, first, second, *fee_recipient])
}
