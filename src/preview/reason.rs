//! Why an operation fails, by its error, and by the lender's state where the error alone does not tell.

use super::{
    exactly,
    plan::{Holdings, Plan},
};
use crate::{
    abi::{
        IDebtManager::{self as manager, WrappedError},
        IDebtPreview::Reason,
        IExactlyAuditorState::InsufficientAccountLiquidity,
        IExactlyMarketState as market,
    },
    door::Verb,
    host,
    lender::Lender,
    word::{self, Address, WORD, Word},
};
use alloy_sol_types::SolError;

/// An error that was passed on, and who gave it: nobody if it is the contract's own.
struct Innermost<'a> {
    error: &'a [u8],
    refused_by: Option<&'a Word>,
}

impl<'a> Innermost<'a> {
    /// Unwraps it, as often as it was wrapped.
    fn of(error: &'a [u8]) -> Self {
        let mut innermost = Self { error, refused_by: None };
        while let Some((target, reason)) = unwrapped(innermost.error) {
            innermost = Self { error: reason, refused_by: Some(target) };
        }
        innermost
    }

    fn selector(&self) -> [u8; 4] {
        self.error.first_chunk().copied().unwrap_or_default()
    }
}

/// Who refused, and why, as the contract lays it out: four words, then the reason with its length.
fn unwrapped(error: &[u8]) -> Option<(&Word, &[u8])> {
    let words = error.strip_prefix(&WrappedError::SELECTOR)?;
    let (head, reason) = words.as_chunks::<WORD>().0.first_chunk::<5>().zip(words.get(5 * WORD..))?;
    let [target, _function, _reason_at, _details_at, length] = head;
    Some((target, reason.get(..word::small(length)?)?))
}

/// By the error alone.
pub(super) fn of_error(error: &[u8]) -> Reason {
    match Innermost::of(error).selector() {
        manager::MarketNotListed::SELECTOR => Reason::Unlisted,
        manager::DeadlinePassed::SELECTOR
        | manager::DebtAboveMax::SELECTOR
        | manager::CollateralBelowMin::SELECTOR
        | manager::EquityLossAboveMax::SELECTOR
        | manager::HealthFactorBelowMin::SELECTOR
        | manager::RepaymentAboveMax::SELECTOR => Reason::Bounds,
        manager::RatioTooLow::SELECTOR
        | manager::PrincipalNegative::SELECTOR
        | manager::WrongDirection::SELECTOR
        | manager::WithdrawAllNeedsFullRepayment::SELECTOR
        | manager::NothingToMigrate::SELECTOR
        | manager::PortionTooHigh::SELECTOR => Reason::Size,
        manager::FlashLiquidityTooLow::SELECTOR
        | manager::SwapIncomplete::SELECTOR
        | market::InsufficientProtocolLiquidity::SELECTOR => Reason::Liquidity,
        market::MaxSupplyExceeded::SELECTOR | market::UtilizationExceeded::SELECTOR => Reason::Cap,
        market::MarketFrozen::SELECTOR => Reason::Paused,
        market::UnmatchedPoolState::SELECTOR | market::UnmatchedPoolStates::SELECTOR => Reason::Maturity,
        InsufficientAccountLiquidity::SELECTOR => Reason::Shortfall,
        _ => Reason::Other,
    }
}

/// By the error and by what the lender says, before the operation.
pub(super) fn of(error: &[u8], plan: &Plan<'_>, holdings: &Holdings<'_>) -> Reason {
    let account = host::this();
    match of_error(error) {
        Reason::Shortfall => {
            let Lender::Exactly = holdings.to.lender;
            let (collateral, debt) = (holdings.to.collateral.market.address(), holdings.to.owed.market.address());
            // The market that is borrowed from is entered by that.
            match !collateral.is(debt) && !exactly::has_entered(account, collateral) {
                true => Reason::NotEntered,
                false => Reason::Shortfall,
            }
        }
        Reason::Other => {
            let refused_by = Innermost::of(error).refused_by.and_then(Address::of);
            if refused_by.and_then(|address| holdings.market_at(address)).is_some_and(|listing| {
                let Lender::Exactly = holdings.to.lender;
                exactly::is_paused(listing.market.address())
            }) {
                return Reason::Paused;
            }
            let wallet_assets = holdings.from.collateral.asset().balance_of(account);
            match plan.verb == Verb::Leverage && word::less(&wallet_assets, plan.wallet_assets) {
                true => Reason::Wallet,
                false => Reason::Other,
            }
        }
        known => known,
    }
}
