//! Rolls: a debt that is replaced by one of another maturity, or of none, in the same market. Exactly's own manager,
//! on a copy of the same chain at the same second, says what the debts must be.

use crate::{
    debts::{DAY, ROUNDING, WEEK, events, paid_for_face, percent},
    stage::{ALICE, Stage, near, times, usdc},
};
use alloy_primitives::U256;
use debt_manager::abi::IDebtManager::{FlashLiquidityTooLow, Market, Migrate, NothingToMigrate, PortionTooHigh};
use devnet::{Receipt, Tx};
use protocols::{
    exactly::{IMarket, RollFixed, WAD},
    manager::{self, Order},
};

/// The floating rate, in place of a maturity.
const FLOATING: U256 = U256::ZERO;
/// All of a debt, 18 decimals.
pub(crate) const WHOLE: U256 = U256::from_limbs([WAD, 0, 0, 0]);

/// From which maturity to which, and how much of the debt, 18 decimals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Roll {
    pub(crate) from: U256,
    pub(crate) to: U256,
    pub(crate) portion: U256,
}

impl Roll {
    /// A position in the USDC market whose debt falls due then.
    fn due(stage: &Stage, maturity: U256) -> Market {
        let market = stage.market().address;
        Market { maturity, ..manager::position(market, market) }
    }

    pub(crate) fn order(self, stage: &Stage) -> Order<Migrate> {
        let Self { from, to, portion } = self;
        manager::migrate(Self::due(stage, from), Self::due(stage, to)).portions(portion, WHOLE)
    }

    /// By our contract.
    pub(crate) fn ours(self, stage: &Stage) -> Tx {
        stage.dm.send(ALICE, self.order(stage))
    }

    /// By Exactly's.
    fn theirs(self, stage: &Stage) -> Tx {
        let (theirs, market) = (stage.world.exactly.manager(), stage.market().address);
        let Self { from, to, portion: percentage } = self;
        let roll = |maturity| protocols::exactly::Roll { maturity, max_debt: U256::MAX, percentage };
        if to.is_zero() {
            theirs.roll_fixed_to_floating(ALICE, market, roll(from), None)
        } else if from.is_zero() {
            theirs.roll_floating_to_fixed(ALICE, market, roll(to), None)
        } else {
            let (max_repay, max_borrow) = (U256::MAX, U256::MAX);
            let roll = RollFixed { repay_maturity: from, borrow_maturity: to, max_repay, max_borrow, percentage };
            theirs.roll_fixed(ALICE, market, roll, None)
        }
    }

    /// The two debts.
    fn debts(self, stage: &Stage) -> [U256; 2] {
        [self.from, self.to].map(|maturity| stage.owed(maturity))
    }

    /// Both managers' debts may differ by so many units. The deposits are equal but for conversions.
    fn is_equal_to_exactlys(self, stage: &Stage, units: u64) -> Receipt {
        let (mut ours, mut theirs) = (stage.clone(), stage.clone());
        let receipt = ours.succeeds(self.ours(stage));
        theirs.succeeds(self.theirs(stage));
        let (is, should) = (self.debts(&ours), self.debts(&theirs));
        let equal = is.iter().zip(should).all(|(is, should)| is.abs_diff(should) <= U256::from(units));
        assert!(equal, "{self:?}: {is:?} {should:?}");
        assert!(near(ours.alice().deposit, theirs.alice().deposit), "{self:?}");
        receipt
    }
}

/// Alice at 2x with 100 USDC, with a debt that falls due then, in the hands of either manager.
fn owing(nth: Option<u64>) -> (Stage, U256) {
    let mut stage = Stage::new();
    let maturity = nth.map_or(FLOATING, |nth| stage.maturity(nth));
    stage.alice_owes_until(maturity);
    let theirs = stage.world.exactly.manager().address;
    stage.market().approve(&mut stage.chain, ALICE, theirs, U256::MAX).unwrap();
    (stage, maturity)
}

/// The three kinds of roll of a whole debt: to another maturity, to the floating rate, and from it.
pub(crate) fn kinds() -> [(Stage, Roll); 3] {
    let (fixed, from) = owing(Some(2));
    let (floating, _) = owing(None);
    let to = fixed.maturity(3);
    let roll = |from, to| Roll { from, to, portion: WHOLE };
    [(fixed.clone(), roll(from, to)), (fixed, roll(from, FLOATING)), (floating, roll(FLOATING, to))]
}

/// The same in part.
fn parts() -> [U256; 5] {
    [percent(1), percent(10), percent(50), WHOLE / U256::from(3), WHOLE - U256::ONE]
}

#[test]
fn a_whole_debt_is_rolled_as_exactlys_manager_would() {
    for (mut stage, roll) in kinds() {
        stage.passes(WEEK);
        // A floating debt is repaid by its shares, of which Exactly's leaves some.
        let units = if roll.from.is_zero() { 2 } else { 0 };
        roll.is_equal_to_exactlys(&stage, units);
        stage.succeeds(roll.ours(&stage));
        let [left, new] = roll.debts(&stage);
        assert!(left.is_zero() && new > usdc(99), "{roll:?}: {left} {new}");
    }
}

#[test]
fn a_part_is_rolled_as_exactlys_manager_would() {
    for (mut stage, roll) in kinds() {
        stage.passes(3 * DAY);
        // Of a floating debt the part is rounded up, Exactly's down; a share of it is more than a unit.
        let units = if roll.from.is_zero() { 2 } else { 0 };
        for portion in parts() {
            Roll { portion, ..roll }.is_equal_to_exactlys(&stage, units);
        }
    }
}

#[test]
fn a_late_debt_is_rolled_as_exactlys_manager_would() {
    for (stage, roll) in kinds().into_iter().take(2) {
        for late in [0, 1, DAY, WEEK] {
            let mut stage = stage.clone();
            stage.late_by(roll.from, late);
            for portion in parts().into_iter().chain([WHOLE]) {
                let receipt = Roll { portion, ..roll }.is_equal_to_exactlys(&stage, 0);
                let (paid, covered) = paid_for_face(&receipt);
                assert!(if late < DAY { paid >= covered } else { paid > covered });
            }
        }
    }
}

#[test]
fn a_previous_debt_there_is_kept() {
    for (mut stage, roll) in kinds() {
        let order = manager::leverage(stage.market().address, U256::ZERO, times(2)).adding(usdc(20)).maturing(roll.to);
        stage.succeeds(stage.dm.send(ALICE, order));
        let before = stage.owed(roll.to);
        let units = if roll.from.is_zero() { 2 } else { 1 };
        for portion in [percent(50), WHOLE] {
            Roll { portion, ..roll }.is_equal_to_exactlys(&stage, units);
        }
        stage.succeeds(roll.ours(&stage));
        assert!(stage.owed(roll.to) > before + usdc(99));
    }
}

#[test]
fn a_debt_can_be_rolled_to_an_earlier_maturity() {
    let (mut stage, from) = owing(Some(5));
    stage.passes(DAY);
    let roll = Roll { from, to: stage.maturity(1), portion: WHOLE };
    roll.is_equal_to_exactlys(&stage, 0);
}

/// What a roll repays, offered at most at a time by the vault, in so many rounds.
pub(crate) fn in_rounds(stage: &mut Stage, roll: Roll, rounds: u64) -> U256 {
    let room = if roll.portion == WHOLE { U256::from(ROUNDING) } else { U256::ZERO };
    // Two seconds of floating interest, or of penalty, go by.
    let needed = (stage.owed(roll.from) + U256::from(20)) * roll.portion / WHOLE + room;
    let available = needed.div_ceil(U256::from(rounds));
    stage.vault_holds(available);
    available
}

fn repayments(receipt: &Receipt) -> usize {
    events::<IMarket::RepayAtMaturity>(receipt).len() + events::<IMarket::Repay>(receipt).len()
}

#[test]
fn a_roll_beyond_the_vaults_liquidity_is_done_in_rounds() {
    for (stage, roll) in kinds() {
        for portion in [WHOLE, percent(50)] {
            for rounds in [2, 3, 32] {
                let (mut stage, roll) = (stage.clone(), Roll { portion, ..roll });
                in_rounds(&mut stage, roll, rounds);
                // Exactly's borrows as much in each of its rounds and leaves what it divided off.
                let receipt = roll.is_equal_to_exactlys(&stage, 3 * rounds);
                assert_eq!(repayments(&receipt), rounds as usize, "{roll:?}");
                stage.succeeds(roll.ours(&stage));
                assert!(portion != WHOLE || stage.owed(roll.from).is_zero(), "{roll:?}");
            }
        }
    }
}

#[test]
fn a_late_debt_is_rolled_in_three_rounds() {
    for (mut stage, roll) in kinds().into_iter().take(2) {
        stage.late_by(roll.from, WEEK);
        stage.vault_holds(usdc(40));
        let receipt = roll.is_equal_to_exactlys(&stage, 10);
        assert_eq!(repayments(&receipt), 3);
        stage.succeeds(roll.ours(&stage));
        assert_eq!(stage.owed(roll.from), U256::ZERO);
    }
}

#[test]
fn more_rounds_than_thirty_two_are_refused() {
    for (mut stage, roll) in kinds() {
        let needed = |stage: &Stage| {
            let mut copy = stage.clone();
            copy.passes(0);
            copy.passes(0);
            copy.owed(roll.from)
        };
        for available in [usdc(3), U256::ONE, U256::ZERO] {
            let needed = needed(&stage);
            stage.vault_holds(available);
            let tx = roll.ours(&stage);
            stage.reverts(tx, &FlashLiquidityTooLow { available, needed });
        }
    }
}

#[test]
fn a_debt_is_not_rolled_to_where_it_is() {
    for (mut stage, roll) in kinds() {
        for vault in [usdc(1_000), usdc(40), U256::ZERO] {
            stage.vault_holds(vault);
            let tx = Roll { to: roll.from, ..roll }.ours(&stage);
            stage.reverts(tx, &NothingToMigrate {});
        }
    }
}

#[test]
fn nothing_of_a_debt_and_no_debt_are_not_rolled() {
    let [(mut stage, roll), ..] = kinds();
    let none = Roll { portion: U256::ZERO, ..roll };
    let empty = Roll { from: stage.maturity(5), ..roll };
    for roll in [none, empty] {
        let tx = roll.ours(&stage);
        stage.reverts(tx, &NothingToMigrate {});
    }
    let portion = WHOLE + U256::ONE;
    let tx = Roll { portion, ..roll }.ours(&stage);
    stage.reverts(tx, &PortionTooHigh { portion });
}
