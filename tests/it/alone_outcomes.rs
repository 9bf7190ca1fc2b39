//! What is measured at the end, and held against the caller's limits, against big integers: for any numbers that the
//! lender may answer.

use crate::{
    alone::{ASSETS, Ended, Invented, MARKETS},
    cases::{CASES, Random, Sides},
    pools,
    reference::{fits, share_down, share_up, wad, whole},
    stage::{Stage, times},
};
use alloy_primitives::U256;
use alloy_sol_types::SolError;
use debt_manager::abi::{
    IDebtManager::{
        ArithmeticOverflow, Bounds, CollateralBelowMin, DebtAboveMax, EquityLossAboveMax, FlashSource,
        HealthFactorBelowMin, Leverage, PortionTooHigh, RepaymentAboveMax, ResidualBalance,
    },
    IERC20::transferCall,
};
use num_bigint::BigInt;
use protocols::manager::{self, Order};

fn overflow() -> Ended {
    Ended::with(&ArithmeticOverflow {})
}

/// What is lost: had, put in, and owed after, against what there is, what the wallet got, and what was owed before.
fn loss(world: &Invented, deposit: U256) -> Option<U256> {
    let spare = whole(world.held[1]) - whole(world.held[0]);
    let sum = |a: BigInt, b: BigInt| fits(&(a + b)).map(whole);
    let put_in = sum(whole(world.deposit[0]), whole(deposit))?;
    let kept = sum(whole(world.deposit[1]), spare)?;
    let had = sum(put_in, whole(world.debt[1]))?;
    let has = sum(kept, whole(world.debt[0]))?;
    fits(&(had - has).max(BigInt::ZERO))
}

/// How an operation ends that ends so, within these bounds.
fn judged(world: &Invented, deposit: U256, bounds: &Bounds) -> Ended {
    let ([held, balance], [_, collateral], [_, debt]) = (world.held, world.deposit, world.debt);
    // What there was is counted before anything is done, and what is spare before anything is measured.
    if fits(&(whole(world.deposit[0]) + whole(deposit))).is_none() {
        return overflow();
    }
    if balance < held {
        return Ended::with(&ResidualBalance { balance, expected: held });
    }
    let Some(loss) = loss(world, deposit) else { return overflow() };
    let Bounds { debtMax, collateralMin, equityLossMax, .. } = *bounds;
    if debt > debtMax {
        return Ended::with(&DebtAboveMax { debt, debtMax });
    }
    if collateral < collateralMin {
        return Ended::with(&CollateralBelowMin { collateral, collateralMin });
    }
    if loss > equityLossMax {
        return Ended::with(&EquityLossAboveMax { loss, lossMax: equityLossMax });
    }
    Ended::Well
}

/// Somebody borrows units, with a deposit.
fn borrows(units: U256, deposit: U256) -> Order<Leverage> {
    manager::leverage(MARKETS[0], deposit, times(1)).adding(units)
}

/// The same in another market, by way of a swap: whatever is left here then is the wallet's.
fn buys(units: U256, deposit: U256) -> Order<Leverage> {
    let path = pools::path(&[ASSETS[1], ASSETS[0]], &[500]);
    borrows(units, deposit).owing(MARKETS[1]).swapping(path).flashing(FlashSource::BalancerV2)
}

#[test]
fn g1_losses_and_limits_for_any_outcome_of_a_swap() {
    let (mut random, mut sides) = (Random::new(41), Sides::default());
    let mut overflows = Sides::default();
    for _ in 0..2 * CASES {
        let shift = random.below(2) as usize * 3;
        let first = random.number() >> shift;
        let beside = |random: &mut Random| random.beside(&[first]) >> shift;
        let deposit = [first, beside(&mut random)];
        let debt = [beside(&mut random), beside(&mut random)];
        let put_in = if random.below(2) == 0 { U256::ZERO } else { beside(&mut random) };
        let held = match random.below(8) {
            0 => [beside(&mut random), beside(&mut random)],
            1..4 => [U256::ZERO, beside(&mut random)],
            _ => [first, first],
        };
        let mut world = Invented { deposit, debt, held, prices: [U256::ONE; 2], ..Invented::default() };
        let lost = loss(&world, put_in).unwrap_or_default();
        let limit = |random: &mut Random, edge: U256, none: U256| match random.below(3) {
            0 => random.beside(&[edge]),
            _ => none,
        };
        let bounds = Bounds {
            debtMax: limit(&mut random, debt[1], U256::MAX),
            collateralMin: limit(&mut random, deposit[1], U256::ZERO),
            equityLossMax: limit(&mut random, lost, U256::MAX),
            ..Stage::loose()
        };
        let expected = judged(&world, put_in, &bounds);
        assert_eq!(world.ask(buys(U256::ONE, put_in).within(bounds).calldata()), expected, "{world:?}");
        // All that is spare goes to the wallet, and nothing else does.
        if expected == Ended::Well {
            let sent: Vec<U256> = world.made::<transferCall>(ASSETS[0]).into_iter().map(|call| call.value).collect();
            let spare = held[1] - held[0];
            assert_eq!(sent, if spare.is_zero() { vec![] } else { vec![spare] });
        }
        sides.count(expected == Ended::Well);
        overflows.count(expected == overflow());
    }
    sides.were_both_met();
    overflows.were_both_met();
}

/// What the position has grown to, by the shares that came of it: all but one of them for what was paid for all.
fn grown(world: &Invented, units: U256, deposit: U256) -> Option<[U256; 2]> {
    let [[had, owed], [has, owes]] = world.shares?;
    let (new, new_debt) = (has.checked_sub(had)?, owes.checked_sub(owed)?);
    let supplied = fits(&(whole(units) + whole(deposit)))?;
    fits(&(whole(units) + whole(world.fee)))?;
    let mut position = [world.deposit[0], world.debt[0]];
    if !new.is_zero() {
        let gain = share_down(&whole(supplied), &(whole(new) - 1), &whole(new))?;
        position[0] = fits(&(whole(position[0]) + gain))?;
    }
    if new_debt == U256::ONE {
        position[1] = world.debt[1];
    } else if !new_debt.is_zero() {
        let borrowed = fits(&(whole(units) + whole(world.fee)))?;
        let cost = share_up(&whole(borrowed), &whole(new_debt), &(whole(new_debt) - 1))?;
        position[1] = fits(&(whole(position[1]) + cost))?;
    }
    Some(position)
}

#[test]
fn g1_what_a_position_has_grown_to_for_any_shares() {
    let (mut random, mut sides) = (Random::new(45), Sides::default());
    for _ in 0..CASES {
        let shift = random.below(3) as usize * 64;
        let number = |random: &mut Random| random.number() >> shift;
        let (units, deposit) = (number(&mut random).max(U256::ONE), number(&mut random));
        let had = [0; 2].map(|_| number(&mut random));
        let debt = [if random.below(2) == 0 { U256::ZERO } else { number(&mut random) }, number(&mut random)];
        let owed_shares = if debt[0].is_zero() { U256::ZERO } else { had[1].max(U256::ONE) };
        let has = [had[0], owed_shares].map(|shares| match random.below(8) {
            0 => random.beside(&[shares]),
            1..4 => shares.saturating_add(U256::from(random.below(4))),
            _ => shares.saturating_add(random.beside(&[units])),
        });
        let shares = Some([[had[0], owed_shares], has]);
        let fee = if random.below(2) == 0 { U256::ZERO } else { number(&mut random) };
        let mut world = Invented { deposit: [number(&mut random); 2], debt, shares, fee, ..Invented::default() };
        let mut outcome = grown(&world, units, deposit);
        // What there was with the deposit, and what there is with the debts crosswise, are counted too.
        let sums = |[collateral, debt]: [U256; 2]| {
            let had = fits(&(whole(world.deposit[0]) + whole(deposit) + whole(debt)))?;
            let has = fits(&(whole(collateral) + whole(world.debt[0])))?;
            Some(had.saturating_sub(has))
        };
        let loss = outcome.and_then(sums);
        outcome = outcome.filter(|_| loss.is_some());
        let ended = world.ask(borrows(units, deposit).calldata());
        assert_eq!(ended, if outcome.is_some() { Ended::Well } else { overflow() }, "{world:?} {units} {deposit}");
        sides.count(outcome.is_some());
        let (Some([collateral, debt]), Some(loss)) = (outcome, loss) else { continue };
        for (bounds, error) in [
            (Bounds { debtMax: debt, collateralMin: collateral, equityLossMax: loss, ..Stage::loose() }, None),
            (
                Bounds { collateralMin: collateral.saturating_add(U256::ONE), ..Stage::loose() },
                Some(
                    CollateralBelowMin { collateral, collateralMin: collateral.saturating_add(U256::ONE) }.abi_encode(),
                ),
            ),
            (
                Bounds { debtMax: debt.saturating_sub(U256::ONE), ..Stage::loose() },
                Some(DebtAboveMax { debt, debtMax: debt.saturating_sub(U256::ONE) }.abi_encode()),
            ),
            (
                Bounds { equityLossMax: loss.saturating_sub(U256::ONE), ..Stage::loose() },
                Some(EquityLossAboveMax { loss, lossMax: loss.saturating_sub(U256::ONE) }.abi_encode()),
            ),
        ] {
            let is_edge = bounds.collateralMin > collateral || bounds.debtMax < debt || bounds.equityLossMax < loss;
            let mut again = Invented { has_acted: false, transient: Default::default(), ..world.clone() };
            let ended = again.ask(borrows(units, deposit).within(bounds).calldata());
            let expected = error.filter(|_| is_edge).map_or(Ended::Well, |error| Ended::With(error.into()));
            assert_eq!(ended, expected, "{world:?} {units} {deposit}");
        }
    }
    sides.were_both_met();
}

#[test]
fn g1_a_close_in_one_asset_loses_the_fee_and_nothing_else() {
    let mut random = Random::new(46);
    for _ in 0..CASES / 10 {
        let owed = random.number().max(U256::ONE);
        let mut world = Invented { debt: [owed, U256::ZERO], fee: random.number(), ..Invented::default() };
        let fee = world.fee;
        let most = random.beside(&[fee]);
        let order = manager::deleverage(MARKETS[0], manager::ALL, times(1));
        let ended = world.ask(order.within(Bounds { equityLossMax: most, ..Stage::loose() }).calldata());
        let error = EquityLossAboveMax { loss: fee, lossMax: most };
        assert_eq!(ended, if fee > most { Ended::with(&error) } else { Ended::Well }, "{world:?}");
    }
}

#[test]
fn g1_the_health_factor_for_any_liquidity() {
    let (mut random, mut sides) = (Random::new(42), Sides::default());
    for _ in 0..CASES {
        let collateral = random.number() >> (random.below(2) as usize * 70);
        let debt = random.beside(&[collateral]);
        let mut world = Invented { liquidity: [collateral, debt], ..Invented::default() };
        let factor = match debt.is_zero() {
            true => Some(U256::MAX),
            false => share_down(&whole(collateral), &wad(), &whole(debt)).and_then(|factor| fits(&factor)),
        };
        let least = random.beside(&[factor.unwrap_or_default(), times(1)]);
        let expected = match factor {
            _ if least.is_zero() => Ended::Well,
            None => overflow(),
            Some(factor) if factor < least => {
                Ended::with(&HealthFactorBelowMin { healthFactor: factor, healthFactorMin: least })
            }
            Some(_) => Ended::Well,
        };
        let bounds = Bounds { healthFactorMin: least, ..Stage::loose() };
        assert_eq!(world.ask(borrows(U256::ONE, U256::ZERO).within(bounds).calldata()), expected, "{world:?} {least}");
        sides.count(expected == Ended::Well);
    }
    sides.were_both_met();
}

/// A part, 18 decimals.
fn portion(random: &mut Random) -> U256 {
    match random.below(8) {
        0 => random.beside(&[times(1)]),
        1 => U256::from(random.below(3)),
        2 => times(1) - U256::from(random.below(3)),
        _ => U256::from(random.below(1_000_000_000_000_000_001)),
    }
}

#[test]
fn g1_parts_of_a_debt_are_rounded_up() {
    let (mut random, mut sides) = (Random::new(43), Sides::default());
    for _ in 0..CASES {
        let owed = (random.number() >> (random.below(3) as usize * 64)).max(U256::ONE);
        let part = portion(&mut random).max(U256::ONE);
        let mut world = Invented { debt: [owed; 2], now: 1, ..Invented::default() };
        let repayment = share_up(&whole(owed), &whole(part), &wad()).and_then(|repayment| fits(&repayment));
        let most = if random.below(2) == 0 { U256::MAX } else { random.beside(&[repayment.unwrap_or_default()]) };
        let from = manager::position(MARKETS[0], MARKETS[0]);
        let order = manager::migrate(from.clone(), from).maturing(U256::ONE << 32usize);
        let ended = world.ask(order.portions(part, U256::ZERO).paying_at_most(most).calldata());
        let expected = match repayment {
            _ if part > times(1) => Ended::with(&PortionTooHigh { portion: part }),
            None => overflow(),
            Some(repayment) if repayment > most => Ended::with(&RepaymentAboveMax { repayment, repayMax: most }),
            Some(_) => Ended::Well,
        };
        assert_eq!(ended, expected, "{world:?} {part}");
        if ended == Ended::Well {
            assert_eq!(world.loan().map(|loan| loan.amounts[0]), repayment);
        }
        sides.count(ended == Ended::Well);
    }
    sides.were_both_met();
}

#[test]
fn g1_parts_of_a_deposit_are_rounded_down() {
    let (mut random, mut sides) = (Random::new(44), Sides::default());
    for _ in 0..CASES {
        let deposit = (random.number() >> (random.below(3) as usize * 64)).max(U256::ONE);
        let part = portion(&mut random).max(U256::ONE);
        let prices = [U256::ONE; 2];
        let mut world = Invented { deposit: [deposit; 2], prices, is_one_asset: true, ..Invented::default() };
        let (from, to) = (manager::position(MARKETS[0], MARKETS[1]), manager::position(MARKETS[1], MARKETS[1]));
        let order: Order<_> = manager::migrate(from, to).portions(U256::ZERO, part);
        let ended = world.ask(order.calldata());
        let moved = share_down(&whole(deposit), &whole(part), &wad()).and_then(|moved| fits(&moved));
        let expected = match moved {
            _ if part > times(1) => Ended::with(&PortionTooHigh { portion: part }),
            None => overflow(),
            Some(_) => Ended::Well,
        };
        assert_eq!(ended, expected, "{world:?} {part}");
        if ended == Ended::Well {
            assert_eq!(world.loan().map(|loan| loan.amounts[0]), moved);
        }
        sides.count(ended == Ended::Well);
    }
    sides.were_both_met();
}
