//! How much to borrow or to repay, solved from the lender's state at the moment of the call.
//!
//! Pure arithmetic, shared with everything that quotes, so that a quote equals the execution to the last unit.

use crate::{
    abi::Position,
    error::{overflow, revert},
    math::{self, Overflow, wad},
    word::of_uint,
};
use alloy_primitives::U256;

/// How the size of an operation is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Deposit / principal after the operation, 18 decimals.
    RatioWad(U256),
    /// Units of collateral to add, or of debt to repay.
    Assets(U256),
}

/// Why a size cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unattainable {
    /// A ratio below one: a deposit is never less than its principal.
    RatioTooLow {
        /// The ratio, 18 decimals.
        ratio_wad: U256,
    },
    /// More is owed, or to be taken out, than is deposited: there is no principal to scale.
    PrincipalNegative {
        /// Units deposited.
        collateral: U256,
        /// Units owed or to be taken out.
        owed: U256,
    },
    /// The target lies in the other direction.
    WrongDirection {
        /// Units that the target asks to owe.
        debt_target: U256,
        /// Units owed.
        debt: U256,
    },
    /// A number does not fit 256 bits.
    Overflow,
}

impl From<Overflow> for Unattainable {
    fn from(Overflow: Overflow) -> Self {
        Self::Overflow
    }
}

impl Unattainable {
    /// Ends the frame for this reason.
    #[cold]
    #[inline(never)]
    pub(crate) fn revert(&self) -> ! {
        let words = |a: &U256, b: &U256| (of_uint(a), of_uint(b));
        match self {
            Self::RatioTooLow { ratio_wad } => {
                let (ratio, least) = words(ratio_wad, &wad());
                revert!(RatioTooLow(&ratio, &least))
            }
            Self::PrincipalNegative { collateral, owed } => {
                let (collateral, owed) = words(collateral, owed);
                revert!(PrincipalNegative(&collateral, &owed))
            }
            Self::WrongDirection { debt_target, debt } => {
                let (debt_target, debt) = words(debt_target, debt);
                revert!(WrongDirection(&debt_target, &debt))
            }
            Self::Overflow => overflow(),
        }
    }
}

/// What is to be supplied, and paid for with debt, so that `position`, with `deposit_assets` added from the wallet, has
/// the size asked for. All in units of the collateral asset.
///
/// Rounds down: the account ends with at most the debt that the ratio says.
pub fn supply_assets(position: &Position, deposit_assets: &U256, size: &Size) -> Result<U256, Unattainable> {
    let ratio_wad = match size {
        Size::Assets(assets) => return Ok(*assets),
        Size::RatioWad(ratio_wad) => ratio_wad,
    };
    let collateral = math::add(&position.collateral, deposit_assets)?;
    let debt_target = debt_at_ratio(&collateral, &position.debt, ratio_wad)?;
    math::sub(&debt_target, &position.debt).ok_or(Unattainable::WrongDirection { debt_target, debt: position.debt })
}

/// What is to be repaid so that `position`, with `withdraw_assets` taken out to the wallet, has the size asked for. All
/// in units of the debt asset.
///
/// Rounds up: the account ends with at most the debt that the ratio says. An explicit size stops at the debt.
pub fn repay_assets(position: &Position, withdraw_assets: &U256, size: &Size) -> Result<U256, Unattainable> {
    let Position { collateral, debt } = position;
    let debt_target = match size {
        Size::Assets(assets) => math::sub(debt, assets).unwrap_or_default(),
        Size::RatioWad(ratio_wad) => {
            let owed = math::add(debt, withdraw_assets)?;
            let negative = Unattainable::PrincipalNegative { collateral: *collateral, owed };
            debt_at_ratio(&math::sub(collateral, withdraw_assets).ok_or(negative)?, debt, ratio_wad)?
        }
    };
    math::sub(debt, &debt_target).ok_or(Unattainable::WrongDirection { debt_target, debt: *debt })
}

/// The debt of a position whose principal is `collateral - debt`, at `ratio_wad` times that principal deposited.
fn debt_at_ratio(collateral: &U256, debt: &U256, ratio_wad: &U256) -> Result<U256, Unattainable> {
    let wad = wad();
    let leverage_wad = math::sub(ratio_wad, &wad).ok_or(Unattainable::RatioTooLow { ratio_wad: *ratio_wad })?;
    let negative = Unattainable::PrincipalNegative { collateral: *collateral, owed: *debt };
    let principal = math::sub(collateral, debt).ok_or(negative)?;
    Ok(math::mul_div_down(&principal, &leverage_wad, &wad)?)
}

#[cfg(test)]
mod tests;
