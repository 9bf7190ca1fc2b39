//! The flash sources, a closed set, and what an operation does with their loan.

pub(crate) mod balancer_v2;

use crate::{
    calldata::Calldata,
    deleverage::{self, Withdraw},
    error::Result,
    flight::Lock,
    lender::Market,
    leverage,
    token::Token,
    word::{Value, words},
};
use alloy_primitives::{Address, U256};

/// Where a loan is taken.
#[derive(Clone, Copy)]
pub(crate) enum Source {
    /// Balancer V2's vault.
    BalancerV2,
}

impl Source {
    /// Reads one word.
    pub(crate) fn decode(calldata: &mut Calldata<'_>) -> Result<Self> {
        calldata.variant(1)?;
        Ok(Self::BalancerV2)
    }

    /// Takes the loan of a plan: carried out in the callback, once, before this returns.
    pub(crate) fn lend(self, lock: &Lock, this: &Address, plan: &Plan) -> Result {
        match self {
            Self::BalancerV2 => balancer_v2::lend(lock, this, plan)?,
        }
        lock.landed()
    }
}

/// What a verb does between receiving the loan and repaying it.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    /// Supply it with `deposit_assets` more, and borrow.
    Raise {
        /// From the wallet, already here.
        deposit_assets: U256,
    },
    /// Repay with it, and withdraw.
    Lower {
        /// For the wallet.
        withdraw: Withdraw,
        /// Leave no debt.
        in_full: bool,
    },
}

/// Words of a plan.
const PLAN: usize = 7;

/// All that a callback needs to know. The operation commits to its hash before it calls the source.
pub(crate) struct Plan {
    /// Whose position it is.
    pub(crate) account: Address,
    /// The market, listed.
    pub(crate) market: Market,
    /// What is lent.
    pub(crate) asset: Token,
    /// How much of it.
    pub(crate) lent_assets: U256,
    /// What to do with it.
    pub(crate) step: Step,
}

impl Plan {
    fn values(&self) -> [Value<'_>; PLAN] {
        let [lender, market] = self.market.values();
        let (step, step_assets) = match &self.step {
            Step::Raise { deposit_assets } => (0, Value::Uint(deposit_assets)),
            Step::Lower { withdraw, in_full } => (1 + u64::from(*in_full), withdraw.value()),
        };
        words![lender, market, self.account, self.asset.0, self.lent_assets, Value::Small(step), step_assets]
    }

    fn decode(bytes: &[u8]) -> Result<Self> {
        let mut calldata = Calldata::new(bytes);
        let market = Market::decode_committed(&mut calldata)?;
        let (account, asset) = (calldata.address()?, Token(calldata.address()?));
        let lent_assets = calldata.uint()?;
        let step = match (calldata.variant(3)?, calldata.uint()?) {
            (0, deposit_assets) => Step::Raise { deposit_assets },
            (step, word) => Step::Lower { withdraw: Withdraw::from_word(word), in_full: step == 2 },
        };
        calldata.end()?;
        Ok(Self { account, market, asset, lent_assets, step })
    }

    /// Carries out the step, after which `due_assets` have been paid to the source.
    fn carry_out(&self, due_assets: &U256, source: &Address) -> Result {
        match &self.step {
            Step::Raise { deposit_assets } => leverage::raise(self, deposit_assets, due_assets, source),
            Step::Lower { withdraw, in_full } => deleverage::lower(self, withdraw, *in_full, due_assets, source),
        }
    }
}
