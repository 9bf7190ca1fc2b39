//! How much to borrow or to repay.

use super::{
    cases::{CASES, Random, Sides, Sizing},
    reference::{self, Refusal, Stated, fits, wad, whole},
};
use crate::{
    abi::Position,
    sizing::{Size, Unattainable, repay_assets, supply_assets},
};
use alloy_primitives::U256;
use num_bigint::BigInt;

/// A case as the contract's arithmetic takes it.
fn taken(case: &Sizing) -> (Position, Size) {
    let Sizing { collateral, debt, stated, .. } = *case;
    let size = match stated {
        Stated::Ratio(ratio) => Size::RatioWad(ratio),
        Stated::Units(units) => Size::Assets(units),
    };
    (Position { collateral, debt }, size)
}

fn wholes(case: &Sizing) -> [BigInt; 3] {
    [case.collateral, case.debt, case.wallet].map(whole)
}

/// The reference's words for a refusal.
fn told(refusal: Unattainable) -> Refusal {
    match refusal {
        Unattainable::RatioTooLow { .. } => Refusal::RatioTooLow,
        Unattainable::PrincipalNegative { collateral, owed } => {
            Refusal::PrincipalNegative([whole(collateral), whole(owed)])
        }
        Unattainable::WrongDirection { debt_target, debt } => {
            Refusal::WrongDirection([whole(debt_target), whole(debt)])
        }
        Unattainable::Overflow => Refusal::Overflow,
    }
}

/// The debt is the largest that the ratio allows: a unit more would be above it.
fn is_at_ratio(principal: &BigInt, debt: &BigInt, ratio: U256) {
    let most = principal * (whole(ratio) - wad());
    assert!(debt * wad() <= most && (debt + 1) * wad() > most, "{principal} {debt} {ratio}");
}

#[test]
fn supplies_are_those_of_the_reference() {
    let (mut random, mut sides) = (Random::new(21), Sides::default());
    for _ in 0..2 * CASES {
        let case = Sizing::any(&mut random, true);
        let [collateral, debt, deposit] = wholes(&case);
        let (position, size) = taken(&case);
        let got = supply_assets(&position, &case.wallet, &size);
        let expected = reference::to_supply(&collateral, &debt, &deposit, case.stated);
        assert_eq!(got.map(whole).map_err(told), expected, "{collateral} {debt} {deposit} {:?}", case.stated);
        if let (Ok(assets), Stated::Ratio(ratio)) = (&expected, case.stated) {
            is_at_ratio(&(&collateral + &deposit - &debt), &(&debt + assets), ratio);
        }
        sides.count(expected.is_ok());
    }
    sides.were_both_met();
}

#[test]
fn repayments_are_those_of_the_reference() {
    let (mut random, mut sides) = (Random::new(22), Sides::default());
    for _ in 0..2 * CASES {
        let case = Sizing::any(&mut random, false);
        let [collateral, debt, withdraw] = wholes(&case);
        let (position, size) = taken(&case);
        let got = repay_assets(&position, &case.wallet, &size);
        let expected = reference::to_repay(&collateral, &debt, &withdraw, case.stated);
        assert_eq!(got.map(whole).map_err(told), expected, "{collateral} {debt} {withdraw} {:?}", case.stated);
        if let Ok(assets) = &expected {
            // Never the other direction, and never more than is owed.
            assert!(assets <= &debt && fits(assets).is_some());
            if let Stated::Ratio(ratio) = case.stated {
                is_at_ratio(&(&collateral - &withdraw - &debt), &(&debt - assets), ratio);
            }
        }
        sides.count(expected.is_ok());
    }
    sides.were_both_met();
}

#[test]
fn every_reason_against_a_size_is_met() {
    let mut random = Random::new(23);
    let mut met = [0; 4];
    for round in 0..CASES {
        let case = Sizing::any(&mut random, round % 2 == 0);
        let (position, size) = taken(&case);
        let refusal = match round % 2 {
            0 => supply_assets(&position, &case.wallet, &size),
            _ => repay_assets(&position, &case.wallet, &size),
        };
        match refusal {
            Ok(_) => {}
            Err(Unattainable::RatioTooLow { ratio_wad }) => {
                assert!(matches!(case.stated, Stated::Ratio(ratio) if ratio == ratio_wad));
                met[0] += 1;
            }
            Err(Unattainable::PrincipalNegative { .. }) => met[1] += 1,
            Err(Unattainable::WrongDirection { .. }) => met[2] += 1,
            Err(Unattainable::Overflow) => met[3] += 1,
        }
    }
    assert!(met.iter().all(|times| *times > CASES / 100), "{met:?}");
}
