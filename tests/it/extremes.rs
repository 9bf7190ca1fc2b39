//! The extremes of every argument (F3), and deadlines at every door (F7): what happens is what the reference says, or a
//! revert with a name; never the opposite of what the verb is for.

use crate::{
    debts::WEEK,
    reference::{Refusal, Stated, fits, to_repay, to_supply, whole},
    signatory::Signatory,
    stage::{ALICE, ATTACKER, Stage, near, times, usdc},
};
use alloy_primitives::U256;
use alloy_sol_types::SolInterface;
use debt_manager::abi::IDebtManager::{Bounds, DeadlinePassed, IDebtManagerErrors, Migrate};
use devnet::{Receipt, Tx};
use protocols::{
    PositionNow,
    exactly::{WAD, fixed},
    manager::{self, Fee, Order, Signable, Verb},
    permit2::is_nonce_used,
};

/// Where numbers end, or change their meaning.
fn extremes() -> Vec<U256> {
    let wad = U256::from(WAD);
    let mut all = vec![U256::ZERO, U256::ONE, wad - U256::ONE, wad, wad + U256::ONE, usdc(1)];
    for bit in [64, 128, 255_usize] {
        let power = U256::ONE << bit;
        all.extend([power - U256::ONE, power, power + U256::ONE]);
    }
    all.extend([U256::MAX / wad, U256::MAX - U256::ONE, U256::MAX]);
    all
}

/// A revert says why, in an error of the interface.
fn has_name(receipt: &Receipt) {
    let selector = receipt.output.first_chunk().copied().unwrap_or_default();
    assert!(!receipt.success && IDebtManagerErrors::valid_selector(selector), "{}", receipt.output);
}

/// So little that it is not worth a share, and the market refuses it.
fn is_dust(units: U256) -> bool {
    units <= U256::from(2)
}

/// Alice at twice with 50 USDC, and 50 in her wallet, a second before what is sent.
fn leveraged() -> (Stage, PositionNow) {
    let mut stage = Stage::new();
    stage.alice_leverages(usdc(50), times(2));
    let found = stage.market().position(&stage.eve(), ALICE);
    (stage, found)
}

/// The sizes that are stated by a number.
fn sizes(number: U256) -> [Stated; 2] {
    [Stated::Ratio(number), Stated::Units(number)]
}

#[test]
fn f3_raising_leverage_by_the_extremes() {
    let (stage, found) = leveraged();
    let (market, mut successes) = (stage.market().address, 0);
    for stated in extremes().into_iter().flat_map(sizes) {
        for deposit in extremes() {
            let order = match stated {
                Stated::Ratio(ratio) => manager::leverage(market, deposit, ratio),
                Stated::Units(units) => manager::leverage(market, deposit, times(1)).adding(units),
            };
            let mut after = stage.clone();
            let receipt = after.send(stage.dm.send(ALICE, order));
            let position = after.alice();
            let [collateral, debt] = [found.deposit, found.debt].map(whole);
            match to_supply(&collateral, &debt, &whole(deposit), stated) {
                Ok(assets) if receipt.success => {
                    let assets = fits(&assets).unwrap();
                    assert!(near(position.debt, found.debt + assets), "{stated:?} {deposit}: {position:?}");
                    assert!(near(position.deposit, found.deposit + assets + deposit), "{stated:?} {deposit}");
                    successes += 1;
                }
                // Beyond what the wallet or the lender has.
                Ok(assets) => {
                    let is_too_much = deposit > usdc(50) || assets > whole(usdc(300));
                    assert!(is_too_much || is_dust(deposit) || is_dust(fits(&assets).unwrap()), "{stated:?} {deposit}");
                    has_name(&receipt);
                }
                Err(refusal) => {
                    assert!(!receipt.success, "{refusal:?}");
                    has_name(&receipt);
                }
            }
            if !receipt.success {
                assert_eq!(position, stage.alice());
            }
        }
    }
    assert!(successes > 5, "{successes}");
}

#[test]
fn f3_lowering_leverage_by_the_extremes() {
    let (stage, found) = leveraged();
    let (market, mut successes) = (stage.market().address, 0);
    for stated in extremes().into_iter().flat_map(sizes) {
        for withdraw in extremes() {
            let order = match stated {
                Stated::Ratio(ratio) => manager::deleverage(market, withdraw, ratio),
                Stated::Units(units) => manager::deleverage(market, withdraw, times(1)).repaying(units),
            };
            let mut after = stage.clone();
            let receipt = after.send(stage.dm.send(ALICE, order));
            let position = after.alice();
            let is_all = withdraw == U256::MAX;
            let [collateral, debt] = [found.deposit, found.debt].map(whole);
            let expected = match (is_all, stated) {
                (true, Stated::Ratio(ratio)) if ratio == times(1) => Ok(debt),
                (true, _) => Err(Refusal::Overflow),
                _ => to_repay(&collateral, &debt, &whole(withdraw), stated),
            };
            match expected {
                Ok(assets) if receipt.success => {
                    let assets = fits(&assets).unwrap();
                    assert!(near(position.debt, found.debt - assets), "{stated:?} {withdraw}: {position:?}");
                    let left = if is_all { U256::ZERO } else { found.deposit - assets - withdraw };
                    assert!(near(position.deposit, left), "{stated:?} {withdraw}: {position:?}");
                    successes += 1;
                }
                Ok(assets) => {
                    let is_too_much = withdraw > usdc(40);
                    assert!(is_too_much || is_dust(fits(&assets).unwrap()), "{stated:?} {withdraw}");
                    has_name(&receipt);
                }
                Err(_) => has_name(&receipt),
            }
            if !receipt.success {
                assert_eq!(position, stage.alice());
            }
        }
    }
    assert!(successes > 5, "{successes}");
}

#[test]
fn f3_moving_a_debt_by_the_extremes() {
    let (stage, found) = leveraged();
    let (maturity, floating) = (stage.maturity(1), manager::position(stage.market().address, stage.market().address));
    let order = |portion, most| -> Order<Migrate> {
        let order = manager::migrate(floating.clone(), floating.clone()).maturing(maturity);
        order.portions(portion, portion).paying_at_most(most)
    };
    for portion in extremes() {
        for most in extremes() {
            let mut after = stage.clone();
            let receipt = after.send(stage.dm.send(ALICE, order(portion, most)));
            let repaid = found.debt * portion.min(times(1)) / times(1);
            let is_possible = portion > U256::ZERO && portion <= times(1) && most > repaid;
            assert!(receipt.success == is_possible || is_dust(repaid), "{portion} {most}");
            if !receipt.success {
                has_name(&receipt);
                assert_eq!(after.alice(), stage.alice());
                continue;
            }
            assert!(near(after.owed(U256::ZERO), found.debt - repaid), "{portion} {most}");
            assert!(after.owed(maturity) >= repaid, "{portion} {most}");
        }
    }
}

#[test]
fn f3_maturities_at_the_extremes_are_the_markets_to_refuse() {
    let (stage, found) = leveraged();
    let market = stage.market().address;
    for maturity in extremes().into_iter().filter(|maturity| !maturity.is_zero()) {
        let raises = manager::leverage(market, U256::ZERO, times(3)).maturing(maturity);
        let lowers = manager::deleverage(market, U256::ZERO, times(1)).maturing(maturity).repaying(U256::MAX);
        let closes = manager::deleverage(market, manager::ALL, times(1)).maturing(maturity);
        for (tx, is_nothing) in [
            (stage.dm.send(ALICE, raises), false),
            (stage.dm.send(ALICE, lowers), true),
            (stage.dm.send(ALICE, closes), false),
        ] {
            let mut after = stage.clone();
            let receipt = after.send(tx);
            assert_eq!(receipt.success, is_nothing, "{maturity}: {}", receipt.output);
            assert!(near(after.alice().debt, found.debt) && near(after.alice().deposit, found.deposit));
        }
    }
}

#[test]
fn f3_every_limit_at_the_extremes_holds_or_refuses() {
    let (stage, _) = leveraged();
    let raises = manager::leverage(stage.market().address, U256::ZERO, times(3));
    let within = |bounds| stage.dm.send(ALICE, raises.clone().within(bounds));
    let mut outcome = stage.clone();
    outcome.succeeds(within(Stage::loose()));
    let PositionNow { deposit, debt } = outcome.alice();
    let factor = outcome.world.exactly.health_factor(&outcome.chain, ALICE);
    for value in extremes() {
        let loose = Stage::loose;
        let now = U256::from(stage.chain.next_timestamp());
        for (bounds, holds) in [
            (Bounds { deadline: value, ..loose() }, value >= now),
            (Bounds { debtMax: value, ..loose() }, value >= debt),
            (Bounds { collateralMin: value, ..loose() }, value <= deposit),
            (Bounds { equityLossMax: value, ..loose() }, value > U256::ONE),
            (Bounds { healthFactorMin: value, ..loose() }, value <= factor),
        ] {
            let receipt = stage.clone().send(within(bounds.clone()));
            let is_close = bounds.equityLossMax <= U256::ONE;
            assert!(receipt.success == holds || is_close, "{value}: {}", receipt.output);
            if !receipt.success {
                has_name(&receipt);
            }
        }
    }
}

/// An operation at its account's own door and at the signed one, with a deadline in each.
fn doors<O: Verb + Signable>(stage: &Stage, who: &Signatory, order: &Order<O>, deadline: U256) -> [Tx; 2] {
    let order = order.clone().within(Bounds { deadline, ..Stage::loose() });
    let signed = who.signs(stage, &order, U256::ONE, Fee::default());
    [stage.dm.send(who.account, order.clone()), stage.dm.relay(ATTACKER, &order, signed)]
}

/// The deadline is the last second at both doors, and what is executed late has no effect.
fn is_strict<O: Verb + Signable>(stage: &Stage, who: &Signatory, order: &Order<O>) {
    let now = U256::from(stage.chain.next_timestamp());
    for deadline in [now, now + U256::ONE] {
        for tx in doors(stage, who, order, deadline) {
            stage.clone().succeeds(tx);
        }
    }
    for tx in doors(stage, who, order, now - U256::ONE) {
        stage.clone().reverts(tx, &DeadlinePassed { deadline: now - U256::ONE, timestamp: now });
    }
    // As a ticket that nobody redeems in time.
    for tx in doors(stage, who, order, now + U256::from(WEEK)) {
        for late in [WEEK, WEEK + 1, 50 * WEEK] {
            let mut stage = stage.clone();
            stage.chain.advance_time(late);
            let (timestamp, before) = (now + U256::from(late), stage.market().position(&stage.chain, who.account));
            if late == WEEK {
                stage.succeeds(tx.clone());
                continue;
            }
            stage.reverts(tx.clone(), &DeadlinePassed { deadline: now + U256::from(WEEK), timestamp });
            assert!(!is_nonce_used(&stage.chain, who.account, U256::ONE));
            let shares = stage.market().floating_shares(&stage.chain, who.account);
            assert!(!shares.is_zero() && stage.market().position(&stage.chain, who.account).debt >= before.debt);
        }
    }
}

#[test]
fn f7_the_deadline_is_the_last_second_of_every_verb_at_every_door() {
    let mut stage = Stage::new();
    let (carol, market) = (Signatory::with_key(&mut stage), stage.market());
    market.token.approve(&mut stage.chain, carol.account, stage.dm.address, U256::MAX).unwrap();
    market.approve(&mut stage.chain, carol.account, stage.dm.address, U256::MAX).unwrap();
    stage.succeeds(stage.dm.send(carol.account, manager::leverage(market.address, usdc(80), times(2))));
    let floating = manager::position(market.address, market.address);
    let maturity = fixed::maturity(&stage.chain, 2);
    is_strict(&stage, &carol, &manager::leverage(market.address, usdc(20), times(3)));
    is_strict(&stage, &carol, &manager::deleverage(market.address, manager::ALL, times(1)));
    is_strict(&stage, &carol, &manager::migrate(floating.clone(), floating).maturing(maturity));
}
