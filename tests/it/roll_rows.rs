//! Long rows of rolls by four accounts between all maturities and the floating rate, early and late, at once and in
//! rounds. After each, what an account owes has changed by what was declared, and by nothing else.

use crate::{
    debts::{DAY, ROUNDING, events, paid_for_face, penalty},
    random::Random,
    rolls::{Roll, WHOLE},
    stage::{Stage, times, usdc},
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolError;
use debt_manager::abi::IDebtManager::{FlashLiquidityTooLow, NothingToMigrate};
use devnet::Receipt;
use protocols::{
    exactly::{
        IMarket::{Borrow, BorrowAtMaturity, Repay, RepayAtMaturity},
        fixed::INTERVAL,
    },
    manager,
};

/// Rolls in a row, each of another seed.
const STEPS: usize = 250;
const SEEDS: [u64; 2] = [3, 0x5eed];
/// The floating rate, in place of a maturity.
const FLOATING: U256 = U256::ZERO;
/// Maturities ahead that debts are rolled to.
const AHEAD: u64 = 6;
/// Less than this is dust: a part of it may be less than one of the market's shares.
const DUST: U256 = U256::from_limbs([10_000, 0, 0, 0]);
/// Most rounds.
const ROUNDS: u64 = 32;

/// What has happened in a row.
#[derive(Debug, Default)]
struct Tally {
    rolled: usize,
    whole: usize,
    late: usize,
    rounds: usize,
    nothing: usize,
    illiquid: usize,
}

/// A roll that is to be sent in the next block, with what is known before it.
struct Plan {
    account: Address,
    roll: Roll,
    /// What is owed at each maturity then.
    before: Vec<U256>,
    /// What the old debt costs, but for a discount.
    needed: U256,
    /// What the vault holds.
    available: U256,
}

impl Plan {
    /// Rounds that it takes at least and at most; none if nothing is to be rolled.
    fn rounds(&self) -> Option<(U256, U256)> {
        if self.needed.is_zero() || self.roll.from == self.roll.to {
            return None;
        }
        let room = if self.roll.portion == WHOLE { U256::from(ROUNDING) } else { U256::ZERO };
        if self.available >= self.needed {
            return Some((U256::ONE, U256::ONE));
        }
        let rounds = |units: U256| units.checked_add(self.available - U256::ONE).unwrap() / self.available;
        Some((rounds(self.needed), rounds(self.needed + room)))
    }
}

struct Row {
    stage: Stage,
    random: Random,
    accounts: [Address; 4],
    first: U256,
    tally: Tally,
}

impl Row {
    /// Four accounts at 2x and 3x with debts of the floating rate and of three maturities.
    fn new(seed: u64) -> Self {
        let (mut stage, random) = (Stage::new(), Random(seed));
        let first = stage.maturity(1);
        let accounts = [1, 2, 3, 4].map(Address::repeat_byte);
        for (account, nth) in accounts.into_iter().zip(0..) {
            stage.welcome(account);
            stage.watch(account);
            let maturity = if nth == 0 { FLOATING } else { stage.maturity(nth) };
            let order = manager::leverage(stage.market().address, usdc(100), times(2 + nth % 2)).maturing(maturity);
            stage.succeeds(stage.dm.send(account, order));
        }
        Self { stage, random, accounts, first, tally: Tally::default() }
    }

    /// The floating rate and all maturities that there have been.
    fn places(&self) -> Vec<U256> {
        let last = self.stage.maturity(AHEAD);
        let maturities = (0..).map(|nth| self.first + U256::from(nth * INTERVAL)).take_while(|at| *at <= last);
        [FLOATING].into_iter().chain(maturities).collect()
    }

    fn owed(&self, account: Address) -> Vec<U256> {
        self.places().into_iter().map(|place| self.stage.owed_by(account, place)).collect()
    }

    /// Seconds from a maturity to the next block.
    fn late(&self, maturity: U256) -> u64 {
        if maturity.is_zero() { 0 } else { self.stage.chain.next_timestamp().saturating_sub(maturity.to()) }
    }

    /// Chooses a roll; mostly of something.
    fn plan(&mut self) -> Plan {
        let account = self.random.of(&self.accounts);
        let some: Vec<U256> =
            self.places().into_iter().filter(|place| !self.stage.owed_by(account, *place).is_zero()).collect();
        let from = if self.random.below(20) == 0 { self.random.of(&self.places()) } else { self.random.of(&some) };
        let to = match self.random.below(AHEAD + 2) {
            0 | 1 => FLOATING,
            nth => self.stage.maturity(nth - 1),
        };
        let hundredths = [100, 100, 1 + self.random.below(99)];
        let portion = WHOLE / U256::from(100) * U256::from(self.random.of(&hundredths));
        let dust = self.stage.owed_by(account, from) < DUST;
        let roll = Roll { from, to, portion: if dust { WHOLE } else { portion } };
        self.set_vault(if dust { usdc(1_000) } else { self.stage.owed_by(account, from) });
        self.measured(account, roll)
    }

    /// Lets the vault hold plenty, or too little to lend so much at once.
    fn set_vault(&mut self, needed: U256) {
        let units = match self.random.below(3) {
            0 => needed / U256::from(1 + self.random.below(40)),
            _ => usdc(1_000),
        };
        self.stage.vault_holds(units);
    }

    /// Measures what is there at the second of the next block.
    fn measured(&self, account: Address, roll: Roll) -> Plan {
        let late = self.late(roll.from);
        let mut then = Self { stage: self.stage.clone(), random: Random(1), tally: Tally::default(), ..*self };
        then.stage.passes(0);
        let (owed, before) = (then.stage.owed_by(account, roll.from), self.places().into_iter());
        let before = before.map(|place| then.stage.owed_by(account, place)).collect();
        let needed = ((owed + penalty(owed, late)) * roll.portion).div_ceil(WHOLE);
        let available = self.stage.market().token.balance_of(&self.stage.chain, self.stage.world.balancer.vault);
        Plan { account, roll, before, needed, available }
    }

    fn step(&mut self) {
        let wait = self.random.of(&[0, 1, DAY, 2 * DAY, 3 * DAY]);
        self.stage.passes(wait);
        let plan = self.plan();
        let (late, places) = (self.late(plan.roll.from), self.places());
        let token = self.stage.market().token;
        let wallet = token.balance_of(&self.stage.chain, plan.account);
        let receipt = self.stage.send(self.stage.dm.send(plan.account, plan.roll.order(&self.stage)));
        let Some((least, most)) = plan.rounds() else {
            self.tally.nothing += 1;
            return assert_eq!(receipt.output.as_ref(), NothingToMigrate {}.abi_encode(), "{:?}", plan.roll);
        };
        if most > U256::from(ROUNDS) {
            self.tally.illiquid += 1;
            let error = FlashLiquidityTooLow { available: plan.available, needed: plan.needed };
            return assert_eq!(receipt.output.as_ref(), error.abi_encode(), "{:?}", plan.roll);
        }
        assert!(receipt.success, "{:?}: {}", plan.roll, receipt.output);
        let rounds = events::<Repay>(&receipt).len() + events::<RepayAtMaturity>(&receipt).len();
        assert!(U256::from(rounds) >= least && U256::from(rounds) <= most, "{rounds}: {least} to {most}");
        assert_eq!(token.balance_of(&self.stage.chain, plan.account), wallet);
        self.count(&plan, late, rounds);
        self.changed_by_declared_costs(&plan, &receipt, late, &places);
    }

    fn count(&mut self, plan: &Plan, late: u64, rounds: usize) {
        self.tally.rolled += 1;
        self.tally.whole += usize::from(plan.roll.portion == WHOLE);
        self.tally.late += usize::from(late > 0);
        self.tally.rounds += usize::from(rounds > 1);
    }

    /// What is repaid is what is borrowed. The old debt is less by the face that was covered, the new one more by what
    /// was borrowed and its fee; early, less is paid than the face, and late the penalty on top of it. No other debt
    /// has changed.
    fn changed_by_declared_costs(&self, plan: &Plan, receipt: &Receipt, late: u64, places: &[U256]) {
        let Roll { from, to, portion } = plan.roll;
        let rounds = U256::from(events::<Repay>(receipt).len() + events::<RepayAtMaturity>(receipt).len());
        let floating: U256 = events::<Repay>(receipt).iter().map(|event| event.assets).sum();
        let (fixed, face) = paid_for_face(receipt);
        let (paid, covered) = (fixed + floating, face + floating);
        let fixed = events::<BorrowAtMaturity>(receipt);
        let fee: U256 = fixed.iter().map(|event| event.fee).sum();
        let borrowed = events::<Borrow>(receipt).into_iter().map(|event| event.assets);
        let borrowed = borrowed.chain(fixed.iter().map(|event| event.assets)).sum::<U256>();
        assert_eq!(paid, borrowed, "{:?}", plan.roll);
        match (from.is_zero(), late) {
            (true, _) => {}
            (false, 0) => assert!(paid <= covered),
            _ => assert!((covered + penalty(covered, late)).abs_diff(paid) <= rounds, "{paid} {covered}"),
        }
        let after = self.owed(plan.account);
        for ((place, before), after) in places.iter().zip(&plan.before).zip(&after) {
            let mut expected = *before;
            if *place == from {
                expected = before.saturating_sub(covered);
                assert!(portion != WHOLE || after.is_zero(), "{:?}: {after}", plan.roll);
            }
            if *place == to {
                expected += borrowed + fee;
            }
            // Floating debts are counted in shares.
            let tolerance = if place.is_zero() { rounds + U256::from(2) } else { U256::ZERO };
            assert!(after.abs_diff(expected) <= tolerance, "{:?} at {place}: {after} {expected}", plan.roll);
        }
    }

    /// Every account pays back all it owes, and has nothing left there.
    fn close(&mut self) {
        self.stage.vault_holds(usdc(1_000));
        let market = self.stage.market();
        for account in self.accounts {
            for from in self.places() {
                if !from.is_zero() && !self.stage.owed_by(account, from).is_zero() {
                    let roll = Roll { from, to: FLOATING, portion: WHOLE };
                    self.stage.succeeds(self.stage.dm.send(account, roll.order(&self.stage)));
                }
            }
            let order = manager::deleverage(market.address, manager::ALL, times(1));
            self.stage.succeeds(self.stage.dm.send(account, order));
            let left = [market.shares(&self.stage.chain, account), market.floating_shares(&self.stage.chain, account)];
            assert_eq!(left, [U256::ZERO; 2]);
            assert!(market.position(&self.stage.chain, account).debt.is_zero());
        }
    }
}

#[test]
fn rolls_of_four_accounts_change_debts_by_their_declared_costs_alone() {
    for seed in SEEDS {
        let mut row = Row::new(seed);
        for _ in 0..STEPS {
            row.step();
        }
        row.close();
        let Tally { rolled, whole, late, rounds, nothing, illiquid } = row.tally;
        let enough = rolled >= 180 && whole >= 60 && late >= 5 && rounds >= 30 && nothing >= 5 && illiquid >= 2;
        assert!(enough, "{:?}", row.tally);
    }
}
