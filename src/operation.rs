//! What the verbs have in common: how an operation begins and how it ends.

use crate::{
    abi::Position,
    bounds::Bounds,
    door::{Extras, Verb},
    error::{Error, Result},
    event,
    exchange::Exchange,
    flash::Source,
    flight::Lock,
    holding::{Holding, Name},
    host,
    lender::Lender,
    math::{self, Rate},
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
    /// What followed the operation in the calldata.
    pub(crate) extras: Extras<'a>,
    /// Whose position it is.
    pub(crate) account: Address,
    /// This contract.
    pub(crate) this: Address,
}

impl<'a> Operation<'a> {
    /// Begins for an account whose door has not been opened yet.
    pub(crate) fn begin(lock: Lock, source: Source, bounds: Bounds<'a>, extras: Extras<'a>) -> Self {
        let (account, this) = (extras.account(), host::this());
        Self { lock, tills: [None; TOKENS], source, bounds, extras, account, this }
    }

    /// Counts what is here, lets the account in with its deposit, and submits its approvals.
    pub(crate) fn admit(&mut self, verb: Verb, holdings: &[&Holding], asset: &Token, deposit_assets: &U256) -> Result {
        for holding in holdings {
            self.open(&holding.collateral.asset, holding.collateral_rate)?;
            self.open(&holding.owed.asset, holding.debt_rate)?;
        }
        if !self.extras.authorizations.is_empty() {
            let mut tokens = [&self.this; 4 * TOKENS];
            let all = holdings.iter().flat_map(|holding| {
                let (collateral, owed) = (&holding.collateral, &holding.owed);
                [&collateral.asset.0, &owed.asset.0, collateral.market.address(), owed.market.address()]
            });
            for (place, token) in tokens.iter_mut().zip(all) {
                *place = token;
            }
            self.extras.authorizations.submit(&self.account, &self.this, &tokens)?;
        }
        self.extras.admit(verb, self.bounds.deadline(), asset, deposit_assets)
    }

    /// Carries out an exchange.
    pub(crate) fn exchange(&self, mut exchange: Exchange, route: usize) -> Result {
        exchange.trims_allowance = self.extras.authorizations.uses_up(exchange.take_side.debt.market.address());
        let route = self.extras.routes.get(route).copied().unwrap_or_default();
        self.source.advance(&self.lock.flight(), &mut exchange, route)
    }

    fn open(&mut self, token: &Token, rate: Rate) -> Result {
        for till in &mut self.tills {
            match till {
                Some(open) if open.token.0 == token.0 => return Ok(()),
                Some(_) => {}
                None => {
                    *till = Some(Till { token: *token, before: token.balance_of(&self.this)?, rate });
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Sends to the wallet what is here beyond what was here before, and leaves nothing of the approvals. Returns what
    /// the wallet got is worth.
    pub(crate) fn settle(&self) -> Result<U256> {
        let mut worth = U256::ZERO;
        for Till { token, before: expected, rate } in self.tills.iter().flatten() {
            let balance = &token.balance_of(&self.this)?;
            let Some(spare) = math::sub(balance, expected) else {
                return Err(Error::ResidualBalance { balance, expected }.into());
            };
            if !spare.is_zero() {
                token.transfer(&self.account, &spare)?;
                worth = math::add(&worth, &rate.convert_down(&spare)?)?;
            }
        }
        self.extras.authorizations.settle(&self.account, &self.this)?;
        Ok(worth)
    }

    /// Holds the outcome against the caller's bounds and says what was done.
    pub(crate) fn end(self, verb: Verb, name: &Name, lender: Lender, after: &Position, loss: &U256) -> Result<Position> {
        self.bounds.check(after, loss)?;
        self.bounds.check_health(lender, &self.account)?;
        event::emit(verb, &self.account, name, after);
        self.lock.release();
        Ok(*after)
    }
}
