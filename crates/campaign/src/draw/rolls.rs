//! Draws rolls: four people move debts of one asset from maturity to maturity, and time passes them.

use super::{HOUR, drained, sensible};
use crate::{
    amount::{Amount, Base},
    coin::Coin,
    people::Person,
    rng::Rng,
    step::{Limits, Operation, Place, Route, Step, Term, Verb},
};

/// Who rolls: each lets the contract act in another way.
const PEOPLE: [Person; 4] = [Person::Alice, Person::Bob, Person::Carol, Person::Dave];

/// The next step.
pub(super) fn step(rng: &mut Rng) -> Step {
    match rng.below(100) {
        0..75 => Step::Operate(roll(rng)),
        75..82 => Step::Operate(opened(rng)),
        82..93 => Step::Wait(rng.below(24 * 24 * HOUR)),
        93..97 => Step::Vault(Coin::Usdc, rng.percent(50).then(|| drained(rng))),
        _ => Step::Fee(super::fee(rng)),
    }
}

/// A step that opens a position.
pub(super) fn opening(rng: &mut Rng) -> Step {
    Step::Operate(opened(rng))
}

fn opened(rng: &mut Rng) -> Operation {
    Operation {
        person: rng.pick(&PEOPLE),
        verb: Verb::Leverage,
        place: place(rng),
        by_ratio: false,
        size: Amount::part(Base::Dollars, rng.between(10, 100)),
        assets: Amount::part(Base::Dollars, rng.between(50, 200)),
        limits: Limits::Loose,
        fault: None,
        ..sensible(rng)
    }
}

fn place(rng: &mut Rng) -> Place {
    let term = if rng.percent(40) { Term::Floating } else { Term::Pool(rng.between(1, 3)) };
    Place { collateral: Coin::Usdc, debt: Coin::Usdc, term, held: None }
}

/// Of a debt that there is, whole or in part, to another time.
fn roll(rng: &mut Rng) -> Operation {
    let operation = sensible(rng);
    let from = Place { held: Some(rng.below(4) as usize), ..place(rng) };
    let repay_max = match rng.below(4) {
        0 => Amount::part(Base::Debt, rng.between(950, 1_050)),
        _ => Amount::MAX,
    };
    Operation {
        person: rng.pick(&PEOPLE),
        verb: Verb::Migrate,
        place: from,
        to: place(rng),
        repay_max,
        by_pool: false,
        routes: [Route::Direct; 2],
        ..operation
    }
}
