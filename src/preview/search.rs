//! The largest ratio at a least health factor, found by trying: what swaps, fees, roundings, caps and other positions do to
//! it is so in it, to the last digit.

use crate::{
    abi::IDebtPreview,
    host,
    math::{self, WAD},
    word::{self, WORD, Word},
};
use alloy_primitives::U256;
use alloy_sol_types::SolError;

/// Bytes of what weighing comes to.
pub(super) const WEIGHED: usize = 4 + 4 * WORD;

/// What an operation at a ratio came to.
#[derive(Clone)]
pub(super) struct Weighed {
    ratio: U256,
    principal: U256,
    collateral_value: U256,
    debt_value: U256,
}

impl Weighed {
    /// From what weighing reverted with, if it did with that.
    pub(super) fn decode(error: &[u8]) -> Option<Self> {
        let words: &[[u8; WORD]] = error.strip_prefix(&IDebtPreview::Weighed::SELECTOR)?.as_chunks().0;
        let [ratio, principal, collateral_value, debt_value] = words.first_chunk()?.each_ref().map(word::uint);
        Some(Self { ratio, principal, collateral_value, debt_value })
    }
}

/// How far to go first, as a part of the principal.
const FIRST_PART: U256 = U256::from_limbs([1_024, 0, 0, 0]);

/// A ratio, 18 decimals, so many steps from the one that asks for the least debt of a principal. A step is the smallest that
/// makes a difference: a unit of debt, of which the largest ratio is taken, or one in the ratio's last digit. Nothing has a
/// ratio without a principal.
pub(super) fn ratio_at(steps: &U256, least_debt: &U256, principal: &U256) -> Option<U256> {
    if principal.is_zero() {
        return None;
    }
    let leverage = if *principal > WAD {
        math::add(&math::mul_div_up(least_debt, &WAD, principal).ok()?, steps).ok()?
    } else {
        let next = math::add(&math::add(least_debt, steps).ok()?, &U256::ONE).ok()?;
        math::sub(&math::mul_div_up(&next, &WAD, principal).ok()?, &U256::ONE)?
    };
    math::add(&WAD, &leverage).ok()
}

/// What a ratio came to, so many steps from the least.
#[derive(Clone)]
struct Trial {
    steps: U256,
    weighed: Weighed,
}

impl Trial {
    /// Whether the account has the health factor, as the contract's own bound counts it.
    fn passes(&self, least_health_factor: &U256) -> bool {
        let Weighed { collateral_value, debt_value, .. } = &self.weighed;
        let health_factor = math::mul_div_down(collateral_value, &WAD, debt_value);
        debt_value.is_zero() || health_factor.is_ok_and(|health_factor| health_factor >= *least_health_factor)
    }
}

/// The largest ratio at which `weigh` succeeds and leaves the health factor; zero if there is none. `weigh` takes
/// steps from the least: the search ends between two neighbours, of which the first passes and the second does not.
pub(super) fn largest_ratio(mut weigh: impl FnMut(&Word) -> Option<Weighed>, least_health_factor: &U256) -> U256 {
    let mut attempt = |steps: U256| weigh(&word::of_uint(&steps)).map(|weighed| Trial { steps, weighed });
    let passes = |trial: &Trial| trial.passes(least_health_factor);
    let Some(least) = attempt(U256::ZERO).filter(|trial| passes(trial)) else { return U256::ZERO };
    // What passes and, once it is known, the first that does not; and two trials through which a line can be drawn.
    let (mut low, mut high) = (least.clone(), None);
    let (mut line, mut streak, mut has_passed) = ([least.clone(), least.clone()], 0, true);
    let mut steps = host::div(&least.weighed.principal.min(WAD), &FIRST_PART).max(U256::ONE);
    loop {
        let trial = attempt(steps);
        let passed = trial.as_ref().is_some_and(passes);
        if let Some(trial) = &trial {
            let [_, last] = line;
            line = [last, trial.clone()];
        }
        match trial.filter(|_| passed) {
            Some(trial) => low = trial,
            None => high = Some(steps),
        }
        streak = if passed == has_passed { streak + 1 } else { 0 };
        has_passed = passed;
        match next(&low.steps, high, crossing(&line, least_health_factor), (passed, streak)) {
            Some(next) => steps = next,
            None => return low.weighed.ratio,
        }
    }
}

/// Where the line through two trials leaves no collateral beyond what the health factor asks for, if it does. Below one the
/// lender refuses whatever is asked for.
fn crossing([a, b]: &[Trial; 2], least_health_factor: &U256) -> Option<U256> {
    let (a, b) = if a.steps < b.steps { (a, b) } else { (b, a) };
    let least = (*least_health_factor).max(WAD);
    let counts = |trial: &Trial| math::mul_div_down(&trial.weighed.collateral_value, &WAD, &least).ok();
    let ((counts_a, owes_a), (counts_b, owes_b)) =
        ((counts(a)?, a.weighed.debt_value), (counts(b)?, b.weighed.debt_value));
    let run = math::sub(&b.steps, &a.steps)?;
    // What is subtracted on one side is added on the other, so that no number has a sign.
    let fall = math::sub(&math::add(&counts_a, &owes_b).ok()?, &math::add(&counts_b, &owes_a).ok()?)?;
    match math::sub(&counts_a, &owes_a) {
        Some(spare) => math::add(&a.steps, &math::mul_div_down(&spare, &run, &fall).ok()?).ok(),
        None => math::sub(&a.steps, &math::mul_div_down(&math::sub(&owes_a, &counts_a)?, &run, &fall).ok()?),
    }
}

/// What to try next, strictly between what passes and what does not; nothing if they are neighbours. Goes where the line
/// says, and beyond it, twice as far each time that the same side is met again: so both ends close in.
fn next(low: &U256, high: Option<U256>, crossing: Option<U256>, (passed, streak): (bool, usize)) -> Option<U256> {
    let beyond = U256::ONE << streak.min(128);
    let at_least = low.saturating_add(beyond);
    let Some(high) = high else {
        // Nothing has failed yet.
        return Some(crossing.unwrap_or_else(|| low.saturating_add(*low)).max(at_least));
    };
    let (first, last) = (low.saturating_add(U256::ONE), high.saturating_sub(U256::ONE));
    if first > last {
        return None;
    }
    // What fails where the health factor would do, fails for another reason: then the line says nothing.
    let middle = low.saturating_add(high.saturating_sub(*low) >> 1);
    let guess = crossing.filter(|crossing| *crossing <= high).unwrap_or(middle);
    let guess = if passed { guess.max(at_least) } else { guess.min(high.saturating_sub(beyond)) };
    Some(guess.clamp(first, last))
}

#[cfg(test)]
#[path = "../../tests/properties/ratio_search.rs"]
mod tests;
