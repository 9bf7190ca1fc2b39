//! What the caller accepts of the outcome: measured in the outermost frame, after everything else, in every call.

use crate::{
    calldata::Calldata,
    error::revert,
    holding::Measure,
    host,
    lender::{Health, Lender},
    math::exact,
    word::{self, Address, WORD, Word},
};

/// The caller's limits, where they stand in the calldata. None of their values means that there is no limit.
#[derive(Clone, Copy)]
pub(crate) struct Bounds<'a>(&'a [Word; 5]);

impl<'a> Bounds<'a> {
    /// Finds the limits and checks the deadline, which is the last second in which the call may be executed.
    #[inline(never)]
    pub(crate) fn decode(calldata: &mut Calldata<'a>) -> Self {
        let bounds = Self(calldata.words());
        let timestamp = host::timestamp();
        if word::less(bounds.deadline(), &timestamp) {
            revert!(DeadlinePassed(bounds.deadline(), &timestamp));
        }
        bounds
    }

    /// The deadline, as it stands there.
    pub(crate) fn deadline(&self) -> &'a Word {
        let [deadline, ..] = self.0;
        deadline
    }

    /// Holds the outcome against the limits: the position, and what was lost, in units of the debt asset.
    #[inline(never)]
    pub(crate) fn check(&self, after: &Measure, loss: &Word) {
        let [_, debt_max, collateral_min, loss_max, _] = self.0;
        let (collateral, debt) = (&after.collateral, &after.owed.assets);
        if word::less(debt_max, debt) {
            revert!(DebtAboveMax(debt, debt_max));
        }
        if word::less(collateral, collateral_min) {
            revert!(CollateralBelowMin(collateral, collateral_min));
        }
        if word::less(loss_max, loss) {
            revert!(EquityLossAboveMax(loss, loss_max));
        }
    }

    /// Holds the account's health factor against its limit. A limit of zero is met by every account, unmeasured.
    #[inline(never)]
    pub(crate) fn check_health(&self, lender: Lender, account: Address<'_>) {
        let [.., health_factor_min] = self.0;
        if word::is_zero(health_factor_min) {
            return;
        }
        let Health { collateral_value, debt_value } = lender.health(account);
        let health_factor = match word::is_zero(&debt_value) {
            true => [0xff; WORD],
            false => exact::mul_div_down(&collateral_value, &exact::wad(), &debt_value),
        };
        if word::less(&health_factor, health_factor_min) {
            revert!(HealthFactorBelowMin(&health_factor, health_factor_min));
        }
    }
}
