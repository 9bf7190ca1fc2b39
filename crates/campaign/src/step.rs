//! What happens in a campaign, one thing after another. A step says all that it does without knowing what was before it,
//! so that a failure is still one when the steps that have no part in it are left out.

use crate::{amount::Amount, coin::Coin, people::Person};

/// The three verbs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// Raise leverage.
    Leverage,
    /// Lower it.
    Deleverage,
    /// Move a position.
    Migrate,
}

/// Until when something is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// At the floating rate.
    Floating,
    /// Until the nth maturity from now.
    Pool(u64),
    /// Until any time at all.
    Odd(Amount),
}

/// Where a position is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// What is supplied.
    pub collateral: Coin,
    /// What is owed.
    pub debt: Coin,
    /// Until when.
    pub term: Term,
    /// Not there, but where the account has a deposit and a debt, if it has: of its debts the nth.
    pub held: Option<usize>,
}

/// What the caller accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limits {
    /// Anything.
    Loose,
    /// In one respect exactly the outcome, and so many units less room: with any, the call has to fail.
    Tight(Bound, u8),
    /// Any numbers.
    Wild([Amount; 5]),
}

/// One of the bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The last second.
    Deadline,
    /// Most debt.
    Debt,
    /// Least deposit.
    Collateral,
    /// Most loss.
    Loss,
    /// Least health factor.
    Health,
}

/// Which way a swap takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// One pool.
    Direct,
    /// Two pools, by way of the third asset.
    Around,
    /// Of something else: the other way round, or a path where none belongs.
    Wrong,
}

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Whose position.
    pub person: Person,
    /// What is done.
    pub verb: Verb,
    /// The position.
    pub place: Place,
    /// Where a migration leads.
    pub to: Place,
    /// Whether the size is a ratio.
    pub by_ratio: bool,
    /// The size.
    pub size: Amount,
    /// What comes from the wallet, or goes to it.
    pub assets: Amount,
    /// How much of the debt and of the collateral a migration moves.
    pub portions: [Amount; 2],
    /// Most that a migration's repayment may cost.
    pub repay_max: Amount,
    /// Whether a pool is the flash source.
    pub by_pool: bool,
    /// The swaps' ways.
    pub routes: [Route; 2],
    /// What the caller accepts.
    pub limits: Limits,
    /// Chooses among what the account can give the contract for it: the kinds of permits, and how much they are of.
    pub variety: u64,
    /// How an allowance or a signature is short of what is needed, if it is: any number that chooses.
    pub fault: Option<u64>,
}

/// What happens to a call's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// A bit is flipped.
    Flip(u64),
    /// It ends sooner.
    Cut(u64),
    /// Zeros or ones follow it.
    Grow(u64, bool),
    /// One word is another number.
    Word(u64, Amount),
    /// Two words are exchanged.
    Swap(u64, u64),
    /// It is another function's.
    Selector(u64),
    /// It stays as it is, and somebody else sends it.
    Sender,
}

/// What the lender offers without the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Supply.
    Deposit,
    /// Borrow at the floating rate.
    Borrow,
    /// Repay at the floating rate.
    Repay,
    /// Withdraw.
    Withdraw,
    /// Supply until a maturity.
    DepositFixed,
    /// Borrow until a maturity.
    BorrowFixed,
    /// Repay a debt of a maturity.
    RepayFixed,
    /// Make a deposit collateral.
    Enter,
    /// Make it none any more.
    Exit,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// An operation of the contract's.
    Operate(Operation),
    /// The same, with data that is not what it should be.
    Malform(Operation, Damage),
    /// The attacker calls back as a source would, or calls something that is not there.
    Intrude(u64),
    /// Somebody sends again what was signed and has been performed.
    Replay(Person),
    /// Somebody deals with the lender directly.
    Lend(Person, Action, Coin, Amount, u64),
    /// Seconds pass.
    Wait(u64),
    /// The price is so many thousandths of what it was when the world began.
    Price(Coin, u64),
    /// The flash source has no more than so much left, or is full again.
    Vault(Coin, Option<Amount>),
    /// The flash source charges so many millionths.
    Fee(u64),
    /// The attacker liquidates somebody.
    Liquidate(Person, Coin, Coin),
}

impl Action {
    /// What it is.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Deposit => "deposit",
            Self::Borrow => "borrow",
            Self::Repay => "repay",
            Self::Withdraw => "withdraw",
            Self::DepositFixed => "deposit, fixed",
            Self::BorrowFixed => "borrow, fixed",
            Self::RepayFixed => "repay, fixed",
            Self::Enter => "enter a market",
            Self::Exit => "leave a market",
        }
    }
}
