//! Carrying out an operation as the account, to revert with what it came to. Nothing here returns.

use super::{
    Request,
    answer::{Account, Outcome},
    exactly,
    plan::{self, Holdings, Plan},
    reason, search,
};
use crate::{
    abi::IDebtPreview::{Rehearsed, Weighed},
    door::Verb,
    holding::Holding,
    host,
    lender::{Health, Lender},
    math::exact,
    network::root,
    token::Token,
    word::{self, Address, WORD, Word, ZERO, uint},
};
use alloc::vec::Vec;
use alloy_sol_types::SolError;

/// Set while a rehearsal is on: in a frame that reverts, which takes the mark with it.
const MARK: u8 = 0;
/// Most bytes of an error: what the contract passes on of a reason, and its wrapping.
const ERROR_MAX: usize = 5 * 1024;

/// Whether a rehearsal is on.
pub(super) fn is_on() -> bool {
    !word::is_zero(&host::transient_load(MARK))
}

/// Carries out an operation and reverts with what it came to.
pub(super) fn rehearse(request: &Request<'_>) -> ! {
    let plan = Plan::read(request.operation);
    let holdings = plan.find();
    let before = account(&holdings);
    let liquidity = liquidity(&plan, &holdings);
    let had = wallet(&holdings);
    let (returned, refusal) = match carry_out(&plan, &holdings, request.manager, request.operation) {
        Ok(position) => (position.as_chunks().0.first_chunk().copied().unwrap_or_default(), None),
        Err(error) => ([ZERO; 2], Some(error)),
    };
    let afterwards = account(&holdings);
    let changes = had.iter().zip(wallet(&holdings)).map(|([asset, had], [_, has])| {
        let (paid, received) = (exact::sub_to_zero(had, &has), exact::sub_to_zero(&has, had));
        [*asset, paid, received]
    });
    let wallet = changes.collect();
    let reason = refusal.as_ref().map(|error| reason::of(error, &plan, &holdings));
    let error = refusal.unwrap_or_default();
    let outcome = Outcome { reason, error, before, afterwards, wallet, returned, liquidity };
    host::undo(&outcome.encode(&Rehearsed::SELECTOR))
}

/// Carries out an operation at another ratio and reverts with what the account has then.
pub(super) fn weigh(request: &Request<'_>) -> ! {
    let plan = Plan::read(request.operation);
    let holdings = plan.find();
    let (principal, least_debt) = principal(&plan, &holdings.from);
    let ratio = search::ratio_at(&uint(request.number), &uint(&least_debt), &uint(&principal));
    let Some(ratio) = ratio.as_ref().map(word::of_uint) else { host::undo(&[]) };
    let operation = plan::at_ratio(request.operation, &ratio);
    if let Err(error) = carry_out(&plan, &holdings, request.manager, &operation) {
        host::undo(&error);
    }
    let Health { collateral_value, debt_value } = holdings.to.lender.health(host::this());
    host::fail(Weighed::SELECTOR, &[&ratio, &principal, &collateral_value, &debt_value])
}

/// What has the ratio, as the verb counts it, and the least debt that it can be asked for.
fn principal(plan: &Plan<'_>, holding: &Holding<'_>) -> (Word, Word) {
    let measure = holding.measure(host::this());
    let (rate, debt) = (&holding.collateral_rate, &measure.owed.assets);
    let (has, owes, least) = match plan.verb {
        Verb::Leverage => {
            let debt = rate.invert_up(debt);
            (exact::add(&measure.collateral, plan.wallet_assets), debt, debt)
        }
        Verb::Deleverage if !word::is_max(plan.wallet_assets) => {
            let leaves = rate.convert_up(plan.wallet_assets);
            (exact::sub_to_zero(&rate.convert_down(&measure.collateral), &leaves), *debt, ZERO)
        }
        // These state no ratio.
        _ => (ZERO, ZERO, ZERO),
    };
    (exact::sub_to_zero(&has, &owes), least)
}

/// Allows what the operation may need and has the manager carry it out, as the account. Returns the position
/// that it returns, or its error.
fn carry_out(
    plan: &Plan<'_>,
    holdings: &Holdings<'_>,
    manager: Address<'_>,
    operation: &[u8],
) -> Result<Vec<u8>, Vec<u8>> {
    host::transient_store(MARK, &word::of_small(1));
    for listing in holdings.listings() {
        for token in [listing.asset(), Token(listing.market.address())] {
            allow(token, manager, &plan.given(token).unwrap_or([0xff; WORD]));
        }
    }
    let permit2 = root!(PERMIT2);
    let fee_token = plan.fee_token().filter(|token| host::code_size(token.0) > 0);
    for token in holdings.assets().into_iter().chain(fee_token) {
        allow(token, Address::known(&permit2), &[0xff; WORD]);
    }
    host::call_whole(manager, operation, ERROR_MAX)
}

/// Some tokens want an allowance to be taken back before another one is given.
fn allow(token: Token<'_>, spender: Address<'_>, units: &Word) {
    let allowance = token.allowance(host::this(), spender);
    if word::same(&allowance, units) {
        return;
    }
    if !word::is_zero(&allowance) {
        token.approve(spender, &ZERO);
    }
    token.approve(spender, units);
}

/// The account as it is at this point.
fn account(holdings: &Holdings<'_>) -> Account {
    let health = holdings.to.lender.health(host::this());
    let [[a, b, c], [d, e, f]] = [&holdings.from, &holdings.to].map(position);
    [a, b, c, d, e, f, health.collateral_value, health.debt_value, health_factor(&health)]
}

/// As the contract's bound counts it, which would be bigger if it were asked here.
fn health_factor(health: &Health) -> Word {
    match word::is_zero(&health.debt_value) {
        true => [0xff; WORD],
        false => exact::mul_div_down(&health.collateral_value, &exact::wad(), &health.debt_value),
    }
}

/// Deposit, debt and ratio.
fn position(holding: &Holding<'_>) -> [Word; 3] {
    let measure = holding.measure(host::this());
    let (collateral, debt) = (measure.collateral, measure.owed.assets);
    let owed = holding.collateral.rate_to(&holding.owed).invert_up(&debt);
    let principal = exact::sub_to_zero(&collateral, &owed);
    let ratio = match (word::is_zero(&collateral), word::is_zero(&principal)) {
        (true, _) => ZERO,
        (_, true) => [0xff; WORD],
        _ => exact::mul_div_down(&collateral, &exact::wad(), &principal),
    };
    [collateral, debt, ratio]
}

/// What the account has in its wallet of each asset.
fn wallet(holdings: &Holdings<'_>) -> Vec<[Word; 2]> {
    let balance = |asset: Token<'_>| [*asset.0.word(), asset.balance_of(host::this())];
    holdings.assets().into_iter().map(balance).collect()
}

/// What the vault holds of what is borrowed in a flash, and what there is to be had of the market that pays for it.
fn liquidity(plan: &Plan<'_>, holdings: &Holdings<'_>) -> [Word; 2] {
    let Holdings { from, to } = holdings;
    let Lender::Exactly = to.lender;
    let borrowed = || exactly::lendable(to.owed.market.address());
    let withdrawn = || exactly::withdrawable(from.collateral.market.address());
    let (lent, available) = match plan.verb {
        Verb::Leverage => (from.collateral.asset(), borrowed()),
        Verb::Deleverage => (from.owed.asset(), withdrawn()),
        Verb::Migrate if !from.debt.is(&to.debt) => (from.owed.asset(), borrowed()),
        Verb::Migrate => (to.collateral.asset(), withdrawn()),
    };
    [lent.balance_of(Address::known(&root!(BALANCER_V2_VAULT))), available]
}
