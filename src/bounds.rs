//! What the caller accepts of the outcome: measured in the outermost frame, after everything else, in every call.

use crate::{
    abi::Position,
    calldata::Calldata,
    error::Error,
    host,
    lender::{Health, Lender},
    math::{self, exact, wad},
    word::{self, WORD},
};
use alloy_primitives::{Address, U256};

/// The caller's limits, where they stand in the calldata. None of their values means that there is no limit.
#[derive(Clone, Copy)]
pub(crate) struct Bounds<'a>(&'a [[u8; WORD]; 5]);

impl<'a> Bounds<'a> {
    /// Finds the limits and checks the deadline, which is the last second in which the call may be executed.
    pub(crate) fn decode(calldata: &mut Calldata<'a>) -> Self {
        let bounds = Self(calldata.words());
        let (deadline, timestamp) = (&word::uint(bounds.deadline()), host::timestamp());
        if math::sub(deadline, &U256::from(timestamp)).is_none() {
            Error::DeadlinePassed { deadline, timestamp: &timestamp }.revert();
        }
        bounds
    }

    /// The deadline, as it stands there.
    pub(crate) fn deadline(&self) -> &'a [u8; WORD] {
        let [deadline, ..] = self.0;
        deadline
    }

    /// Holds the outcome against the limits: the position, and what was lost, in units of the debt asset.
    pub(crate) fn check(&self, after: &Position, loss: &U256) {
        let [_, debt_max, collateral_min, loss_max, _] = self.0;
        let (debt, debt_max) = (&after.debt, &word::uint(debt_max));
        if math::sub(debt_max, debt).is_none() {
            Error::DebtAboveMax { debt, debt_max }.revert();
        }
        let (collateral, collateral_min) = (&after.collateral, &word::uint(collateral_min));
        if math::sub(collateral, collateral_min).is_none() {
            Error::CollateralBelowMin { collateral, collateral_min }.revert();
        }
        let loss_max = &word::uint(loss_max);
        if math::sub(loss_max, loss).is_none() {
            Error::EquityLossAboveMax { loss, loss_max }.revert();
        }
    }

    /// Holds the account's health factor against its limit. A limit of zero is met by every account, unmeasured.
    pub(crate) fn check_health(&self, lender: Lender, account: &Address) {
        let [.., health_factor_min] = self.0;
        let health_factor_min = &word::uint(health_factor_min);
        if health_factor_min.is_zero() {
            return;
        }
        let Health { collateral_value, debt_value } = lender.health(account);
        let health_factor = &match debt_value.is_zero() {
            true => U256::MAX,
            false => exact::mul_div_down(&collateral_value, &wad(), &debt_value),
        };
        if math::sub(health_factor, health_factor_min).is_none() {
            Error::HealthFactorBelowMin { health_factor, health_factor_min }.revert();
        }
    }
}
