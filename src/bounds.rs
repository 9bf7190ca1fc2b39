//! What the caller accepts of the outcome: measured in the outermost frame, after everything else, in every call.

use crate::{
    abi::Position,
    calldata::Calldata,
    error::{Error, Result},
    host,
    lender::{Health, Market},
    math::{self, Overflow, WAD},
    word::{self, WORD},
};
use alloy_primitives::{Address, U256};

/// The caller's limits, where they stand in the calldata. None of their values means that there is no limit.
#[derive(Clone, Copy)]
pub(crate) struct Bounds<'a>(&'a [[u8; WORD]; 4]);

/// What an operation moved between the wallet and the position, by which its equity may differ.
#[derive(Clone, Copy)]
pub(crate) enum Moved {
    /// Assets from the wallet.
    Deposited(U256),
    /// Assets to the wallet.
    Withdrawn(U256),
}

impl<'a> Bounds<'a> {
    /// Finds the limits and checks the deadline, which is the last second in which the call may be executed.
    pub(crate) fn decode(calldata: &mut Calldata<'a>) -> Result<Self> {
        let (deadline, timestamp) = (calldata.uint()?, host::timestamp());
        if math::sub(&deadline, &U256::from(timestamp)).is_none() {
            return Err(Error::DeadlinePassed { deadline: &deadline, timestamp: &timestamp }.into());
        }
        Ok(Self(calldata.words()?))
    }

    /// Holds the outcome against the limits. All amounts are of one asset.
    pub(crate) fn check(&self, before: &Position, moved: &Moved, after: &Position) -> Result {
        let [debt_max, collateral_min, loss_max, _] = self.0;
        let (debt, debt_max) = (&after.debt, &word::uint(debt_max));
        if math::sub(debt_max, debt).is_none() {
            return Err(Error::DebtAboveMax { debt, debt_max }.into());
        }
        let (collateral, collateral_min) = (&after.collateral, &word::uint(collateral_min));
        if math::sub(collateral, collateral_min).is_none() {
            return Err(Error::CollateralBelowMin { collateral, collateral_min }.into());
        }
        let (loss, loss_max) = (&equity_loss(before, moved, after)?, &word::uint(loss_max));
        if math::sub(loss_max, loss).is_none() {
            return Err(Error::EquityLossAboveMax { loss, loss_max }.into());
        }
        Ok(())
    }

    /// Holds the account's health factor against its limit. A limit of zero is met by every account, unmeasured.
    pub(crate) fn check_health(&self, market: &Market, account: &Address) -> Result {
        let [.., health_factor_min] = self.0;
        let health_factor_min = &word::uint(health_factor_min);
        if health_factor_min.is_zero() {
            return Ok(());
        }
        let Health { collateral_value, debt_value } = market.health(account)?;
        let wad = WAD;
        let health_factor = &match debt_value.is_zero() {
            true => U256::MAX,
            false => math::mul_div_down(&collateral_value, &wad, &debt_value)?,
        };
        if math::sub(health_factor, health_factor_min).is_none() {
            return Err(Error::HealthFactorBelowMin { health_factor, health_factor_min }.into());
        }
        Ok(())
    }
}

/// How much less deposit minus debt is than it was, but for what was put in or taken out; zero for a gain.
fn equity_loss(before: &Position, moved: &Moved, after: &Position) -> core::result::Result<U256, Overflow> {
    let nothing = U256::ZERO;
    let (deposited, withdrawn) = match moved {
        Moved::Deposited(assets) => (assets, &nothing),
        Moved::Withdrawn(assets) => (&nothing, assets),
    };
    // What is subtracted on one side is added on the other, so that no number has a sign.
    let had = math::add(&math::add(&before.collateral, deposited)?, &after.debt)?;
    let have = math::add(&math::add(&after.collateral, withdrawn)?, &before.debt)?;
    Ok(math::sub(&had, &have).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(assets: u64) -> U256 {
        U256::from(assets)
    }

    fn position(collateral: u64, debt: u64) -> Position {
        Position { collateral: units(collateral), debt: units(debt) }
    }

    #[test]
    fn a_loss_counts_what_was_put_in() {
        let loss =
            |collateral, debt| equity_loss(&position(0, 0), &Moved::Deposited(units(100)), &position(collateral, debt));
        assert_eq!(loss(300, 200), Ok(units(0)));
        assert_eq!(loss(300, 201), Ok(units(1)));
        assert_eq!(loss(301, 200), Ok(units(0)));
    }

    #[test]
    fn a_loss_counts_what_was_taken_out() {
        let loss = |withdrawn| equity_loss(&position(500, 100), &Moved::Withdrawn(units(withdrawn)), &position(300, 0));
        assert_eq!(loss(100), Ok(units(0)));
        assert_eq!(loss(97), Ok(units(3)));
    }

    #[test]
    fn a_sum_past_the_word_is_refused() {
        let before = Position { collateral: U256::MAX, debt: U256::ZERO };
        assert_eq!(equity_loss(&before, &Moved::Deposited(units(1)), &before), Err(Overflow));
    }
}
