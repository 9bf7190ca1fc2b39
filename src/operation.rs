//! What the verbs have in common: how an operation begins and how it ends.

use crate::{
    abi::Position,
    bounds::Bounds,
    calldata::Calldata,
    deleverage,
    door::{Door, Extras, Verb},
    error::Error,
    event,
    exchange::Exchange,
    flash::Source,
    flight::Lock,
    holding::{Holding, Name},
    host,
    lender::{Debt, Lender},
    leverage,
    math::{self, Rate, exact},
    sizing::Size,
    token::Token,
};
use alloy_primitives::{Address, U256};

/// Tokens that an operation handles, at most.
const TOKENS: usize = 4;

/// A token that an operation handles, and what this contract held of it before.
#[derive(Clone, Copy)]
struct Till {
    token: Token,
    before: U256,
    rate: Rate,
}

/// An operation under way, in the outermost frame.
pub(crate) struct Operation<'a> {
    lock: Lock,
    tills: [Option<Till>; TOKENS],
    source: Source,
    bounds: Bounds<'a>,
    extras: Extras<'a>,
    /// Whose position it is.
    pub(crate) account: Address,
    /// This contract.
    pub(crate) this: Address,
}

/// What `leverage` and `deleverage` do, but for the exchange, which is their own.
pub(crate) fn adjust(mut calldata: Calldata<'_>, verb: Verb, door: Door) -> Position {
    let lock = Lock::take();
    let start = calldata;
    let (name, size, wallet_assets) = (Name::decode(&mut calldata), Size::decode(&mut calldata), calldata.uint());
    let mut operation = Operation::begin(lock, start, calldata, verb, door);
    let mut holding = Holding::find(&name);
    let deposit_assets = if verb == Verb::Leverage { wallet_assets } else { U256::ZERO };
    operation.admit(verb, &[&holding], &holding.collateral.asset, &deposit_assets);

    let account = operation.account;
    let (position, owed) = holding.measure(&account);
    let deposited = exact::convert_down(&holding.collateral_rate, &deposit_assets);
    let before = holding.worth(&position, (true, true)).with(&deposited);
    match verb {
        Verb::Leverage => leverage::carry_out(&operation, &holding, &position, &size, &wallet_assets),
        _ => deleverage::carry_out(&operation, &holding, &position, &owed, &size, &wallet_assets),
    }
    let swept = operation.settle();
    let (after, _) = holding.measure(&account);
    let loss = holding.worth(&after, (true, true)).with(&swept).loss_since(&before);
    operation.end(verb, &name, holding.lender, &after, &loss);
    after
}

impl<'a> Operation<'a> {
    /// Reads what all operations end with, for an account whose door has not been opened yet.
    pub(crate) fn begin(
        lock: Lock,
        start: Calldata<'a>,
        mut calldata: Calldata<'a>,
        verb: Verb,
        door: Door,
    ) -> Operation<'a> {
        let (source, bounds) = (Source::decode(&mut calldata), Bounds::decode(&mut calldata));
        let extras = Extras::decode(&start, calldata, verb, door);
        let (account, this) = (extras.account(), host::this());
        Self { lock, tills: [None; TOKENS], source, bounds, extras, account, this }
    }

    /// Counts what is here, lets the account in with its deposit, and submits its approvals.
    pub(crate) fn admit(&mut self, verb: Verb, holdings: &[&Holding], asset: &Token, deposit_assets: &U256) {
        for holding in holdings {
            self.open(&holding.collateral.asset, holding.collateral_rate);
            self.open(&holding.owed.asset, holding.debt_rate);
        }
        let has_part = |token: &Address| {
            holdings.iter().any(|holding| {
                let (collateral, owed) = (&holding.collateral, &holding.owed);
                let all = [&collateral.asset.0, &owed.asset.0, collateral.market.address(), owed.market.address()];
                all.contains(&token)
            })
        };
        self.extras.authorizations.submit(&self.account, &self.this, has_part);
        self.extras.admit(verb, self.bounds.deadline(), asset, deposit_assets);
    }

    /// Carries out an exchange. What a debt of fixed maturity takes of an allowance, its fee included, is not known
    /// beforehand: what is too much is used up at the end.
    pub(crate) fn exchange(&self, mut exchange: Exchange, route: usize) {
        let Debt { market, maturity } = &exchange.take_side.debt;
        exchange.trims_allowance = maturity.is_zero() && self.extras.authorizations.uses_up(market.address());
        let route = self.extras.routes.get(route).copied().unwrap_or_default();
        self.source.advance(&self.lock.flight(), &mut exchange, route);
    }

    fn open(&mut self, token: &Token, rate: Rate) {
        for till in &mut self.tills {
            match till {
                Some(open) if open.token.0 == token.0 => return,
                Some(_) => {}
                None => {
                    *till = Some(Till { token: *token, before: token.balance_of(&self.this), rate });
                    return;
                }
            }
        }
    }

    /// Sends to the wallet what is here beyond what was here before, and leaves nothing of the approvals. Returns what
    /// the wallet got is worth.
    pub(crate) fn settle(&self) -> U256 {
        let mut worth = U256::ZERO;
        for Till { token, before: expected, rate } in self.tills.iter().flatten() {
            let balance = &token.balance_of(&self.this);
            let Some(spare) = math::sub(balance, expected) else {
                Error::ResidualBalance { balance, expected }.revert();
            };
            if !spare.is_zero() {
                token.transfer(&self.account, &spare);
                worth = exact::add(&worth, &exact::convert_down(rate, &spare));
            }
        }
        self.extras.authorizations.settle(&self.account, &self.this);
        worth
    }

    /// Holds the outcome against the caller's bounds and says what was done.
    pub(crate) fn end(self, verb: Verb, name: &Name, lender: Lender, after: &Position, loss: &U256) {
        self.bounds.check(after, loss);
        self.bounds.check_health(lender, &self.account);
        event::emit(verb, &self.account, name, after);
        self.lock.release();
    }
}
