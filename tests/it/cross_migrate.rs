//! Positions that move to other assets: the collateral by selling exactly what there is, the debt by buying exactly what
//! is owed.

use crate::{
    pairs::{LONG_ETH, LONG_WSTETH, Pair, SHORT_ETH, SHORT_WSTETH, percent, stake, tenths},
    stage::{ALICE, Stage, near, times},
};
use alloy_primitives::U256;
use debt_manager::abi::IDebtManager::{
    Bounds, EquityLossAboveMax, FlashSource, Market, Migrate, NothingToMigrate, PortionTooHigh, RepaymentAboveMax,
};
use devnet::Chain;
use protocols::{
    Asset::{self, Usdc, Weth, WstEth},
    manager::{self, Order},
};

/// A stage on which Alice's stake has been at a ratio for a fortnight.
fn leveraged(pair: Pair, ratio: U256) -> Stage {
    let mut stage = Stage::crossing();
    stage.succeeds(stage.dm.send(ALICE, pair.raises(&stage, stake(pair.collateral), ratio)));
    stage.chain.advance_time(14 * 24 * 60 * 60);
    stage
}

/// From one position to another, each swap in one pool.
fn moves(stage: &Stage, from: Pair, to: Pair) -> Order<Migrate> {
    moves_by(stage, from, to, &[])
}

/// The same by way of some assets between.
fn moves_by(stage: &Stage, from: Pair, to: Pair, between: &[Asset]) -> Order<Migrate> {
    let path = |sold: Asset, bought: Asset| match sold == bought {
        true => Default::default(),
        false => stage.world.uniswap.path(&[&[sold], between, &[bought]].concat()),
    };
    let order = manager::migrate(from.market(stage), to.market(stage));
    order.swapping(path(to.debt, from.debt)).swapping_collateral(path(from.collateral, to.collateral))
}

fn deposit(stage: &Stage, asset: Asset) -> U256 {
    stage.of(asset).position(&stage.chain, ALICE).deposit
}

fn debt(stage: &Stage, asset: Asset) -> U256 {
    stage.of(asset).floating_debt(&stage.chain, ALICE)
}

#[test]
fn all_of_the_collateral_is_sold_in_one_pool() {
    let mut stage = leveraged(SHORT_ETH, times(2));
    let (before, found) = (stage.clone(), SHORT_ETH.position(&stage, &stage.eve()));
    let bought = stage.world.uniswap.quote_exact_input(&stage.chain, &[Usdc, WstEth], found.deposit);
    stage.succeeds(stage.dm.send(ALICE, moves(&stage, SHORT_ETH, LONG_WSTETH)));
    assert_eq!(stage.traded(&before, Usdc, WstEth), [found.deposit, bought]);
    assert_eq!(stage.of(Usdc).shares(&stage.chain, ALICE), U256::ZERO);
    assert!(near(deposit(&stage, WstEth), bought));
    assert_eq!((debt(&stage, Weth), stage.wallet(Usdc)), (found.debt, U256::ZERO));
}

#[test]
fn a_third_of_the_collateral_is_sold_through_two_pools() {
    for source in [FlashSource::UniswapV3, FlashSource::BalancerV2] {
        let mut stage = leveraged(SHORT_ETH, times(2));
        let (before, found) = (stage.clone(), SHORT_ETH.position(&stage, &stage.eve()));
        let third = times(1) / U256::from(3);
        let sold = found.deposit * third / times(1);
        let order = moves_by(&stage, SHORT_ETH, LONG_WSTETH, &[Weth]).portions(U256::ZERO, third);
        stage.succeeds(stage.dm.send(ALICE, order.flashing(source)));
        let [paid, between] = stage.traded(&before, Usdc, Weth);
        let [passed_on, bought] = stage.traded(&before, Weth, WstEth);
        assert_eq!((paid, passed_on), (sold, between));
        assert!(near(deposit(&stage, WstEth), bought) && near(deposit(&stage, Usdc), found.deposit - sold));
        assert_eq!(debt(&stage, Weth), found.debt);
    }
}

#[test]
fn all_of_the_debt_is_bought_and_repaid() {
    for between in [&[][..], &[Usdc]] {
        let mut stage = leveraged(SHORT_ETH, times(2));
        let found = SHORT_ETH.position(&stage, &stage.eve());
        let route = [&[WstEth], between, &[Weth]].concat();
        let cost = stage.world.uniswap.quote_exact_output(&stage.chain, &route, found.debt);
        stage.succeeds(stage.dm.send(ALICE, moves_by(&stage, SHORT_ETH, SHORT_WSTETH, between)));
        assert_eq!(debt(&stage, Weth), U256::ZERO);
        assert!(near(debt(&stage, WstEth), cost));
        assert!(near(deposit(&stage, Usdc), found.deposit));
        assert_eq!((stage.wallet(Weth), stage.wallet(WstEth)), (stake(Weth), stake(WstEth)));
    }
}

#[test]
fn a_third_of_the_debt_is_rounded_up() {
    for source in [FlashSource::UniswapV3, FlashSource::BalancerV2] {
        let mut stage = leveraged(SHORT_ETH, times(2));
        let (before, found) = (stage.clone(), SHORT_ETH.position(&stage, &stage.eve()));
        let third = times(1) / U256::from(3);
        let repaid = (found.debt * third).div_ceil(times(1));
        let order = moves(&stage, SHORT_ETH, SHORT_WSTETH).portions(third, U256::ZERO);
        stage.succeeds(stage.dm.send(ALICE, order.flashing(source)));
        let [cost, bought] = stage.traded(&before, WstEth, Weth);
        assert_eq!(bought, repaid);
        assert!(near(debt(&stage, Weth), found.debt - repaid) && near(debt(&stage, WstEth), cost));
    }
}

#[test]
fn every_pair_moves_to_every_other() {
    for from in Pair::every() {
        for to in Pair::every().filter(|to| *to != from) {
            for source in [FlashSource::UniswapV3, FlashSource::BalancerV2] {
                let mut stage = leveraged(from, times(2));
                let found = from.position(&stage, &stage.eve());
                stage.succeeds(stage.dm.send(ALICE, moves(&stage, from, to).flashing(source)));
                let after = to.position(&stage, &stage.chain);
                if from.debt != to.debt {
                    assert_eq!(debt(&stage, from.debt), U256::ZERO, "{from:?} to {to:?}");
                }
                if from.collateral != to.collateral {
                    assert_eq!(stage.of(from.collateral).shares(&stage.chain, ALICE), U256::ZERO, "{from:?} to {to:?}");
                }
                let [has, had] = [(to.collateral, after.deposit), (from.collateral, found.deposit)]
                    .map(|(asset, units)| stage.worth_down(units, asset, Usdc));
                assert!(has > percent(had, 97) && has < percent(had, 103), "{from:?} to {to:?}: {had} became {has}");
                let [owes, owed] = [(to.debt, after.debt), (from.debt, found.debt)]
                    .map(|(asset, units)| stage.worth_down(units, asset, Usdc));
                assert!(
                    owes > percent(owed, 97) && owes < percent(owed, 103),
                    "{from:?} to {to:?}: {owed} became {owes}"
                );
            }
        }
    }
}

#[test]
fn both_sides_at_once_join_what_is_there() {
    let mut stage = leveraged(SHORT_ETH, times(2));
    stage.succeeds(stage.dm.send(ALICE, LONG_ETH.raises(&stage, stake(Weth), tenths(15))));
    let before = stage.clone();
    let [short, long] = [SHORT_ETH, LONG_ETH].map(|pair| pair.position(&stage, &stage.eve()));
    let portions = (times(1) / U256::from(2), times(1) / U256::from(4));
    let order = moves(&stage, SHORT_ETH, LONG_ETH).portions(portions.0, portions.1);
    stage.succeeds(stage.dm.send(ALICE, order));
    let (repaid, sold) = (short.debt.div_ceil(U256::from(2)), short.deposit / U256::from(4));
    assert!(near(debt(&stage, Weth), short.debt - repaid));
    assert!(near(deposit(&stage, Usdc), short.deposit - sold));
    // Both swaps went through one pool, in opposite directions: first the debt's, then the collateral's.
    let mut copy = before.clone();
    let cost = copy.world.uniswap.quote_exact_output(&copy.chain, &[Usdc, Weth], repaid);
    copy.trade(Usdc, Weth, cost);
    let bought = copy.world.uniswap.quote_exact_input(&copy.chain, &[Usdc, Weth], sold);
    assert!(near(debt(&stage, Usdc), long.debt + cost), "{} {}", debt(&stage, Usdc), long.debt + cost);
    assert!(deposit(&stage, Weth).abs_diff(long.deposit + bought) < Weth.units(1) / U256::from(1_000_000_000));
}

/// The order costs exactly this: no less may be allowed for it.
fn loses(stage: &mut Stage, order: &Order<Migrate>, loss: U256) {
    let within = |stage: &Stage, loss_max| {
        let bounds = Bounds { equityLossMax: loss_max, ..Stage::loose() };
        stage.dm.send(ALICE, order.clone().within(bounds))
    };
    stage.clone().succeeds(within(stage, loss));
    let less = loss - U256::ONE;
    stage.reverts(within(stage, less), &EquityLossAboveMax { loss, lossMax: less });
}

/// What all the deposits and all the debts in two positions are worth, in the asset that the second one owes.
fn sides(stage: &Stage, chain: &Chain, from: Pair, to: Pair) -> [U256; 2] {
    let assets = |one, other| [one, other].into_iter().take(if one == other { 1 } else { 2 });
    let deposits = assets(from.collateral, to.collateral);
    let deposits = deposits.map(|asset| (stage.of(asset).position(chain, ALICE).deposit, asset));
    let debts = assets(from.debt, to.debt).map(|asset| (stage.of(asset).floating_debt(chain, ALICE), asset));
    [
        deposits.map(|(units, asset)| stage.worth_down(units, asset, to.debt)).sum(),
        debts.map(|(units, asset)| stage.worth_up(units, asset, to.debt)).sum(),
    ]
}

#[test]
fn what_moving_costs_is_lost_by_the_oracle_to_the_unit() {
    for (from, to) in [(SHORT_ETH, LONG_WSTETH), (SHORT_ETH, SHORT_WSTETH), (LONG_ETH, SHORT_WSTETH)] {
        for joins in [false, true] {
            let mut stage = leveraged(from, times(2));
            if joins {
                // What is there already is neither lost nor won.
                let (collateral, debt) = (stage.of(to.collateral), stage.of(to.debt));
                collateral.token.mint(&mut stage.chain, ALICE, stake(to.collateral)).unwrap();
                collateral.deposit(&mut stage.chain, ALICE, stake(to.collateral)).unwrap();
                debt.borrow(&mut stage.chain, ALICE, percent(stake(to.debt), 40)).unwrap();
            }
            stage.trade(from.collateral, from.debt, stake(from.collateral));
            let order = moves(&stage, from, to);
            let mut copy = stage.clone();
            copy.succeeds(copy.dm.send(ALICE, order.clone()));
            let [had, owed] = sides(&stage, &stage.eve(), from, to);
            let [has, owes] = sides(&copy, &copy.chain, from, to);
            let loss = had + owes - owed - has;
            assert!(loss > had / U256::from(100_000) && loss < had / U256::from(20), "{from:?} to {to:?}: {loss}");
            loses(&mut stage, &order, loss);
        }
    }
}

#[test]
fn what_an_early_repayment_does_not_take_is_not_lost() {
    let mut stage = Stage::crossing();
    let maturity = stage.maturity(3);
    stage.alice_owes_until(maturity);
    stage.trade(Weth, Usdc, stake(Weth));
    let usdc = stage.of(Usdc).address;
    let from = Market { maturity, ..manager::position(usdc, usdc) };
    let order = manager::migrate(from, SHORT_ETH.market(&stage)).swapping(stage.world.uniswap.path(&[Weth, Usdc]));
    let mut copy = stage.clone();
    copy.succeeds(copy.dm.send(ALICE, order.clone()));
    let saved = copy.wallet(Usdc) - stage.wallet(Usdc);
    assert!(saved > U256::ZERO);
    let owed = stage.worth_up(stage.owed(maturity), Usdc, Weth);
    let loss = debt(&copy, Weth) - owed - stage.worth_down(saved, Usdc, Weth);
    loses(&mut stage, &order, loss);
}

#[test]
fn the_most_paid_for_the_old_debt_is_held_to_the_unit() {
    let mut stage = leveraged(SHORT_ETH, times(2));
    let repayment = SHORT_ETH.position(&stage, &stage.eve()).debt;
    let paying = |stage: &Stage, most| {
        let order = moves(stage, SHORT_ETH, SHORT_WSTETH).paying_at_most(most);
        stage.dm.send(ALICE, order)
    };
    stage.clone().succeeds(paying(&stage, repayment));
    let less = repayment - U256::ONE;
    stage.reverts(paying(&stage, less), &RepaymentAboveMax { repayment, repayMax: less });
}

#[test]
fn what_moves_nothing_or_more_than_all_is_refused() {
    let mut stage = leveraged(SHORT_ETH, times(2));
    let (nothing, all) = (U256::ZERO, times(1));
    let none = moves(&stage, SHORT_ETH, LONG_WSTETH).portions(all, nothing);
    stage.reverts(stage.dm.send(ALICE, none), &NothingToMigrate {});
    let none = moves(&stage, SHORT_ETH, SHORT_ETH);
    stage.reverts(stage.dm.send(ALICE, none), &NothingToMigrate {});
    let portion = all + U256::ONE;
    for portions in [(portion, nothing), (nothing, portion)] {
        let more = moves(&stage, SHORT_ETH, LONG_ETH).portions(portions.0, portions.1);
        stage.reverts(stage.dm.send(ALICE, more), &PortionTooHigh { portion });
    }
}
