//! What is measured at the end, and held against the caller's limits, against big integers: for any numbers that the
//! lender may answer.

use crate::{
    alone::{ASSETS, Ended, Invented, MARKETS},
    cases::{CASES, Random, Sides},
    reference::{fits, share_down, share_up, wad, whole},
    stage::{Stage, times},
};
use alloy_primitives::U256;
use debt_manager::abi::{
    IDebtManager::{
        ArithmeticOverflow, Bounds, CollateralBelowMin, DebtAboveMax, EquityLossAboveMax, HealthFactorBelowMin,
        PortionTooHigh, RepaymentAboveMax, ResidualBalance,
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

/// Somebody borrows a unit, with a deposit.
fn borrows(deposit: U256, bounds: Bounds) -> Vec<u8> {
    manager::leverage(MARKETS[0], deposit, times(1)).adding(U256::ONE).within(bounds).calldata()
}

#[test]
fn g1_losses_and_limits_for_any_outcome() {
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
        let mut world = Invented { deposit, debt, held, ..Invented::default() };
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
        assert_eq!(world.ask(borrows(put_in, bounds)), expected, "{world:?}");
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
        assert_eq!(world.ask(borrows(U256::ZERO, bounds)), expected, "{world:?} {least}");
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
