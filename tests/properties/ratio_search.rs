//! Searches against a lender that rounds as badly as one may.

use super::*;

fn units(units: u64) -> U256 {
    U256::from(units)
}

fn percent(hundredths: u64) -> U256 {
    WAD * units(hundredths) / units(100)
}

/// An account whose collateral counts 90 percent, its debts by 90 percent more, and whose roundings are as bad as a
/// lender's.
fn lender(principal: U256, steps: &U256) -> Option<Weighed> {
    let ratio = ratio_at(steps, &U256::ZERO, &principal)?;
    let debt = debt_at(&ratio, &principal);
    let rounding = U256::from(debt.as_limbs()[0] % 3);
    let collateral = principal + debt - rounding.min(debt);
    let (collateral_value, debt_value) = (collateral * percent(90) / WAD, debt * WAD / percent(90));
    (collateral_value >= debt_value).then_some(Weighed { ratio, principal, collateral_value, debt_value })
}

/// The debt that a ratio asks for.
fn debt_at(ratio: &U256, principal: &U256) -> U256 {
    math::mul_div_down(&math::sub(ratio, &WAD).unwrap(), principal, &WAD).unwrap()
}

/// What the search finds for the health factor passes, and the next step does not. Returns how often it tried.
fn holds_between_neighbours(least: U256, weigh: impl Fn(&U256) -> Option<Weighed>) -> usize {
    let (mut trials, passes) = (Vec::new(), |trial: &Trial| trial.passes(&least));
    let weighed = |word: &Word| {
        let steps = word::uint(word);
        let weighed = weigh(&steps);
        trials.push((steps, weighed.clone()));
        weighed
    };
    let ratio = largest_ratio(weighed, &least);
    let is_it = |weighed: &Option<Weighed>| weighed.as_ref().is_some_and(|weighed| weighed.ratio == ratio);
    let steps = trials.iter().find(|(_, weighed)| is_it(weighed)).unwrap().0;
    let trial = |steps| weigh(&steps).map(|weighed| Trial { steps, weighed });
    assert!(trial(steps).is_some_and(|trial| passes(&trial)), "{ratio} fails");
    assert!(!trial(steps + U256::ONE).is_some_and(|trial| passes(&trial)), "{ratio} is not the largest");
    trials.len()
}

#[test]
fn a_step_is_the_smallest_that_makes_a_difference() {
    for (least, steps, principal) in [(0, 0, 1), (1, 0, 3), (1, 1, 3), (150, 50, 100), (0, 7, 1_000_003)] {
        let ratio = ratio_at(&units(steps), &units(least), &units(principal)).unwrap();
        let asked = |ratio| debt_at(&ratio, &units(principal));
        assert_eq!((asked(ratio), asked(ratio + U256::ONE)), (units(least + steps), units(least + steps + 1)));
    }
    let (principal, least) = (WAD * units(12), units(25));
    let [first, second] = [0, 1].map(|steps| ratio_at(&units(steps), &least, &principal).unwrap());
    assert_eq!((first, second), (WAD + units(3), WAD + units(4)));
    assert!(debt_at(&first, &principal) >= least && debt_at(&(first - U256::ONE), &principal) < least);
    assert_eq!(ratio_at(&units(1), &U256::ZERO, &U256::ZERO), None);
    assert_eq!(ratio_at(&U256::MAX, &U256::ZERO, &U256::ONE), None);
    assert_eq!(ratio_at(&U256::MAX, &U256::ZERO, &principal), None);
}

#[test]
fn the_search_ends_between_neighbours_and_soon() {
    for principal in [units(10), units(100_000_000), units(36_000_000_000), WAD * units(12), WAD * WAD] {
        for least in [percent(101), percent(105), percent(150), percent(300)] {
            let tries = holds_between_neighbours(least, |steps| lender(principal, steps));
            assert!(tries < 20, "{tries} for {principal} at {least}");
        }
    }
}

#[test]
fn below_one_the_lender_decides() {
    let principal = units(100_000_000);
    assert!(holds_between_neighbours(percent(50), |steps| lender(principal, steps)) < 20);
}

#[test]
fn another_limit_than_health_is_found_too() {
    let (principal, limit) = (WAD * units(12), WAD / units(7));
    let capped = |steps: &U256| lender(principal, steps).filter(|_| *steps <= limit);
    assert!(holds_between_neighbours(percent(105), capped) < 400);
}

#[test]
fn where_nothing_passes_there_is_no_ratio() {
    let none = largest_ratio(|_| None, &percent(105));
    let unhealthy = largest_ratio(|steps| lender(WAD, &(word::uint(steps) + WAD)), &percent(10_000));
    assert_eq!([none, unhealthy], [U256::ZERO; 2]);
}
