//! Alice's debts, one by one, and what the lenders' events say was paid for them.

use crate::stage::{ALICE, Stage, usdc};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolEvent;
use devnet::Receipt;
use protocols::{
    exactly::{IMarket, WAD, fixed},
    manager,
};

/// Units that the last round of a full repayment keeps free for what rounding left in the others, one in each.
pub(crate) const ROUNDING: u64 = 32;
/// Seconds in a day.
pub(crate) const DAY: u64 = 24 * 60 * 60;
/// What a market charges a second past the maturity, 18 decimals.
const PENALTY_RATE: u64 = WAD / 10_000 * 45 / DAY;
/// Seconds in a week.
pub(crate) const WEEK: u64 = 7 * DAY;

/// So many hundredths, 18 decimals.
pub(crate) fn percent(hundredths: u64) -> U256 {
    U256::from(hundredths) * U256::from(WAD) / U256::from(100)
}

/// The penalty on a face so many seconds late.
pub(crate) fn penalty(face: U256, seconds: u64) -> U256 {
    face * U256::from(PENALTY_RATE * seconds) / U256::from(WAD)
}

impl Stage {
    /// The `nth` maturity from now.
    pub(crate) fn maturity(&self, nth: u64) -> U256 {
        fixed::maturity(&self.chain, nth)
    }

    /// What an account owes at a maturity, with all the interest up to it; 0 for the floating rate.
    pub(crate) fn owed_by(&self, account: Address, maturity: U256) -> U256 {
        let market = self.market();
        match maturity.is_zero() {
            true => market.floating_debt(&self.chain, account),
            false => market.fixed_borrow(&self.chain, maturity, account).total(),
        }
    }

    /// What Alice owes at a maturity, with all the interest up to it; 0 for the floating rate.
    pub(crate) fn owed(&self, maturity: U256) -> U256 {
        self.owed_by(ALICE, maturity)
    }

    /// Alice leverages 100 USDC twice, with a debt that falls due then.
    pub(crate) fn alice_owes_until(&mut self, maturity: U256) -> Receipt {
        let order = manager::leverage(self.market().address, usdc(100), percent(200)).maturing(maturity);
        self.succeeds(self.dm.send(ALICE, order))
    }

    /// Lets time pass. A block ends it, so that views see the world as it is then.
    pub(crate) fn passes(&mut self, seconds: u64) {
        self.chain.advance_time(seconds);
        self.chain.mine();
    }

    /// Goes on to where the next block comes so many seconds after a maturity.
    pub(crate) fn late_by(&mut self, maturity: U256, seconds: u64) {
        let next = maturity.to::<u64>() + seconds;
        self.passes(next - self.chain.next_timestamp() - 1);
        assert_eq!(self.chain.next_timestamp(), next);
    }

    /// Leaves Balancer's vault so many units to lend.
    pub(crate) fn vault_holds(&mut self, units: U256) {
        let token = self.market().token;
        self.world.balancer.set_liquidity(&mut self.chain, token, units).unwrap();
    }
}

/// The events of one kind, of any market.
pub(crate) fn events<E: SolEvent>(receipt: &Receipt) -> Vec<E> {
    receipt.logs.iter().filter_map(|log| E::decode_log(log).ok()).map(|log| log.data).collect()
}

/// What was paid for debts of fixed maturity, and the face that it covered.
pub(crate) fn paid_for_face(receipt: &Receipt) -> (U256, U256) {
    events::<IMarket::RepayAtMaturity>(receipt)
        .into_iter()
        .fold(Default::default(), |(paid, face), event| (paid + event.assets, face + event.positionAssets))
}
