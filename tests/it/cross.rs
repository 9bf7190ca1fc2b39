//! Collateral and debt of different assets, on Exactly and Uniswap V3.

use crate::{
    debts::paid_for_face,
    pairs::{LONG_WSTETH, Pair, SHORT_ETH, SHORT_WSTETH, percent, stake, tenths},
    stage::{ALICE, Stage, near, times, usdc},
};
use alloy_primitives::U256;
use debt_manager::abi::IDebtManager::{Bounds, EquityLossAboveMax, FlashSource, WrongDirection};
use protocols::{
    Asset::{Usdc, Weth, WstEth},
    manager,
};

/// A stage on which Alice has put in her stake at a ratio.
fn leveraged(pair: Pair, ratio: U256) -> Stage {
    let mut stage = Stage::crossing();
    stage.succeeds(stage.dm.send(ALICE, pair.raises(&stage, stake(pair.collateral), ratio)));
    stage
}

/// Holds Alice's position against what it should be.
fn has(stage: &Stage, pair: Pair, deposit: U256, debt: U256) {
    let position = pair.position(stage, &stage.chain);
    assert!(near(position.deposit, deposit), "{pair:?}: deposit {} is not {deposit}", position.deposit);
    assert!(near(position.debt, debt), "{pair:?}: debt {} is not {debt}", position.debt);
}

/// Nothing of Alice's is left in the pair's markets.
fn is_closed(stage: &Stage, pair: Pair) {
    assert_eq!(stage.of(pair.debt).floating_shares(&stage.chain, ALICE), U256::ZERO, "{pair:?}: debt shares are left");
    assert_eq!(stage.of(pair.collateral).shares(&stage.chain, ALICE), U256::ZERO, "{pair:?}: shares are left");
}

#[test]
fn short_ether_at_two_owes_what_the_pool_took() {
    let stage = Stage::crossing();
    let cost = stage.world.uniswap.quote_exact_output(&stage.chain, &[Weth, Usdc], stake(Usdc));
    let stage = leveraged(SHORT_ETH, times(2));
    has(&stage, SHORT_ETH, stake(Usdc) * U256::from(2), cost);
    // 12 WETH at the feeds' price, and the pool's fee and impact.
    assert!(cost > Weth.units(12) && cost < percent(Weth.units(12), 102), "{cost}");
    assert_eq!((stage.wallet(Usdc), stage.wallet(Weth)), (U256::ZERO, stake(Weth)));
}

#[test]
fn long_staked_ether_at_four() {
    let mut stage = Stage::crossing();
    for asset in [WstEth, Weth] {
        let market = stage.of(asset);
        stage.world.exactly.set_adjust_factor(&mut stage.chain, &market, 920_000_000_000_000_000).unwrap();
    }
    let bought = stake(WstEth) * U256::from(3);
    let cost = stage.world.uniswap.quote_exact_output(&stage.chain, &[Weth, WstEth], bought);
    stage.succeeds(stage.dm.send(ALICE, LONG_WSTETH.raises(&stage, stake(WstEth), times(4))));
    has(&stage, LONG_WSTETH, stake(WstEth) * U256::from(4), cost);
    stage.succeeds(stage.dm.send(ALICE, LONG_WSTETH.closes(&stage)));
    is_closed(&stage, LONG_WSTETH);
    assert!(stage.wallet(WstEth) > percent(stake(WstEth), 97), "{}", stage.wallet(WstEth));
}

#[test]
fn every_pair_opens_with_what_the_oracle_says_to_the_unit() {
    for pair in Pair::all() {
        let mut stage = Stage::at_uneven_prices();
        let (before, deposit) = (stage.clone(), stake(pair.collateral));
        let nothing = pair.position(&stage, &stage.chain);
        let bought = stage.to_buy(pair, nothing, deposit, tenths(23));
        let cost = stage.world.uniswap.quote_exact_output(&stage.chain, &[pair.debt, pair.collateral], bought);
        stage.succeeds(stage.dm.send(ALICE, pair.raises(&stage, deposit, tenths(23))));
        assert_eq!(stage.traded(&before, pair.debt, pair.collateral), [cost, bought], "{pair:?}");
        has(&stage, pair, deposit + bought, cost);
    }
}

#[test]
fn every_pair_increases_by_what_the_oracle_says_to_the_unit() {
    for pair in Pair::all() {
        let mut stage = Stage::at_uneven_prices();
        let (half, ratio) = (stake(pair.collateral) / U256::from(2), tenths(22));
        stage.succeeds(stage.dm.send(ALICE, pair.raises(&stage, half, tenths(15))));
        stage.chain.advance_time(1_000_000);
        let (before, found) = (stage.clone(), pair.position(&stage, &stage.eve()));
        let bought = stage.to_buy(pair, found, half, ratio);
        stage.succeeds(stage.dm.send(ALICE, pair.raises(&stage, half, ratio)));
        let [cost, delivered] = stage.traded(&before, pair.debt, pair.collateral);
        assert_eq!(delivered, bought, "{pair:?}");
        has(&stage, pair, found.deposit + half + bought, found.debt + cost);
    }
}

#[test]
fn every_pair_decreases_by_what_the_oracle_says_to_the_unit() {
    for pair in Pair::all() {
        let mut stage = Stage::at_uneven_prices();
        stage.succeeds(stage.dm.send(ALICE, pair.raises(&stage, stake(pair.collateral), tenths(23))));
        stage.chain.advance_time(1_000_000);
        for withdraw in [U256::ZERO, percent(stake(pair.collateral), 11)] {
            let (before, found) = (stage.clone(), pair.position(&stage, &stage.eve()));
            let ratio = if withdraw.is_zero() { tenths(19) } else { tenths(14) };
            let repaid = stage.to_repay(pair, found, withdraw, ratio);
            stage.succeeds(stage.dm.send(ALICE, pair.lowers(&stage, withdraw, ratio)));
            let [sold, bought] = stage.traded(&before, pair.collateral, pair.debt);
            assert_eq!(bought, repaid, "{pair:?}");
            has(&stage, pair, found.deposit - sold - withdraw, found.debt - repaid);
            assert_eq!(stage.wallet(pair.collateral), withdraw, "{pair:?}");
        }
    }
}

#[test]
fn every_pair_closes_to_the_wallet_whatever_interest_has_accrued() {
    for pair in Pair::all() {
        let mut stage = leveraged(pair, tenths(23));
        stage.chain.advance_time(30_000_000);
        let (before, found) = (stage.clone(), pair.position(&stage, &stage.eve()));
        stage.succeeds(stage.dm.send(ALICE, pair.closes(&stage)));
        is_closed(&stage, pair);
        let [sold, bought] = stage.traded(&before, pair.collateral, pair.debt);
        assert_eq!(bought, found.debt, "{pair:?}");
        assert_eq!(stage.wallet(pair.collateral), found.deposit - sold, "{pair:?}");
        assert_eq!(stage.wallet(pair.debt), stake(pair.debt), "{pair:?}");
    }
}

#[test]
fn repaying_everything_keeps_what_the_swap_leaves() {
    let mut stage = leveraged(SHORT_ETH, times(2));
    let (before, found) = (stage.clone(), SHORT_ETH.position(&stage, &stage.eve()));
    stage.succeeds(stage.dm.send(ALICE, SHORT_ETH.lowers(&stage, U256::ZERO, times(1))));
    let [sold, _] = stage.traded(&before, Usdc, Weth);
    has(&stage, SHORT_ETH, found.deposit - sold, U256::ZERO);
    assert_eq!(stage.of(Weth).floating_debt(&stage.chain, ALICE), U256::ZERO);
    assert_eq!(stage.wallet(Usdc), U256::ZERO);
}

#[test]
fn two_pools_deliver_exactly_and_are_paid_one_by_the_other() {
    let mut stage = Stage::crossing();
    let before = stage.clone();
    let cost = stage.world.uniswap.quote_exact_output(&stage.chain, &[WstEth, Weth, Usdc], stake(Usdc));
    stage.succeeds(stage.dm.send(ALICE, SHORT_WSTETH.raises_by(&stage, &[Weth], stake(Usdc), times(2))));
    let [paid, bought] = stage.traded(&before, Weth, Usdc);
    assert_eq!((stage.traded(&before, WstEth, Weth), bought), ([cost, paid], stake(Usdc)));
    has(&stage, SHORT_WSTETH, stake(Usdc) * U256::from(2), cost);

    let (before, found) = (stage.clone(), SHORT_WSTETH.position(&stage, &stage.eve()));
    stage.succeeds(stage.dm.send(ALICE, SHORT_WSTETH.lowers_by(&stage, &[Weth], manager::ALL, times(1))));
    let [sold, between] = stage.traded(&before, Usdc, Weth);
    assert_eq!(stage.traded(&before, Weth, WstEth), [between, found.debt]);
    is_closed(&stage, SHORT_WSTETH);
    assert_eq!(stage.wallet(Usdc), found.deposit - sold);
}

#[test]
fn explicit_amounts_are_traded_to_the_unit() {
    let mut stage = Stage::crossing();
    let before = stage.clone();
    let opens = SHORT_ETH.raises(&stage, stake(Usdc), times(1)).adding(usdc(5_001));
    stage.succeeds(stage.dm.send(ALICE, opens));
    let [cost, bought] = stage.traded(&before, Weth, Usdc);
    assert_eq!(bought, usdc(5_001));
    has(&stage, SHORT_ETH, stake(Usdc) + usdc(5_001), cost);

    let (before, found) = (stage.clone(), SHORT_ETH.position(&stage, &stage.eve()));
    let lowers = SHORT_ETH.lowers(&stage, usdc(700), times(1)).repaying(Weth.units(1));
    stage.succeeds(stage.dm.send(ALICE, lowers));
    let [sold, bought] = stage.traded(&before, Usdc, Weth);
    assert_eq!((bought, stage.wallet(Usdc)), (Weth.units(1), usdc(700)));
    has(&stage, SHORT_ETH, found.deposit - sold - usdc(700), found.debt - Weth.units(1));

    let lowers = SHORT_ETH.lowers(&stage, U256::ZERO, times(1)).repaying(U256::MAX);
    stage.succeeds(stage.dm.send(ALICE, lowers));
    assert_eq!(stage.of(Weth).floating_debt(&stage.chain, ALICE), U256::ZERO);
}

#[test]
fn a_loan_and_a_swap_end_as_a_flash_swap_does() {
    for pair in Pair::all() {
        let mut stages = [Stage::crossing(), Stage::crossing()];
        for (stage, source) in stages.iter_mut().zip([FlashSource::UniswapV3, FlashSource::BalancerV2]) {
            let opens = pair.raises(stage, stake(pair.collateral), times(2)).flashing(source);
            stage.succeeds(stage.dm.send(ALICE, opens));
            let lowers = pair.lowers(stage, stake(pair.collateral) / U256::from(9), tenths(15)).flashing(source);
            stage.succeeds(stage.dm.send(ALICE, lowers));
        }
        let [swapped, lent] = stages.each_ref().map(|stage| pair.position(stage, &stage.chain));
        assert_eq!(swapped, lent, "{pair:?}");
        for (stage, source) in stages.iter_mut().zip([FlashSource::UniswapV3, FlashSource::BalancerV2]) {
            stage.succeeds(stage.dm.send(ALICE, pair.closes(stage).flashing(source)));
            is_closed(stage, pair);
        }
        let [swapped, lent] = stages.each_ref().map(|stage| stage.wallet(pair.collateral));
        assert_eq!(swapped, lent, "{pair:?}");
    }
}

#[test]
fn a_loan_is_paid_back_through_two_pools() {
    let mut stage = Stage::crossing();
    let vault = stage.world.balancer.vault;
    let lends = stage.of(Usdc).token.balance_of(&stage.chain, vault);
    let opens = SHORT_WSTETH.raises_by(&stage, &[Weth], stake(Usdc), times(2)).flashing(FlashSource::BalancerV2);
    let cost = stage.world.uniswap.quote_exact_output(&stage.chain, &[WstEth, Weth, Usdc], stake(Usdc));
    stage.succeeds(stage.dm.send(ALICE, opens));
    has(&stage, SHORT_WSTETH, stake(Usdc) * U256::from(2), cost);
    assert_eq!(stage.of(Usdc).token.balance_of(&stage.chain, vault), lends);
}

#[test]
fn the_ratio_lies_in_the_verbs_direction() {
    let mut stage = leveraged(SHORT_ETH, times(2));
    let found = SHORT_ETH.position(&stage, &stage.eve());
    // To raise, all is counted in the collateral; to lower, in the debt.
    let debt = stage.worth_up(found.debt, Weth, Usdc);
    let target = (found.deposit - debt) / U256::from(2);
    let raises = SHORT_ETH.raises(&stage, U256::ZERO, tenths(15));
    stage.reverts(stage.dm.send(ALICE, raises), &WrongDirection { debtTarget: target, debt });

    let found = SHORT_ETH.position(&stage, &stage.eve());
    let target = (stage.worth_down(found.deposit, Usdc, Weth) - found.debt) * U256::from(2);
    let lowers = SHORT_ETH.lowers(&stage, U256::ZERO, times(3));
    stage.reverts(stage.dm.send(ALICE, lowers), &WrongDirection { debtTarget: target, debt: found.debt });
}

#[test]
fn what_the_pool_costs_is_lost_by_the_oracle_to_the_unit() {
    for pair in Pair::all() {
        let mut stage = Stage::crossing();
        let deposit = stake(pair.collateral);
        let opens = |stage: &Stage, loss_max| {
            let bounds = Bounds { equityLossMax: loss_max, ..Stage::loose() };
            stage.dm.send(ALICE, pair.raises(stage, deposit, times(2)).within(bounds))
        };
        let mut copy = stage.clone();
        copy.succeeds(opens(&copy, U256::MAX));
        let after = pair.position(&copy, &copy.chain);
        let put_in = stage.worth_down(deposit, pair.collateral, pair.debt);
        let loss = put_in + after.debt - stage.worth_down(after.deposit, pair.collateral, pair.debt);
        // The fees are 0.01 to 0.3 percent of what was bought; the rest is impact.
        assert!(loss > put_in / U256::from(10_000) && loss < put_in / U256::from(50), "{pair:?}: {loss}");
        stage.clone().succeeds(opens(&stage, loss));
        let less = loss - U256::ONE;
        stage.reverts(opens(&stage, less), &EquityLossAboveMax { loss, lossMax: less });
    }
}

#[test]
fn what_closing_costs_is_lost_by_the_oracle_to_the_unit() {
    for pair in Pair::all() {
        let mut stage = leveraged(pair, times(2));
        // Somebody takes the price back to the oracle's.
        stage.trade(pair.collateral, pair.debt, stake(pair.collateral));
        let found = pair.position(&stage, &stage.eve());
        let closes = |stage: &Stage, loss_max| {
            let bounds = Bounds { equityLossMax: loss_max, ..Stage::loose() };
            stage.dm.send(ALICE, pair.closes(stage).within(bounds))
        };
        let mut copy = stage.clone();
        copy.succeeds(closes(&copy, U256::MAX));
        let got = stage.worth_down(copy.wallet(pair.collateral), pair.collateral, pair.debt);
        let loss = stage.worth_down(found.deposit, pair.collateral, pair.debt) - found.debt - got;
        stage.clone().succeeds(closes(&stage, loss));
        let less = loss - U256::ONE;
        stage.reverts(closes(&stage, less), &EquityLossAboveMax { loss, lossMax: less });
    }
}

#[test]
fn what_an_early_repayment_does_not_take_is_the_wallets() {
    let mut stage = Stage::crossing();
    let maturity = stage.maturity(3);
    stage.succeeds(stage.dm.send(ALICE, SHORT_ETH.raises(&stage, stake(Usdc), times(2)).maturing(maturity)));
    let had = stage.wallet(Weth);
    for source in [FlashSource::UniswapV3, FlashSource::BalancerV2] {
        let mut stage = stage.clone();
        let closes = SHORT_ETH.closes(&stage).maturing(maturity).flashing(source);
        let (paid, face) = paid_for_face(&stage.succeeds(stage.dm.send(ALICE, closes)));
        assert!(paid < face, "{paid} of {face}");
        assert_eq!(stage.wallet(Weth), had + face - paid);
        assert_eq!(stage.of(Weth).fixed_borrow(&stage.chain, maturity, ALICE).total(), U256::ZERO);
        is_closed(&stage, SHORT_ETH);
    }
}
