//! Full closes (F2): whatever time passes between what is sent and its execution, not one share of a debt is left, not
//! one of the deposit, and all that remains is in the wallet.

use crate::{
    authority::age,
    debts::percent,
    pairs::{Pair, SHORT_ETH, SHORT_WSTETH, stake},
    signatory::Signatory,
    stage::{ALICE, ATTACKER, Stage, near, times, usdc},
};
use alloy_primitives::{Address, U256};
use debt_manager::abi::IDebtManager::Deleverage;
use protocols::{
    ExactlyMarket, Token,
    exactly::fixed,
    manager::{self, Fee, Order},
};

const DAY: u64 = 24 * 60 * 60;
/// Seconds from what is sent to its execution.
const AGES: [u64; 9] = [0, 1, 2, 13, 60 * 60, DAY, 27 * DAY, 100 * DAY, 365 * DAY];

/// Nothing is left of an account's debts in a market, to the share, and nothing of its deposit.
#[track_caller]
fn has_nothing(stage: &Stage, market: ExactlyMarket, account: Address) {
    assert_eq!(market.floating_shares(&stage.chain, account), U256::ZERO);
    assert_eq!(market.shares(&stage.chain, account), U256::ZERO);
    assert_eq!(market.position(&stage.chain, account).debt, U256::ZERO);
}

fn close(market: Address) -> Order<Deleverage> {
    manager::deleverage(market, manager::ALL, times(1))
}

/// Both sources of surplus: a size beyond the debt, and one that is the debt.
fn repayments(stage: &Stage) -> Vec<Order<Deleverage>> {
    let market = stage.market().address;
    let debt = stage.alice().debt;
    let repays = |units| manager::deleverage(market, U256::ZERO, times(1)).repaying(units);
    vec![
        manager::deleverage(market, U256::ZERO, times(1)),
        repays(U256::MAX),
        repays(U256::MAX - U256::ONE),
        repays(debt * U256::from(2)),
    ]
}

#[test]
fn f2_a_close_leaves_no_share_of_a_debt_however_late_it_is() {
    for ratio in [percent(101), percent(200), percent(400)] {
        let mut stage = Stage::new();
        stage.alice_leverages(usdc(100), ratio);
        let tx = stage.dm.send(ALICE, close(stage.market().address));
        for seconds in AGES {
            let mut stage = stage.clone();
            age(&mut stage, seconds);
            stage.chain.mine();
            let found = stage.alice();
            let receipt = stage.send(tx.clone());
            assert!(receipt.success, "after {seconds} s: {}", receipt.output);
            has_nothing(&stage, stage.market(), ALICE);
            // A second more of interest at most.
            assert!(stage.alices_wallet().abs_diff(found.deposit - found.debt) < U256::from(100), "{seconds}");
        }
    }
}

#[test]
fn f2_a_repayment_in_full_keeps_the_deposit_and_returns_what_is_too_much() {
    let mut stage = Stage::new();
    stage.alice_leverages(usdc(90), times(4));
    for order in repayments(&stage) {
        let tx = stage.dm.send(ALICE, order);
        for seconds in AGES {
            let mut stage = stage.clone();
            age(&mut stage, seconds);
            stage.chain.mine();
            let (found, wallet) = (stage.alice(), stage.alices_wallet());
            let receipt = stage.send(tx.clone());
            assert!(receipt.success, "after {seconds} s: {}", receipt.output);
            assert_eq!(stage.market().floating_shares(&stage.chain, ALICE), U256::ZERO);
            let kept = stage.alice().deposit + (stage.alices_wallet() - wallet);
            assert!(kept.abs_diff(found.deposit - found.debt) < U256::from(100), "{seconds}");
        }
    }
}

#[test]
fn f2_a_close_of_two_assets_leaves_no_share_of_a_debt_however_late_it_is() {
    for pair in [SHORT_ETH, SHORT_WSTETH] {
        let Pair { collateral, debt } = pair;
        let mut stage = Stage::crossing();
        stage.succeeds(stage.dm.send(ALICE, pair.raises(&stage, stake(collateral), times(2))));
        let tx = stage.dm.send(ALICE, pair.closes(&stage));
        for seconds in AGES {
            let mut stage = stage.clone();
            age(&mut stage, seconds);
            let owed = stage.wallet(debt);
            let receipt = stage.send(tx.clone());
            assert!(receipt.success, "{pair:?} after {seconds} s: {}", receipt.output);
            has_nothing(&stage, stage.of(collateral), ALICE);
            has_nothing(&stage, stage.of(debt), ALICE);
            assert_eq!(stage.wallet(debt), owed);
        }
    }
}

#[test]
fn f2_a_close_of_a_fixed_debt_leaves_nothing_early_or_late() {
    // The penalty is 0.45 percent a day: what is owed until the second maturity is more than there is after a year.
    for (nth, most) in [(2, 100 * DAY), (7, 365 * DAY)] {
        let mut stage = Stage::new();
        let (market, maturity) = (stage.market().address, stage.maturity(nth));
        let opens = manager::leverage(market, usdc(100), percent(150)).maturing(maturity);
        stage.succeeds(stage.dm.send(ALICE, opens));
        let tx = stage.dm.send(ALICE, close(market).maturing(maturity));
        for seconds in AGES.into_iter().filter(|seconds| *seconds <= most) {
            let mut stage = stage.clone();
            age(&mut stage, seconds);
            let receipt = stage.send(tx.clone());
            assert!(receipt.success, "after {seconds} s: {}", receipt.output);
            has_nothing(&stage, stage.market(), ALICE);
            assert_eq!(stage.owed(maturity), U256::ZERO);
        }
    }
}

/// A fee in USDC to who sends it.
fn to_relayer(token: Token) -> Fee {
    Fee { token: token.address, units: usdc(1), recipient: ATTACKER }
}

#[test]
fn f2_a_signed_close_leaves_nothing_from_the_second_it_was_signed_to_a_year_later() {
    let mut stage = Stage::new();
    let (carol, market) = (Signatory::with_key(&mut stage), stage.market());
    market.approve(&mut stage.chain, carol.account, stage.dm.address, U256::MAX).unwrap();
    market.token.approve(&mut stage.chain, carol.account, stage.dm.address, U256::MAX).unwrap();
    for maturity in [U256::ZERO, fixed::maturity(&stage.chain, 7)] {
        let mut stage = stage.clone();
        let opens = manager::leverage(market.address, usdc(90), percent(150)).maturing(maturity);
        stage.succeeds(stage.dm.send(carol.account, opens));
        market.approve(&mut stage.chain, carol.account, stage.dm.address, U256::ZERO).unwrap();
        market.token.approve(&mut stage.chain, carol.account, stage.dm.address, U256::ZERO).unwrap();
        let shares = market.shares(&stage.chain, carol.account);
        let order = close(market.address).maturing(maturity).authorized(carol.permit(&stage, market.address, shares));
        let signed = carol.signs(&stage, &order, U256::from(7), to_relayer(market.token));
        for seconds in AGES {
            let mut stage = stage.clone();
            age(&mut stage, seconds);
            let receipt = stage.send(stage.dm.relay(ATTACKER, &order, signed.clone()));
            assert!(receipt.success, "after {seconds} s: {}", receipt.output);
            has_nothing(&stage, market, carol.account);
            carol.has_given_nothing(&stage);
            let wallet = market.token.balance_of(&stage.chain, carol.account);
            assert!(seconds > DAY || near(wallet, usdc(99)) || wallet < usdc(99), "{wallet}");
        }
    }
}
