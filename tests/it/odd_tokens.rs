//! Tokens that do not move what they are told to, by their names in the threat model: as the asset of a market that is
//! listed all the same, and on the way of a swap.

use crate::{
    cross_pools::{through, with_hostile_token},
    manners::{Manner, moved},
    pools::root_cause,
    signatory,
    stage::{ALICE, Stage, near, times},
};
use alloy_primitives::{Address, U256, address};
use devnet::{Receipt, Tx};
use protocols::{
    Account, ExactlyMarket, Fixtures,
    exactly::Terms,
    manager::{self, Order, Verb},
    stand_ins::{self, StandIn},
};

/// Who has nothing to do with anything.
const STRANGER: Address = address!("57a0000000000000000000000000000000000057");

/// So many whole ones, of 18 decimals.
fn whole(units: u64) -> U256 {
    times(units)
}

/// A listed market of a token that works so far, 100 of which are Alice's.
fn listed() -> (Stage, ExactlyMarket<StandIn>) {
    let mut stage = Stage::new();
    let market = signatory::list(&mut stage, stand_ins::Manner::DaiLike, ALICE);
    let (chain, dm) = (&mut stage.chain, stage.dm.address);
    market.token.approve(chain, ALICE, dm, U256::MAX).unwrap();
    market.approve(chain, ALICE, dm, U256::MAX).unwrap();
    stage.corrupt(market.token.address, Manner::Good);
    (stage, market)
}

/// The same with 40 of them at twice.
fn leveraged() -> (Stage, ExactlyMarket<StandIn>) {
    let (mut stage, market) = listed();
    stage.succeeds(opens(&stage, &market, 40, 2));
    (stage, market)
}

fn opens(stage: &Stage, market: &ExactlyMarket<StandIn>, deposit: u64, ratio: u64) -> Tx {
    stage.dm.send(ALICE, manager::leverage(market.address, whole(deposit), times(ratio)))
}

fn lowers(stage: &Stage, market: &ExactlyMarket<StandIn>, withdraw: U256, ratio: u64) -> Tx {
    stage.dm.send(ALICE, manager::deleverage(market.address, withdraw, times(ratio)))
}

/// What others have of the token: the vault, and the contract. The stage watches the rest.
fn others(stage: &Stage, market: &ExactlyMarket<StandIn>) -> [U256; 2] {
    [stage.world.balancer.vault, stage.dm.address].map(|account| market.token.balance_of(&stage.chain, account))
}

/// Sends it with the token's manners. Nobody else pays for what is missing, whatever comes of it.
fn sent(stage: &Stage, market: &ExactlyMarket<StandIn>, manner: Manner, tx: Tx) -> (Stage, Receipt) {
    let mut stage = stage.clone();
    stage.corrupt(market.token.address, manner);
    let before = others(&stage, market);
    let receipt = stage.send(tx);
    assert_eq!(others(&stage, market), before, "{manner:?}");
    assert!(receipt.success || !receipt.output.is_empty(), "{manner:?}: it reverted without a word");
    (stage, receipt)
}

#[test]
fn tokens_have_the_manners_that_they_are_given() {
    let (stage, market) = listed();
    let token = market.token;
    let has = |stage: &Stage, account| token.balance_of(&stage.chain, account);
    for manner in [
        Manner::Good,
        Manner::Taxes(10),
        Manner::Taxes(1_000),
        Manner::TaxesSenders(100),
        Manner::Loses(2),
        Manner::Rebased(1_001),
        Manner::Rebased(997),
        Manner::MostIsAll(5_000),
    ] {
        let mut stage = stage.clone();
        stage.corrupt(token.address, manner);
        if let Manner::Rebased(thousandths) = manner {
            assert_eq!(has(&stage, ALICE), whole(100) * U256::from(thousandths) / U256::from(1_000));
        }
        for units in [U256::ONE, U256::from(7_777), whole(10), U256::MAX] {
            if units == U256::MAX && !matches!(manner, Manner::MostIsAll(_)) {
                continue;
            }
            let before = [ALICE, STRANGER].map(|account| has(&stage, account));
            token.transfer(&mut stage.chain, ALICE, STRANGER, units).unwrap();
            let after = [ALICE, STRANGER].map(|account| has(&stage, account));
            let [paid, arrived] = moved(manner, units);
            // A balance is rounded down from shares, and so may change by a unit more or less.
            let exact = u64::from(matches!(manner, Manner::Rebased(_)));
            assert!((after[1] - before[1]).abs_diff(arrived) <= U256::from(exact), "{manner:?} {units}");
            assert!((before[0] - after[0]).abs_diff(paid) <= U256::from(exact), "{manner:?} {units}");
        }
    }
    let mut stage = stage;
    stage.corrupt(token.address, Manner::HatesZero);
    assert!(token.transfer(&mut stage.chain, ALICE, STRANGER, U256::ZERO).is_err());
    assert!(token.approve(&mut stage.chain, ALICE, STRANGER, U256::ZERO).is_err());
    token.transfer(&mut stage.chain, ALICE, STRANGER, U256::ONE).unwrap();
}

/// What takes something from those who get it, or from those who give it.
const TAXES: [Manner; 7] = [
    Manner::Taxes(1),
    Manner::Taxes(10),
    Manner::Taxes(500),
    Manner::Taxes(999),
    Manner::Taxes(1_000),
    Manner::TaxesSenders(1),
    Manner::TaxesSenders(1_000),
];

#[test]
fn e1_a_token_that_takes_a_fee_is_not_leveraged() {
    let (stage, market) = listed();
    let (after, receipt) = sent(&stage, &market, Manner::Good, opens(&stage, &market, 100, 3));
    assert!(receipt.success && near(market.position(&after.chain, ALICE).deposit, whole(300)));
    for manner in TAXES {
        for (deposit, ratio) in [(100, 3), (100, 1), (40, 2)] {
            let (after, receipt) = sent(&stage, &market, manner, opens(&stage, &market, deposit, ratio));
            assert!(!receipt.success, "{manner:?} {deposit} {ratio}");
            assert_eq!(after.belongings(ALICE), stage.belongings(ALICE));
        }
    }
}

#[test]
fn e1_a_token_that_begins_to_take_a_fee_is_not_lowered_with_a_loan_either() {
    let (stage, market) = leveraged();
    for manner in TAXES {
        for (withdraw, ratio) in [(manager::ALL, 1), (U256::ZERO, 1), (whole(7), 1)] {
            let tx = lowers(&stage, &market, withdraw, ratio);
            assert!(sent(&stage, &market, Manner::Good, tx.clone()).1.success);
            let (after, receipt) = sent(&stage, &market, manner, tx);
            // Nobody is paid in full who lends such a token.
            assert!(!receipt.success, "{manner:?} {withdraw} {ratio}");
            assert_eq!(after.belongings(ALICE), stage.belongings(ALICE));
        }
    }
}

#[test]
fn e1_a_deposit_without_a_debt_comes_out_less_the_fees() {
    let (mut stage, market) = listed();
    stage.succeeds(opens(&stage, &market, 100, 1));
    for manner in TAXES {
        let (after, receipt) = sent(&stage, &market, manner, lowers(&stage, &market, whole(30), 1));
        assert!(receipt.success, "{manner:?}: {}", receipt.output);
        assert_eq!(market.token.balance_of(&after.chain, ALICE), moved(manner, whole(30))[1], "{manner:?}");
    }
}

#[test]
fn e1_a_token_on_the_way_that_takes_a_fee_is_refused_by_its_pool() {
    let (stage, token) = with_hostile_token();
    for manner in [Manner::Taxes(1), Manner::Taxes(500), Manner::Taxes(1_000), Manner::Loses(1), Manner::Good] {
        let mut stage = stage.clone();
        stage.corrupt(token, manner);
        let receipt = stage.send(stage.dm.send(ALICE, through(&stage, token)));
        assert_eq!(receipt.success, manner == Manner::Good, "{manner:?}");
        if !receipt.success {
            assert!(!root_cause(&receipt).1.is_empty(), "{manner:?}");
        }
    }
}

#[test]
fn e2_a_token_that_is_rebased_costs_units_or_is_refused() {
    let (mut stage, market) = leveraged();
    // The contract cannot send on what such a token keeps back: a unit or two may stay, and are nobody's.
    stage.watched.pop();
    for manner in [999, 1_000, 1_001, 1_100].map(Manner::Rebased).into_iter().chain([1, 2].map(Manner::Loses)) {
        let mut stage = stage.clone();
        stage.corrupt(market.token.address, manner);
        for (at, tx) in [
            opens(&stage, &market, 10, 3),
            opens(&stage, &market, 0, 3),
            lowers(&stage, &market, U256::ZERO, 1),
            lowers(&stage, &market, whole(3), 1),
            lowers(&stage, &market, manager::ALL, 1),
        ]
        .into_iter()
        .enumerate()
        {
            let mut after = stage.clone();
            let ([vault, held], shares) = (others(&stage, &market), market.shares(&stage.chain, ALICE));
            let receipt = after.send(tx);
            let [vault_after, held_after] = others(&after, &market);
            assert!(vault_after >= vault && held_after >= held, "{manner:?} {at}");
            assert!(held_after - held <= U256::from(2), "{manner:?} {at}: {held_after} {held}");
            assert!(receipt.success || manner != Manner::Rebased(1_000), "{at}: {}", receipt.output);
            assert!(receipt.success || market.shares(&after.chain, ALICE) == shares, "{manner:?} {at}");
        }
    }
}

#[test]
fn e3_a_token_that_hates_nothing_is_handled_all_the_same() {
    let (stage, market) = listed();
    let mut stage = stage;
    stage.corrupt(market.token.address, Manner::HatesZero);
    for (deposit, ratio) in [(40, 2), (0, 3), (10, 3)] {
        stage.succeeds(opens(&stage, &market, deposit, ratio));
    }
    stage.chain.advance_time(1_000_000);
    for withdraw in [U256::ZERO, whole(5)] {
        stage.succeeds(lowers(&stage, &market, withdraw, 2));
    }
    stage.succeeds(lowers(&stage, &market, manager::ALL, 1));
    assert_eq!(market.shares(&stage.chain, ALICE), U256::ZERO);
}

#[test]
fn e3_a_token_whose_largest_amount_means_everything_moves_no_more_than_is_counted() {
    let (stage, market) = listed();
    for all in [0, 1, 100 * 10_u128.pow(18), 101 * 10_u128.pow(18)] {
        let order = |ratio| manager::leverage(market.address, U256::MAX, times(ratio));
        for tx in [stage.dm.send(ALICE, order(1)), stage.dm.send(ALICE, order(2))] {
            let (after, receipt) = sent(&stage, &market, Manner::MostIsAll(all), tx);
            assert!(!receipt.success);
            assert_eq!(after.belongings(ALICE), stage.belongings(ALICE));
        }
    }
}

#[test]
fn e5_decimals_at_the_end_of_the_range_are_counted_or_refused() {
    for decimals in [0, 1, 18, 36, 60, 77] {
        let mut stage = Stage::new();
        let manner = stand_ins::Manner::TetherLike { decimals };
        let (fixtures, holder, most) =
            (Fixtures::open().unwrap(), Account::DEPOSITOR.0, U256::from(10).pow(U256::from(27)));
        let token = StandIn::deploy(&mut stage.chain, &fixtures, manner, holder, most).unwrap();
        let third = most / U256::from(3);
        token.transfer(&mut stage.chain, holder, stage.world.balancer.vault, third).unwrap();
        token.transfer(&mut stage.chain, holder, ALICE, whole(100)).unwrap();
        let terms = Terms::at("ODD", 2);
        let market = stage.world.exactly.list_market(&mut stage.chain, &fixtures, token, &terms, third).unwrap();
        token.approve(&mut stage.chain, ALICE, stage.dm.address, U256::MAX).unwrap();
        market.approve(&mut stage.chain, ALICE, stage.dm.address, U256::MAX).unwrap();
        stage.watched.push(crate::stage::erased(market));
        let order = manager::leverage(market.address, whole(100), times(3));
        let receipt = stage.send(stage.dm.send(ALICE, order));
        let position = market.position(&stage.chain, ALICE);
        if !receipt.success {
            assert!(decimals > 36 && !root_cause(&receipt).1.is_empty(), "{decimals}: {}", receipt.output);
            continue;
        }
        assert!(near(position.deposit, whole(300)) && near(position.debt, whole(200)), "{decimals}: {position:?}");
        closes(&mut stage, manager::deleverage(market.address, manager::ALL, times(1)));
        assert_eq!(market.shares(&stage.chain, ALICE), U256::ZERO);
        assert!(token.balance_of(&stage.chain, ALICE).abs_diff(whole(100)) < whole(1) / U256::from(10_000));
    }
}

fn closes<O: Verb>(stage: &mut Stage, order: Order<O>) {
    stage.succeeds(stage.dm.send(ALICE, order));
}
