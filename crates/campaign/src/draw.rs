//! Draws steps: most of them sensible, so that they succeed, and the others as wild as they can be.

mod rolls;

use crate::{
    amount::{Amount, Base},
    coin::Coin,
    people::Person,
    rng::Rng,
    run::Theme,
    step::{Action, Bound, Damage, Limits, Operation, Place, Route, Step, Term, Verb},
};

/// Seconds of an hour, and of a year.
const HOUR: u64 = 3_600;
const YEAR: u64 = 365 * 24 * HOUR;

/// The next step.
pub(crate) fn step(theme: Theme, rng: &mut Rng) -> Step {
    match theme {
        Theme::Everything => anything(rng),
        Theme::Rolls => rolls::step(rng),
    }
}

fn anything(rng: &mut Rng) -> Step {
    match rng.below(100) {
        0..54 => Step::Operate(sensible(rng)),
        54..64 => Step::Operate(wild(rng)),
        64..72 => Step::Malform(sensible(rng), damage(rng)),
        72..75 => Step::Intrude(rng.draw()),
        75..76 => Step::Replay(rng.pick(&[Person::Dave, Person::Wallet])),
        76..86 => lend(rng),
        86..91 => Step::Wait(seconds(rng)),
        91..94 => Step::Price(asset(rng), rng.between(600, 1_500)),
        94..97 => Step::Vault(asset(rng), rng.percent(50).then(|| drained(rng))),
        97..98 => Step::Fee(fee(rng)),
        _ => Step::Liquidate(rng.pick(&Person::USERS), asset(rng), asset(rng)),
    }
}

/// A step that opens a position.
pub(crate) fn opening(theme: Theme, rng: &mut Rng) -> Step {
    if theme == Theme::Rolls {
        return rolls::opening(rng);
    }
    let mut operation = Operation { verb: Verb::Leverage, by_ratio: true, limits: Limits::Loose, ..sensible(rng) };
    leverage(rng, &mut operation);
    Step::Operate(operation)
}

/// What the flash source charges, in millionths: nothing, most often.
fn fee(rng: &mut Rng) -> u64 {
    rng.weighted(&[(6, 0), (1, 1), (1, 500), (1, 5_000), (1, 10_000)])
}

fn asset(rng: &mut Rng) -> Coin {
    rng.weighted(&[(6, Coin::Usdc), (4, Coin::Weth), (3, Coin::WstEth), (1, Coin::Dai)])
}

fn seconds(rng: &mut Rng) -> u64 {
    match rng.below(20) {
        0 => rng.below(YEAR),
        1..8 => rng.below(40 * 24 * HOUR),
        8..16 => rng.below(24 * HOUR),
        _ => rng.below(3),
    }
}

/// What is left of the vault: nothing, or so little that loans need rounds.
fn drained(rng: &mut Rng) -> Amount {
    Amount::part(Base::Dollars, rng.pick(&[0, 1, 10, 50, 200, 1_000]))
}

fn lend(rng: &mut Rng) -> Step {
    let action = rng.pick(&[
        Action::Deposit,
        Action::Borrow,
        Action::Repay,
        Action::Withdraw,
        Action::DepositFixed,
        Action::BorrowFixed,
        Action::RepayFixed,
        Action::Enter,
        Action::Exit,
    ]);
    let base = match action {
        Action::Repay | Action::RepayFixed => Base::Debt,
        Action::Withdraw => Base::Deposit,
        _ => Base::Dollars,
    };
    let part = if base == Base::Dollars { rng.between(1, 200) } else { rng.between(1, 1_000) };
    Step::Lend(rng.pick(&Person::USERS), action, asset(rng), Amount::part(base, part), rng.between(1, 3))
}

fn place(rng: &mut Rng) -> Place {
    let collateral = asset(rng);
    // What nothing trades is its own debt, but for a few attempts.
    let is_traded = Coin::TRADED.contains(&collateral) || rng.percent(5);
    let debt = if rng.percent(55) || !is_traded { collateral } else { rng.pick(&Coin::TRADED) };
    let term = if rng.percent(70) { Term::Floating } else { Term::Pool(rng.between(1, 3)) };
    Place { collateral, debt, term, held: None }
}

/// A ratio between two, in hundredths, at 18 decimals.
fn ratio(rng: &mut Rng, least: u64, most: u64) -> Amount {
    Amount::part(Base::Wad, rng.between(least, most) * 10)
}

/// An operation that could well succeed.
pub(crate) fn sensible(rng: &mut Rng) -> Operation {
    let verb = rng.weighted(&[(4, Verb::Leverage), (3, Verb::Deleverage), (3, Verb::Migrate)]);
    let mut operation = Operation {
        person: rng.pick(&Person::USERS),
        verb,
        place: place(rng),
        to: place(rng),
        by_ratio: rng.percent(60),
        size: Amount::ZERO,
        assets: Amount::ZERO,
        portions: [portion(rng), portion(rng)],
        repay_max: Amount::MAX,
        by_pool: rng.percent(50),
        routes: [route(rng), route(rng)],
        limits: limits(rng),
        variety: rng.draw(),
        fault: rng.percent(6).then(|| rng.draw()),
    };
    match verb {
        Verb::Leverage => leverage(rng, &mut operation),
        Verb::Deleverage => deleverage(rng, &mut operation),
        Verb::Migrate => migrate(rng, &mut operation),
    }
    operation
}

fn leverage(rng: &mut Rng, operation: &mut Operation) {
    if rng.percent(30) {
        operation.place.held = Some(rng.below(3) as usize);
    }
    operation.assets = if rng.percent(85) { Amount::part(Base::Dollars, rng.between(1, 300)) } else { Amount::ZERO };
    operation.size = match operation.by_ratio {
        true => ratio(rng, 100, 350),
        false => Amount::part(Base::Dollars, rng.between(0, 300)),
    };
}

fn deleverage(rng: &mut Rng, operation: &mut Operation) {
    operation.place.held = Some(rng.below(3) as usize);
    let closes = rng.percent(35);
    operation.by_ratio |= closes;
    operation.size = match (operation.by_ratio, closes) {
        (true, true) => Amount::all(Base::Wad),
        (true, false) => ratio(rng, 100, 200),
        (false, _) => Amount { base: Base::Debt, thousandths: rng.between(1, 1_100), shift: rng.pick(&[0, -1, 1]) },
    };
    operation.assets = match closes {
        true => Amount::MAX,
        false if rng.percent(50) => Amount::part(Base::Deposit, rng.between(0, 200)),
        false => Amount::ZERO,
    };
}

fn migrate(rng: &mut Rng, operation: &mut Operation) {
    operation.place.held = Some(rng.below(3) as usize);
    // Most often one side stays: which one, is settled when it is known where the position is.
    operation.to.held = rng.percent(80).then(|| rng.below(2) as usize);
    if rng.percent(20) {
        operation.repay_max = Amount::part(Base::Debt, rng.between(900, 1_100));
    }
}

fn portion(rng: &mut Rng) -> Amount {
    if rng.percent(50) { Amount::all(Base::Wad) } else { Amount::part(Base::Wad, rng.below(1_001)) }
}

fn route(rng: &mut Rng) -> Route {
    rng.weighted(&[(70, Route::Direct), (28, Route::Around), (2, Route::Wrong)])
}

fn limits(rng: &mut Rng) -> Limits {
    if rng.percent(75) {
        return Limits::Loose;
    }
    let bound = rng.pick(&[Bound::Deadline, Bound::Debt, Bound::Collateral, Bound::Loss, Bound::Health]);
    Limits::Tight(bound, u8::from(rng.percent(50)))
}

/// An operation with extreme numbers where it may have any: in one place, in some, or in all.
pub(crate) fn wild(rng: &mut Rng) -> Operation {
    let mut operation = sensible(rng);
    let odds = rng.pick(&[10, 30, 100]);
    let mut change = |amount: &mut Amount| {
        if rng.percent(odds) {
            *amount = Amount::extreme(rng);
        }
    };
    change(&mut operation.size);
    change(&mut operation.assets);
    change(&mut operation.portions[0]);
    change(&mut operation.portions[1]);
    change(&mut operation.repay_max);
    for term in [&mut operation.place.term, &mut operation.to.term] {
        let mut maturity = Amount::ZERO;
        change(&mut maturity);
        if maturity != Amount::ZERO {
            *term = Term::Odd(maturity);
        }
    }
    if rng.percent(odds) {
        operation.limits = Limits::Wild([(); 5].map(|()| Amount::extreme(rng)));
    }
    operation
}

fn damage(rng: &mut Rng) -> Damage {
    let (one, other) = (rng.draw(), rng.draw());
    match rng.below(7) {
        0 => Damage::Flip(one),
        1 => Damage::Cut(one),
        2 => Damage::Grow(one, other.is_multiple_of(2)),
        3 => Damage::Word(one, Amount::extreme(rng)),
        4 => Damage::Swap(one, other),
        5 => Damage::Selector(one),
        _ => Damage::Sender,
    }
}
