//! The sizes of operations, as the release WASM solves them, against big integers: over the whole range of every number
//! that goes in, from the caller, the lender or its oracle.

use crate::{
    alone::{ASSETS, Ended, Invented, MARKETS},
    cases::{CASES, Random, Sides, Sizing},
    pools,
    reference::{self, Refusal, Stated, fits, share_down, share_up, wad, whole},
    stage::times,
};
use alloy_primitives::U256;
use debt_manager::abi::{
    IDebtManager::{
        ArithmeticOverflow, Deleverage, FlashSource, Leverage, PrincipalNegative, RatioTooLow,
        WithdrawAllNeedsFullRepayment, WrongDirection,
    },
    IExactlyMarket::{depositCall, withdrawCall},
};
use num_bigint::BigInt;
use protocols::manager::{self, Order, Verb};

/// What is to be lent, or how the frame ends instead.
type Expected = Result<U256, Ended>;

fn overflow() -> Ended {
    Ended::with(&ArithmeticOverflow {})
}

/// The contract's words for the reference's refusal.
fn told(refusal: Refusal, stated: Stated) -> Ended {
    let words = |numbers: &[BigInt; 2]| numbers.each_ref().map(|number| fits(number).unwrap());
    match (refusal, stated) {
        (Refusal::RatioTooLow, Stated::Ratio(ratio)) => Ended::with(&RatioTooLow { ratio, least: times(1) }),
        (Refusal::PrincipalNegative(numbers), _) => {
            let [collateral, owed] = words(&numbers);
            Ended::with(&PrincipalNegative { collateral, owed })
        }
        (Refusal::WrongDirection(numbers), _) => {
            let [target, debt] = words(&numbers);
            Ended::with(&WrongDirection { debtTarget: target, debt })
        }
        _ => overflow(),
    }
}

fn leverage(case: &Sizing) -> Order<Leverage> {
    match case.stated {
        Stated::Ratio(ratio) => manager::leverage(MARKETS[0], case.wallet, ratio),
        Stated::Units(units) => manager::leverage(MARKETS[0], case.wallet, times(1)).adding(units),
    }
}

fn deleverage(case: &Sizing) -> Order<Deleverage> {
    match case.stated {
        Stated::Ratio(ratio) => manager::deleverage(MARKETS[0], case.wallet, ratio),
        Stated::Units(units) => manager::deleverage(MARKETS[0], case.wallet, times(1)).repaying(units),
    }
}

/// With the debt in the other market, and a loan before the swap.
fn crossing<O: Verb>(order: Order<O>, [sold, bought]: [usize; 2]) -> Order<O> {
    let path = pools::path(&[ASSETS[sold], ASSETS[bought]], &[500]);
    order.owing(MARKETS[1]).swapping(path).flashing(FlashSource::BalancerV2)
}

/// A position that is gone when the operation has been carried out.
fn invented(case: &Sizing) -> Invented {
    let Sizing { collateral, debt, .. } = *case;
    Invented { deposit: [collateral, U256::ZERO], debt: [debt, U256::ZERO], ..Invented::default() }
}

/// Whether the sum of all that is counted fits.
fn are_counted(units: &[&BigInt]) -> bool {
    fits(&units.iter().copied().sum()).is_some()
}

/// The loan is what was expected; without one, the wallet's part alone was deposited or withdrawn. All of that is before
/// what there was and what there is are counted, which may be too much.
fn is_as<O: Verb>(expected: &Expected, world: &mut Invented, order: &Order<O>, wallet: U256, is_counted: bool) {
    let ended = world.ask(order.calldata());
    let assets = match expected {
        Ok(assets) => *assets,
        Err(error) => return assert_eq!(&ended, error, "{world:?}"),
    };
    assert_eq!(ended, if is_counted { Ended::Well } else { overflow() }, "{world:?}");
    let lent = world.loan().map(|loan| loan.amounts[0]);
    assert_eq!(lent, (!assets.is_zero()).then_some(assets), "{world:?}");
    let deposited = world.made::<depositCall>(MARKETS[0]).into_iter().map(|call| call.assets);
    let withdrawn = world.made::<withdrawCall>(MARKETS[0]).into_iter().map(|call| call.assets);
    let alone = lent.is_none() && !wallet.is_zero() && wallet != U256::MAX;
    assert_eq!(deposited.chain(withdrawn).collect::<Vec<_>>(), if alone { vec![wallet] } else { vec![] });
}

#[test]
fn g1_what_is_lent_to_raise_leverage() {
    let (mut random, mut sides) = (Random::new(31), Sides::default());
    for _ in 0..CASES {
        let case = Sizing::any(&mut random, true);
        let [collateral, debt, deposit] = [case.collateral, case.debt, case.wallet].map(whole);
        let solved = reference::to_supply(&collateral, &debt, &deposit, case.stated);
        let expected = match fits(&(&collateral + &deposit)) {
            Some(_) => solved.map_err(|refusal| told(refusal, case.stated)),
            None => Err(overflow()),
        };
        // What is supplied at once must fit as well.
        let expected = expected.and_then(|assets| fits(&(&assets + &deposit)).and(fits(&assets)).ok_or_else(overflow));
        sides.count(expected.is_ok());
        // As if neither the deposit nor the debt had got a share more.
        let shares = [U256::ZERO, U256::from(u8::from(!case.debt.is_zero()))];
        let mut world = Invented { shares: Some([shares; 2]), ..invented(&case) };
        let is_counted = are_counted(&[&collateral, &deposit, &debt]);
        is_as(&expected, &mut world, &leverage(&case), case.wallet, is_counted);
    }
    sides.were_both_met();
}

/// What is lent to lower leverage, with the deposit and the withdrawal in units of the debt.
fn to_lend(case: &Sizing, has: &BigInt, leaves: &BigInt) -> Expected {
    if case.wallet == U256::MAX {
        return match case.stated {
            Stated::Ratio(ratio) if ratio == times(1) => Ok(case.debt),
            Stated::Ratio(size) | Stated::Units(size) => Err(Ended::with(&WithdrawAllNeedsFullRepayment { size })),
        };
    }
    let solved = reference::to_repay(has, &whole(case.debt), leaves, case.stated);
    solved.map(|assets| fits(&assets).unwrap()).map_err(|refusal| told(refusal, case.stated))
}

#[test]
fn g1_what_is_lent_to_lower_leverage() {
    let (mut random, mut sides) = (Random::new(32), Sides::default());
    for _ in 0..CASES {
        let case = Sizing::any(&mut random, false);
        let expected = to_lend(&case, &whole(case.collateral), &whole(case.wallet));
        sides.count(expected.is_ok());
        // What the wallet gets counts, unless it gets all; where nothing is done, what there was is still there.
        let counted = match &expected {
            Ok(assets) if assets.is_zero() && case.wallet.is_zero() => case.collateral,
            _ if case.wallet == U256::MAX => U256::ZERO,
            _ => case.wallet,
        };
        let is_counted = case.wallet == U256::MAX || are_counted(&[&whole(counted), &whole(case.debt)]);
        is_as(&expected, &mut invented(&case), &deleverage(&case), case.wallet, is_counted);
    }
    sides.were_both_met();
}

/// Prices and decimals, most of which are not absurd.
fn quoted(random: &mut Random, world: &mut Invented) {
    world.prices = match random.below(4) {
        0 => [random.number(), random.number()],
        _ => [0; 2].map(|_| U256::from(1 + random.next()) >> (random.below(60) as usize)),
    };
    world.decimals = [0; 2].map(|_| U256::from(if random.below(8) == 0 { random.below(90) } else { random.below(19) }));
}

/// What one asset is worth in the other, as a fraction.
fn rate(world: &Invented) -> Option<[BigInt; 2]> {
    let unit = |of: usize| fits(&BigInt::from(10).pow(world.decimals[of].to::<u32>())).map(whole);
    let side = |price: usize, of: usize| fits(&(whole(world.prices[price]) * unit(of)?)).map(whole);
    // Both units are asked for before either product is formed.
    (unit(0).is_some() && unit(1).is_some()).then_some(())?;
    Some([side(0, 1)?, side(1, 0)?])
}

/// The same with smaller amounts: most that tokens have leave room for a price.
fn smaller(random: &mut Random, case: Sizing) -> Sizing {
    let shift = random.below(3) as usize * 64;
    let Sizing { collateral, debt, wallet, stated } = case;
    let [collateral, debt] = [collateral, debt].map(|units| units >> shift);
    Sizing { collateral, debt, wallet: if wallet == U256::MAX { wallet } else { wallet >> shift }, stated }
}

#[test]
fn g1_what_is_lent_to_raise_leverage_on_two_assets() {
    let (mut random, mut sides) = (Random::new(33), Sides::default());
    for _ in 0..CASES {
        let case = Sizing::any(&mut random, true);
        let case = smaller(&mut random, case);
        let mut world = invented(&case);
        quoted(&mut random, &mut world);
        let (collateral, deposit) = (whole(case.collateral), whole(case.wallet));
        let counted = || {
            let [numerator, denominator] = rate(&world)?;
            let worth = |units| share_down(units, &numerator, &denominator);
            fits(&(worth(&collateral)? + worth(&deposit)?))?;
            share_up(&whole(case.debt), &denominator, &numerator)
        };
        let expected = match counted() {
            Some(debt) => reference::to_supply(&collateral, &debt, &deposit, case.stated)
                .map(|assets| fits(&assets).unwrap())
                .map_err(|refusal| told(refusal, case.stated)),
            None => Err(overflow()),
        };
        sides.count(expected.is_ok());
        let is_idle = expected == Ok(U256::ZERO) && case.wallet.is_zero();
        let worth = || {
            let [numerator, denominator] = rate(&world)?;
            share_down(&collateral, &numerator, &denominator)
        };
        let is_counted = !is_idle || worth().is_some_and(|worth| are_counted(&[&worth, &whole(case.debt)]));
        is_as(&expected, &mut world, &crossing(leverage(&case), [1, 0]), case.wallet, is_counted);
    }
    sides.were_both_met();
}

#[test]
fn g1_what_is_lent_to_lower_leverage_on_two_assets() {
    let (mut random, mut sides) = (Random::new(34), Sides::default());
    for _ in 0..CASES {
        let case = Sizing::any(&mut random, false);
        let case = smaller(&mut random, case);
        let mut world = invented(&case);
        quoted(&mut random, &mut world);
        let counted = || {
            let [numerator, denominator] = rate(&world)?;
            let has = share_down(&whole(case.collateral), &numerator, &denominator)?;
            let leaves = match case.wallet == U256::MAX {
                true => BigInt::ZERO,
                false => share_up(&whole(case.wallet), &numerator, &denominator)?,
            };
            Some([has, leaves])
        };
        let expected = match counted() {
            Some([has, leaves]) => to_lend(&case, &has, &leaves),
            None => Err(overflow()),
        };
        sides.count(expected.is_ok());
        let counted = || {
            let [numerator, denominator] = rate(&world)?;
            let is_alone = expected == Ok(U256::ZERO);
            let units = match case.wallet {
                U256::ZERO if is_alone => case.collateral,
                U256::MAX => U256::ZERO,
                wallet if is_alone => wallet,
                _ => U256::ZERO,
            };
            share_down(&whole(units), &numerator, &denominator)
        };
        let is_counted = counted().is_some_and(|worth| are_counted(&[&worth, &whole(case.debt)]));
        is_as(&expected, &mut world, &crossing(deleverage(&case), [0, 1]), case.wallet, is_counted);
    }
    sides.were_both_met();
}

#[test]
fn g1_a_debt_of_fixed_maturity_with_its_penalty() {
    let (mut random, mut sides) = (Random::new(35), Sides::default());
    for _ in 0..CASES {
        let principal = random.number();
        let fixed = [principal, random.beside(&[principal]) >> (random.below(4) as usize * 60)];
        let now = random.next() >> random.below(64);
        let maturity = random.beside(&[U256::from(now)]).max(U256::ONE);
        let penalty_rate = random.number() >> (random.below(3) as usize * 80);
        let mut world = Invented { fixed, now, penalty_rate, ..Invented::default() };
        let owed = || {
            let face = fits(&(whole(fixed[0]) + whole(fixed[1])))?;
            let late = whole(U256::from(now)) - whole(maturity);
            if late <= BigInt::ZERO {
                return Some(face);
            }
            let penalty = fits(&(late * whole(penalty_rate)))?;
            let owed = whole(face) + share_down(&whole(face), &whole(penalty), &wad())?;
            // How much of the face a payment covers is asked of a payment in full too.
            let is_told = owed == whole(face) || fits(&(&owed * whole(face))).is_some();
            fits(&owed).filter(|_| is_told)
        };
        let order = manager::deleverage(MARKETS[0], U256::ZERO, times(1)).repaying(U256::MAX).maturing(maturity);
        let expected = owed().ok_or_else(overflow);
        sides.count(expected.is_ok());
        is_as(&expected, &mut world, &order, U256::ZERO, true);
    }
    sides.were_both_met();
}
