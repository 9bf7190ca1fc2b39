//! Markets in another state than when the caller looked, by their names in the threat model: frozen, paused, without a
//! price, not listed, or with shares that somebody has made dear.

use crate::{
    pairs::{LONG_ETH, Pair, SHORT_ETH, SHORT_WSTETH, stake},
    pools::root_cause,
    stage::{ALICE, ATTACKER, Stage, erased, near, times, usdc},
};
use alloy_primitives::{I256, U256};
use alloy_sol_types::{SolCall, SolError, sol};
use debt_manager::abi::{
    IDebtManager::{Bounds, CollateralBelowMin, EquityLossAboveMax, HealthFactorBelowMin, MarketNotListed, Migrate},
    IExactlyAuditor::assetPriceCall,
};
use devnet::{Receipt, Tx};
use protocols::{
    Account,
    Asset::{Usdc, Weth},
    ExactlyMarket, Fixtures, PositionNow,
    deployer::ask,
    exactly::Terms,
    manager::{self, Order},
    stand_ins::{Manner, StandIn},
};

sol! {
    interface IFloating {
        function floatingAssets() external view returns (uint256);
    }
}

/// Alice's stake of a pair at twice.
fn leveraged(pair: Pair) -> Stage {
    let mut stage = Stage::crossing();
    stage.succeeds(stage.dm.send(ALICE, pair.raises(&stage, stake(pair.collateral), times(2))));
    stage
}

/// Refused by somebody who is named, and nothing has changed.
#[track_caller]
fn is_refused(stage: &Stage, tx: Tx) -> Receipt {
    let (before, mut stage) = (stage.belongings(ALICE), stage.clone());
    let receipt = stage.send(tx);
    let (who, _) = root_cause(&receipt);
    assert!(!who.is_zero(), "{}", receipt.output);
    assert_eq!(stage.belongings(ALICE), before);
    receipt
}

#[test]
fn e9_a_frozen_market_takes_no_more_and_gives_back_all() {
    for frozen in [Usdc, Weth] {
        let mut stage = leveraged(SHORT_ETH);
        stage.of(frozen).set_frozen(&mut stage.chain, true).unwrap();
        let raises = SHORT_ETH.raises(&stage, U256::ZERO, times(3));
        is_refused(&stage, stage.dm.send(ALICE, raises));
        for withdraw in [U256::ZERO, usdc(5)] {
            let lowers = SHORT_ETH.lowers(&stage, withdraw, times(3) / U256::from(2));
            stage.clone().succeeds(stage.dm.send(ALICE, lowers));
        }
        stage.succeeds(stage.dm.send(ALICE, SHORT_ETH.closes(&stage)));
        let PositionNow { deposit, debt } = SHORT_ETH.position(&stage, &stage.chain);
        assert_eq!((deposit, debt), (U256::ZERO, U256::ZERO));
    }
}

#[test]
fn e9_a_frozen_market_of_one_asset_is_left_all_the_same() {
    let mut stage = Stage::new();
    stage.alice_leverages(usdc(100), times(4));
    stage.market().set_frozen(&mut stage.chain, true).unwrap();
    let market = stage.market().address;
    is_refused(&stage, stage.dm.send(ALICE, manager::leverage(market, U256::ZERO, times(5))));
    stage.alice_deleverages(usdc(3), times(3));
    stage.alice_deleverages(manager::ALL, times(1));
    assert_eq!(stage.market().shares(&stage.chain, ALICE), U256::ZERO);
}

/// Whatever a position can be told.
fn everything(stage: &Stage, pair: Pair) -> Vec<Tx> {
    let to = manager::position(stage.of(Weth).address, stage.of(Weth).address);
    let path = stage.world.uniswap.path(&[pair.collateral, Weth]);
    let moves: Order<Migrate> = manager::migrate(pair.market(stage), to).swapping_collateral(path);
    vec![
        stage.dm.send(ALICE, pair.raises(stage, U256::ZERO, times(3))),
        stage.dm.send(ALICE, pair.lowers(stage, U256::ZERO, times(3) / U256::from(2))),
        stage.dm.send(ALICE, pair.closes(stage)),
        stage.dm.send(ALICE, moves),
    ]
}

#[test]
fn e9_a_paused_market_refuses_everything_until_it_goes_on() {
    for paused in [Usdc, Weth] {
        let mut stage = leveraged(SHORT_ETH);
        stage.of(paused).set_paused(&mut stage.chain, true).unwrap();
        for tx in everything(&stage, SHORT_ETH) {
            is_refused(&stage, tx);
        }
        stage.of(paused).set_paused(&mut stage.chain, false).unwrap();
        for tx in everything(&stage, SHORT_ETH) {
            stage.clone().succeeds(tx);
        }
    }
}

#[test]
fn e9_without_a_price_nothing_is_done_and_the_auditor_is_named() {
    for silent in [Usdc, Weth] {
        for price in [0, -1] {
            let mut stage = leveraged(SHORT_ETH);
            let before = stage.of(silent).price_feed;
            stage.of(silent).set_price_exact(&mut stage.chain, I256::unchecked_from(price)).unwrap();
            for tx in everything(&stage, SHORT_ETH) {
                let receipt = is_refused(&stage, tx);
                let outer = debt_manager::abi::IDebtManager::WrappedError::abi_decode(&receipt.output).unwrap();
                assert_eq!((outer.target, outer.selector.0), (stage.world.exactly.auditor, assetPriceCall::SELECTOR));
            }
            assert_eq!(stage.of(silent).price_feed, before);
        }
    }
}

#[test]
fn e9_a_market_that_is_not_listed_is_refused_wherever_it_is_named() {
    let mut stage = leveraged(SHORT_ETH);
    let good = SHORT_ETH.market(&stage);
    let other = LONG_ETH.market(&stage);
    for market in [ATTACKER, stage.of(Usdc).token.address, stage.dm.address, stage.world.exactly.auditor] {
        let dm = stage.dm;
        let mut refuses = |tx: Tx| stage.reverts(tx, &MarketNotListed { market });
        for owes in [false, true] {
            let place = |mut named: debt_manager::abi::IDebtManager::Market| {
                *(if owes { &mut named.debt } else { &mut named.collateral }) = market;
                named
            };
            let mut raises = manager::leverage(good.collateral, U256::ZERO, times(2));
            raises.operation.market = place(good.clone());
            refuses(dm.send(ALICE, raises));
            let mut lowers = manager::deleverage(good.collateral, U256::ZERO, times(1));
            lowers.operation.market = place(good.clone());
            refuses(dm.send(ALICE, lowers));
            refuses(dm.send(ALICE, manager::migrate(place(good.clone()), other.clone())));
            refuses(dm.send(ALICE, manager::migrate(good.clone(), place(other.clone()))));
        }
    }
}

#[test]
fn e9_a_deposit_that_is_no_collateral_carries_no_debt() {
    let mut stage = Stage::crossing();
    let market = stage.of(Usdc);
    stage.world.exactly.exit_market(&mut stage.chain, ALICE, &market).unwrap();
    let raises = SHORT_ETH.raises(&stage, stake(Usdc), times(2));
    is_refused(&stage, stage.dm.send(ALICE, raises));
    stage.world.exactly.enter_market(&mut stage.chain, ALICE, &market).unwrap();
    stage.succeeds(stage.dm.send(ALICE, SHORT_ETH.raises(&stage, stake(Usdc), times(2))));
}

#[test]
fn f1_a_price_that_moves_between_quote_and_execution_meets_the_least_health_factor() {
    for pair in [SHORT_ETH, SHORT_WSTETH, LONG_ETH] {
        let opens = |stage: &Stage, least| {
            let bounds = Bounds { healthFactorMin: least, ..Stage::loose() };
            stage.dm.send(ALICE, pair.raises(stage, stake(pair.collateral), times(2)).within(bounds))
        };
        let factor = |stage: &Stage| {
            let refused = stage.clone().send(opens(stage, U256::MAX));
            HealthFactorBelowMin::abi_decode(&refused.output).unwrap().healthFactor
        };
        let mut stage = Stage::crossing();
        let quoted = factor(&stage);
        stage.clone().succeeds(opens(&stage, quoted));
        let market = stage.of(pair.debt);
        let price = ask(&stage.chain, stage.world.exactly.auditor, assetPriceCall { priceFeed: market.price_feed });
        // The debt becomes dearer by a ten-thousandth; and cheaper.
        for (hundredths, is_met) in [(10_001, false), (9_999, true)] {
            let mut stage = stage.clone();
            let eight = price * U256::from(hundredths) / U256::from(10_000) / U256::from(10_u64.pow(10));
            market.set_price_exact(&mut stage.chain, I256::from_raw(eight)).unwrap();
            let now = factor(&stage);
            assert_eq!(now >= quoted, is_met, "{pair:?}: {quoted} {now}");
            stage.clone().succeeds(opens(&stage, now));
            for least in [now + U256::ONE, quoted] {
                if least > now {
                    let tx = opens(&stage, least);
                    stage.reverts(tx, &HealthFactorBelowMin { healthFactor: now, healthFactorMin: least });
                }
            }
        }
        market.set_price_exact(&mut stage.chain, I256::unchecked_from(1_i64 << 40)).unwrap();
        assert!(!stage.clone().send(opens(&stage, U256::ZERO)).success, "the Auditor refuses by itself");
    }
}

/// A market of nothing but a few units, in which the user has had no part yet.
fn young() -> (Stage, ExactlyMarket<StandIn>) {
    const SUPPLIED: u64 = 1_234_567;
    let (mut stage, fixtures) = (Stage::new(), Fixtures::open().unwrap());
    let (chain, holder, dm) = (&mut stage.chain, Account::DEPOSITOR.0, stage.dm.address);
    let token = StandIn::deploy(chain, &fixtures, Manner::DaiLike, holder, times(3_000)).unwrap();
    for (account, units) in [(stage.world.balancer.vault, 1_000), (ALICE, 100), (ATTACKER, 1_000)] {
        token.transfer(chain, holder, account, times(units)).unwrap();
    }
    let terms = Terms::at("NEW", 2);
    let market = stage.world.exactly.list_market(chain, &fixtures, token, &terms, U256::from(SUPPLIED)).unwrap();
    token.approve(chain, ALICE, dm, U256::MAX).unwrap();
    market.approve(chain, ALICE, dm, U256::MAX).unwrap();
    stage.watched.push(erased(market));
    (stage, market)
}

/// Somebody makes a share worth so many times as much.
fn inflate(stage: &mut Stage, market: &ExactlyMarket<StandIn>, times: U256) {
    let assets = |stage: &Stage| ask(&stage.chain, market.address, IFloating::floatingAssetsCall {});
    let (before, copy) = (assets(stage), stage.clone());
    // Where the market keeps it, which only trying tells.
    let inflated = (0..1_000).map(U256::from).find_map(|slot| {
        let mut stage = copy.clone();
        (stage.chain.state().storage(market.address, slot) == before).then_some(())?;
        stage.chain.set_storage_at(market.address, slot, before * times);
        (assets(&stage) == before * times).then_some(stage)
    });
    *stage = inflated.expect("the market keeps what is deposited");
}

#[test]
fn e7_shares_that_somebody_made_dear_cost_no_more_than_the_limits_say() {
    let (stage, market) = young();
    let opens = |stage: &Stage, ratio: u64, bounds: Bounds| {
        stage.dm.send(ALICE, manager::leverage(market.address, times(90), times(ratio)).within(bounds))
    };
    for ratio in [1, 2, 3] {
        let mut quoted = stage.clone();
        let told = quoted.succeeds(opens(&stage, ratio, Stage::loose())).output;
        // As the contract tells it, which may be a share less than there is.
        let collateral = U256::from_be_slice(&told[..32]);
        assert!(near(collateral, times(90 * ratio)), "{collateral}");
        let collateral_min = Bounds { collateralMin: collateral, ..Stage::loose() };
        let loss_max = Bounds { equityLossMax: U256::from(10), ..Stage::loose() };
        stage.clone().succeeds(opens(&stage, ratio, loss_max.clone()));

        let mut attacked = stage.clone();
        // Tokens that are sent to the market count for nothing.
        market.token.transfer(&mut attacked.chain, ATTACKER, market.address, times(1_000)).unwrap();
        attacked.clone().succeeds(opens(&stage, ratio, collateral_min.clone()));
        // A share of ten whole tokens and some: up to one of them is lost.
        inflate(&mut attacked, &market, times(10) + U256::from(7));
        let loss = attacked.clone().send(opens(&stage, ratio, Stage::loose()));
        assert!(loss.success, "{}", loss.output);
        let receipt = attacked.clone().send(opens(&stage, ratio, collateral_min));
        let refused = CollateralBelowMin::abi_decode(&receipt.output).unwrap();
        assert!(refused.collateral < collateral - times(1), "{}", receipt.output);
        let receipt = attacked.clone().send(opens(&stage, ratio, loss_max));
        let refused = EquityLossAboveMax::abi_decode(&receipt.output).unwrap();
        assert!(refused.loss > times(1), "{}", receipt.output);
        // So dear that there is not one for the deposit.
        inflate(&mut attacked, &market, U256::from(1_000));
        is_refused(&attacked, opens(&stage, ratio, Stage::loose()));
    }
}
