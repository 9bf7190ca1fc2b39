//! Sizes worked out by hand.

use super::*;
use crate::math::WAD;

fn units(assets: u64) -> U256 {
    U256::from(assets)
}

fn position(collateral: u64, debt: u64) -> Position {
    Position { collateral: units(collateral), debt: units(debt) }
}

fn ratio(tenths: u64) -> Size {
    Size::RatioWad(WAD * units(tenths) / units(10))
}

#[test]
fn a_hundred_at_three_borrows_two_hundred() {
    assert_eq!(supply_assets(&position(0, 0), &units(100), &ratio(30)), Ok(units(200)));
}

#[test]
fn an_increase_borrows_the_difference() {
    assert_eq!(supply_assets(&position(300, 200), &units(0), &ratio(40)), Ok(units(100)));
    assert_eq!(supply_assets(&position(300, 200), &units(50), &ratio(30)), Ok(units(100)));
}

#[test]
fn a_deposit_can_turn_a_negative_principal_positive() {
    assert_eq!(supply_assets(&position(0, 50), &units(150), &ratio(20)), Ok(units(50)));
    let negative = Unattainable::PrincipalNegative { collateral: units(40), owed: units(50) };
    assert_eq!(supply_assets(&position(0, 50), &units(40), &ratio(20)), Err(negative));
}

#[test]
fn the_ratio_already_met_borrows_nothing_and_a_lower_one_is_refused() {
    assert_eq!(supply_assets(&position(300, 200), &units(0), &ratio(30)), Ok(units(0)));
    let wrong = Unattainable::WrongDirection { debt_target: units(100), debt: units(200) };
    assert_eq!(supply_assets(&position(300, 200), &units(0), &ratio(20)), Err(wrong));
}

#[test]
fn a_ratio_below_one_is_refused() {
    let ratio_wad = WAD - units(1);
    let low = Unattainable::RatioTooLow { ratio_wad };
    assert_eq!(supply_assets(&position(1, 0), &units(0), &Size::RatioWad(ratio_wad)), Err(low));
    assert_eq!(repay_assets(&position(1, 0), &units(0), &Size::RatioWad(ratio_wad)), Err(low));
}

#[test]
fn a_decrease_repays_down_to_the_ratio() {
    assert_eq!(repay_assets(&position(400, 300), &units(0), &ratio(10)), Ok(units(300)));
    assert_eq!(repay_assets(&position(400, 300), &units(0), &ratio(20)), Ok(units(200)));
    assert_eq!(repay_assets(&position(400, 300), &units(50), &ratio(20)), Ok(units(250)));
}

#[test]
fn a_decrease_to_a_higher_ratio_is_refused() {
    let wrong = Unattainable::WrongDirection { debt_target: units(400), debt: units(300) };
    assert_eq!(repay_assets(&position(400, 300), &units(0), &ratio(50)), Err(wrong));
}

#[test]
fn an_explicit_repayment_stops_at_the_debt() {
    assert_eq!(repay_assets(&position(400, 300), &units(0), &Size::Assets(units(299))), Ok(units(299)));
    assert_eq!(repay_assets(&position(400, 300), &units(0), &Size::Assets(units(301))), Ok(units(300)));
}

#[test]
fn rounding_leaves_at_most_the_debt_of_the_ratio() {
    // 3 * 0.5 = 1.5 rounds down to a debt of 1, in both directions.
    assert_eq!(supply_assets(&position(3, 0), &units(0), &ratio(15)), Ok(units(1)));
    assert_eq!(repay_assets(&position(6, 3), &units(0), &ratio(15)), Ok(units(2)));
}

#[test]
fn what_does_not_fit_is_an_error() {
    let size = Size::RatioWad(U256::MAX);
    assert_eq!(supply_assets(&position(2, 0), &units(0), &size), Err(Unattainable::Overflow));
    assert_eq!(supply_assets(&position(1, 0), &U256::MAX, &size), Err(Unattainable::Overflow));
    assert_eq!(repay_assets(&position(1, 1), &U256::MAX, &size), Err(Unattainable::Overflow));
}
