//! Positions of two assets at their edges: tokens with other decimals, two markets of one asset, a vault that holds too
//! little, a debt that is worth more than the deposit.

use crate::{
    pairs::{LONG_WSTETH, SHORT_ETH, percent, stake, tenths},
    pools::{self, FEE, Range},
    stage::{ALICE, ATTACKER, Stage, near, times, usdc},
};
use alloy_primitives::{U256, U512};
use alloy_sol_types::SolError;
use debt_manager::abi::IDebtManager::{
    Bounds, FlashLiquidityTooLow, FlashSource, HealthFactorBelowMin, PrincipalNegative, WithdrawAllNeedsFullRepayment,
};
use protocols::{
    Account,
    Asset::{Usdc, Weth, WstEth},
    Erc20, ExactlyMarket, Fixtures,
    exactly::Terms,
    manager,
    stand_ins::{Manner, StandIn},
};

/// Dollars of a token of other decimals.
const PRICE: u32 = 3_000;

/// So many whole ones.
fn whole(decimals: u8, units: u64) -> U256 {
    U256::from(units) * U256::from(10).pow(U256::from(decimals))
}

/// A stage with a market of a token that has Tether's manners and so many decimals, a pool of it with USDC, and ten of
/// them in Alice's wallet.
fn with_token(decimals: u8) -> (Stage, ExactlyMarket<StandIn>) {
    let (mut stage, fixtures) = (Stage::crossing(), Fixtures::open().unwrap());
    let (chain, dm) = (&mut stage.chain, stage.dm.address);
    let token =
        StandIn::deploy(chain, &fixtures, Manner::TetherLike { decimals }, ATTACKER, whole(decimals, 1_000)).unwrap();
    token.transfer(chain, ATTACKER, Account::DEPOSITOR.0, whole(decimals, 300)).unwrap();
    token.transfer(chain, ATTACKER, ALICE, whole(decimals, 10)).unwrap();
    let terms = Terms::at("USDT", PRICE);
    let market = stage.world.exactly.list_market(chain, &fixtures, token, &terms, whole(decimals, 300)).unwrap();
    token.approve(chain, ALICE, dm, U256::MAX).unwrap();
    market.approve(chain, ALICE, dm, U256::MAX).unwrap();
    stage.world.exactly.enter_market(chain, ALICE, &market).unwrap();
    stage.of(Usdc).token.mint(&mut stage.chain, ATTACKER, usdc(900_000)).unwrap();
    let sides = [(token.address, whole(decimals, 300)), (stage.of(Usdc).token.address, usdc(900_000))];
    stage.open_pool(sides, Range::All);
    (stage, market)
}

/// The contract holds nothing of a token and lets nobody take any.
fn leaves_nothing(stage: &Stage, market: &ExactlyMarket<StandIn>) {
    let (chain, dm) = (&stage.chain, stage.dm.address);
    assert_eq!(market.token.balance_of(chain, dm), U256::ZERO);
    assert_eq!(market.token.allowance(chain, dm, market.address), U256::ZERO);
}

#[test]
fn e5_decimals_from_none_to_thirty_are_valued_to_the_unit() {
    for decimals in [0, 2, 8, 24, 30] {
        let (mut stage, market) = with_token(decimals);
        let (owed_market, asset) = (stage.of(Usdc), stage.of(Usdc).token.address);
        let token_pool = pools::pool_address(&stage, [asset, market.token.address], FEE);
        let held = |stage: &Stage| {
            (market.token.balance_of(&stage.chain, token_pool), owed_market.token.balance_of(&stage.chain, token_pool))
        };
        let price = U512::from(PRICE) * U512::from(usdc(1));
        let to_tokens_up =
            |units: U256| -> U256 { (U512::from(units) * U512::from(whole(decimals, 1))).div_ceil(price).to() };
        let to_usdc_down = |units: U256| -> U256 { (U512::from(units) * price / U512::from(whole(decimals, 1))).to() };
        let raises = |deposit, ratio| {
            let path = pools::path(&[asset, market.token.address], &[FEE]);
            manager::leverage(market.address, deposit, ratio).owing(owed_market.address).swapping(path)
        };
        let lowers = |withdraw, ratio| {
            let path = pools::path(&[market.token.address, asset], &[FEE]);
            manager::deleverage(market.address, withdraw, ratio).owing(owed_market.address).swapping(path)
        };
        stage.succeeds(stage.dm.send(ALICE, raises(whole(decimals, 7), times(2))));

        let (before, eve) = (held(&stage), stage.eve());
        let (deposit, added) = (market.position(&eve, ALICE).deposit, whole(decimals, 3));
        let owed = to_tokens_up(owed_market.floating_debt(&eve, ALICE));
        let bought = (deposit + added - owed) * U256::from(12) / U256::from(10) - owed;
        stage.succeeds(stage.dm.send(ALICE, raises(added, tenths(22))));
        assert_eq!(before.0 - held(&stage).0, bought, "{decimals}");

        let (before, eve) = (held(&stage), stage.eve());
        let (deposit, debt) = (market.position(&eve, ALICE).deposit, owed_market.floating_debt(&eve, ALICE));
        let repaid = debt - (to_usdc_down(deposit) - debt) * U256::from(9) / U256::from(10);
        stage.succeeds(stage.dm.send(ALICE, lowers(U256::ZERO, tenths(19))));
        assert_eq!(before.1 - held(&stage).1, repaid, "{decimals}");

        stage.succeeds(stage.dm.send(ALICE, lowers(manager::ALL, times(1))));
        assert_eq!(market.shares(&stage.chain, ALICE), U256::ZERO, "{decimals}");
        assert_eq!(owed_market.floating_shares(&stage.chain, ALICE), U256::ZERO, "{decimals}");
        leaves_nothing(&stage, &market);
    }
}

#[test]
fn a_debt_of_another_token_is_borrowed_and_repaid_in_full() {
    for decimals in [2, 8, 24] {
        for source in [FlashSource::UniswapV3, FlashSource::BalancerV2] {
            let (mut stage, market) = with_token(decimals);
            market
                .token
                .transfer(&mut stage.chain, ATTACKER, stage.world.balancer.vault, whole(decimals, 100))
                .unwrap();
            let tokens = [market.token.address, stage.of(Usdc).token.address];
            let opens = manager::leverage(stage.of(Usdc).address, stake(Usdc), times(2)).owing(market.address);
            let opens = opens.swapping(pools::path(&tokens, &[FEE])).flashing(source);
            stage.succeeds(stage.dm.send(ALICE, opens));
            assert!(market.floating_debt(&stage.chain, ALICE) > whole(decimals, 12));
            let closes = manager::deleverage(stage.of(Usdc).address, manager::ALL, times(1)).owing(market.address);
            let closes = closes.swapping(pools::path(&[tokens[1], tokens[0]], &[FEE])).flashing(source);
            stage.succeeds(stage.dm.send(ALICE, closes));
            assert_eq!(market.floating_shares(&stage.chain, ALICE), U256::ZERO);
            assert_eq!(stage.of(Usdc).shares(&stage.chain, ALICE), U256::ZERO);
            assert!(stage.wallet(Usdc) > percent(stake(Usdc), 95) && stage.wallet(Usdc) < stake(Usdc));
            leaves_nothing(&stage, &market);
        }
    }
}

#[test]
fn between_two_markets_of_one_asset_nothing_is_swapped() {
    let mut stage = Stage::crossing();
    let (first, token) = (stage.of(Usdc), Erc20 { address: stage.of(Usdc).token.address });
    first.token.mint(&mut stage.chain, Account::DEPOSITOR.0, usdc(900_000)).unwrap();
    let (fixtures, terms) = (Fixtures::open().unwrap(), Terms::at("USDC.e", 1));
    let exactly = &stage.world.exactly;
    let second = exactly.list_market(&mut stage.chain, &fixtures, token, &terms, usdc(900_000)).unwrap();
    second.approve(&mut stage.chain, ALICE, stage.dm.address, U256::MAX).unwrap();
    exactly.enter_market(&mut stage.chain, ALICE, &second).unwrap();

    let opens = manager::leverage(first.address, usdc(10_000), times(3)).owing(second.address);
    stage.succeeds(stage.dm.send(ALICE, opens));
    assert!(near(first.position(&stage.chain, ALICE).deposit, usdc(30_000)));
    assert!(near(second.floating_debt(&stage.chain, ALICE), usdc(20_000)));
    let half = times(1) / U256::from(2);
    let moves =
        |from, to| manager::migrate(manager::position(first.address, from), manager::position(first.address, to));
    stage.succeeds(stage.dm.send(ALICE, moves(second.address, first.address).portions(half, U256::ZERO)));
    assert!(near(second.floating_debt(&stage.chain, ALICE), usdc(10_000)));
    assert!(near(first.floating_debt(&stage.chain, ALICE), usdc(10_000)));
    stage.succeeds(stage.dm.send(ALICE, moves(first.address, second.address)));
    assert_eq!(first.floating_shares(&stage.chain, ALICE), U256::ZERO);
    let markets = [first.address, second.address].map(|market| manager::position(market, second.address));
    stage.succeeds(stage.dm.send(ALICE, manager::migrate(markets[0].clone(), markets[1].clone())));
    assert_eq!(first.shares(&stage.chain, ALICE), U256::ZERO);
    // With some seconds' interest.
    let has = second.position(&stage.chain, ALICE).deposit;
    assert!(has >= usdc(30_000) && has < usdc(30_000) + U256::from(100), "{has}");
    stage.succeeds(stage.dm.send(ALICE, manager::deleverage(second.address, manager::ALL, times(1))));
    assert_eq!(second.shares(&stage.chain, ALICE), U256::ZERO);
    assert!(stage.wallet(Usdc).abs_diff(stake(Usdc)) < U256::from(100), "{}", stage.wallet(Usdc));
}

#[test]
fn b8_a_loan_before_a_swap_is_had_whole_or_not_at_all() {
    let mut stage = Stage::crossing();
    let needed = usdc(5_000);
    let opens = |stage: &Stage, source| {
        let order = SHORT_ETH.raises(stage, stake(Usdc), times(1)).adding(needed);
        stage.dm.send(ALICE, order.flashing(source))
    };
    let holds = |stage: &mut Stage, units| {
        let token = stage.of(Usdc).token;
        stage.world.balancer.set_liquidity(&mut stage.chain, token, units).unwrap();
    };
    for available in [U256::ZERO, U256::ONE, needed / U256::from(2), needed - U256::ONE] {
        holds(&mut stage, available);
        stage.reverts(opens(&stage, FlashSource::BalancerV2), &FlashLiquidityTooLow { available, needed });
        // A pool does not ask the vault.
        stage.clone().succeeds(opens(&stage, FlashSource::UniswapV3));
    }
    holds(&mut stage, needed);
    stage.succeeds(opens(&stage, FlashSource::BalancerV2));
    // Nor does a collateral that is sold.
    holds(&mut stage, U256::ZERO);
    let order = manager::migrate(SHORT_ETH.market(&stage), LONG_WSTETH.market(&stage));
    let path = stage.world.uniswap.path(&[Usdc, WstEth]);
    stage.succeeds(stage.dm.send(ALICE, order.swapping_collateral(path)));
}

#[test]
fn a_loan_that_is_not_free_is_paid_by_the_swap() {
    let mut stage = Stage::crossing();
    let thousandth = times(1) / U256::from(1_000);
    stage.world.balancer.set_flash_fee(&mut stage.chain, thousandth).unwrap();
    let before = stage.clone();
    let opens = SHORT_ETH.raises(&stage, stake(Usdc), times(2)).flashing(FlashSource::BalancerV2);
    stage.succeeds(stage.dm.send(ALICE, opens));
    let fee = stake(Usdc) / U256::from(1_000);
    let [cost, bought] = stage.traded(&before, Weth, Usdc);
    assert_eq!(bought, stake(Usdc) + fee);
    let position = SHORT_ETH.position(&stage, &stage.chain);
    assert!(near(position.deposit, stake(Usdc) * U256::from(2)) && near(position.debt, cost));
    stage.succeeds(stage.dm.send(ALICE, SHORT_ETH.closes(&stage).flashing(FlashSource::BalancerV2)));
    assert_eq!(stage.of(Weth).floating_shares(&stage.chain, ALICE), U256::ZERO);
}

#[test]
fn a_debt_worth_more_than_the_deposit_has_no_ratio_until_there_is_more() {
    let mut stage = Stage::crossing();
    let half = stake(Usdc) / U256::from(2);
    stage.succeeds(stage.dm.send(ALICE, SHORT_ETH.raises(&stage, half, times(2))));
    stage.of(Weth).set_price(&mut stage.chain, 6_500).unwrap();
    let found = SHORT_ETH.position(&stage, &stage.eve());
    let owed = stage.worth_up(found.debt, Weth, Usdc);
    let raises = SHORT_ETH.raises(&stage, U256::ZERO, times(2));
    stage.reverts(stage.dm.send(ALICE, raises), &PrincipalNegative { collateral: found.deposit, owed });
    let found = SHORT_ETH.position(&stage, &stage.eve());
    let collateral = stage.worth_down(found.deposit, Usdc, Weth);
    let lowers = SHORT_ETH.lowers(&stage, U256::ZERO, times(1));
    stage.reverts(stage.dm.send(ALICE, lowers), &PrincipalNegative { collateral, owed: found.debt });

    // What is added makes it positive, and it goes down from there by the new price.
    stage.succeeds(stage.dm.send(ALICE, SHORT_ETH.raises(&stage, half, times(1)).adding(U256::ZERO)));
    let (before, found) = (stage.clone(), SHORT_ETH.position(&stage, &stage.eve()));
    let repaid = stage.to_repay(SHORT_ETH, found, U256::ZERO, times(2));
    stage.succeeds(stage.dm.send(ALICE, SHORT_ETH.lowers(&stage, U256::ZERO, times(2))));
    assert_eq!(stage.traded(&before, Usdc, Weth)[1], repaid);
}

#[test]
fn withdrawing_all_asks_for_a_ratio_of_one() {
    let mut stage = Stage::crossing();
    stage.succeeds(stage.dm.send(ALICE, SHORT_ETH.raises(&stage, stake(Usdc), times(2))));
    let lowers = SHORT_ETH.lowers(&stage, manager::ALL, times(2));
    stage.reverts(stage.dm.send(ALICE, lowers.clone()), &WithdrawAllNeedsFullRepayment { size: times(2) });
    let size = Weth.units(100);
    stage.reverts(stage.dm.send(ALICE, lowers.repaying(size)), &WithdrawAllNeedsFullRepayment { size });
}

#[test]
fn the_least_health_factor_is_the_auditors_over_both_markets() {
    let mut stage = Stage::at_uneven_prices();
    let within = |stage: &Stage, least| {
        let bounds = Bounds { healthFactorMin: least, ..Stage::loose() };
        stage.dm.send(ALICE, SHORT_ETH.raises(stage, stake(Usdc), times(2)).within(bounds))
    };
    let receipt = stage.clone().send(within(&stage, U256::MAX));
    let factor = HealthFactorBelowMin::abi_decode(&receipt.output).unwrap().healthFactor;
    let mut copy = stage.clone();
    copy.succeeds(within(&copy, factor));
    assert_eq!(stage.world.exactly.health_factor(&copy.chain, ALICE), factor);
    let more = factor + U256::ONE;
    stage.reverts(within(&stage, more), &HealthFactorBelowMin { healthFactor: factor, healthFactorMin: more });
}
