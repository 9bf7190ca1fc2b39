//! What the verbs have in common: how an operation is read, how it begins and how it ends.

use crate::{
    abi::Position,
    bounds::{Bounds, Moved},
    calldata::{Calldata, Malformed},
    error::{Error, Result},
    event,
    flash::{Plan, Source, Step},
    flight::Lock,
    host,
    lender::{Lender, Market},
    math,
    sizing::Size,
    token::Token,
    word::WORD,
};
use alloy_primitives::{Address, B256, U256};

/// The two markets of a position, as the caller named them.
#[derive(Clone, Copy)]
pub(crate) struct Pair {
    /// Where it is supplied.
    pub(crate) collateral: Address,
    /// Where it is borrowed.
    pub(crate) debt: Address,
}

/// What the caller asked for. Nothing of it has been looked up yet.
pub(crate) struct Request<'a> {
    lender: Lender,
    pair: Pair,
    source: Source,
    bounds: Bounds<'a>,
    /// The size asked for.
    pub(crate) size: Size,
    /// What is to come from the wallet, or to go there.
    pub(crate) wallet_assets: U256,
}

/// An operation under way, in the outermost frame.
pub(crate) struct Operation<'a> {
    lock: Lock,
    balance_before: U256,
    /// What was asked for.
    pub(crate) request: Request<'a>,
    /// Whose position it is: the caller.
    pub(crate) account: Address,
    /// This contract.
    pub(crate) this: Address,
    /// The market, listed by its lender.
    pub(crate) market: Market,
    /// What the market lends.
    pub(crate) asset: Token,
    /// The position as it was found.
    pub(crate) before: Position,
}

impl<'a> Operation<'a> {
    /// Takes the lock, reads the operation, looks up its market and measures what is there.
    pub(crate) fn begin(calldata: Calldata<'a>) -> Result<Self> {
        let lock = Lock::take()?;
        let request = Request::decode(calldata)?;
        let (account, this) = (host::sender(), host::this());
        let market = request.lender.market(&request.pair.collateral)?;
        let asset = market.asset()?;
        let balance_before = asset.balance_of(&this)?;
        let before = market.position(&account)?;
        Ok(Self { lock, request, balance_before, account, this, market, asset, before })
    }

    /// Borrows `lent_assets` for the length of `step`, which runs in the source's callback.
    pub(crate) fn flash(&self, lent_assets: U256, step: Step) -> Result {
        let Self { account, market, asset, .. } = *self;
        self.request.source.lend(&self.lock, &self.this, &Plan { account, market, asset, lent_assets, step })
    }

    /// What this contract holds beyond what it held before.
    pub(crate) fn held_assets(&self) -> Result<U256> {
        let (balance, expected) = (&self.asset.balance_of(&self.this)?, &self.balance_before);
        Ok(math::sub(balance, expected).ok_or(Error::ResidualBalance { balance, expected })?)
    }

    /// Measures the outcome, holds it against the caller's bounds and says what was done.
    pub(crate) fn end(self, moved: &Moved, signature: B256) -> Result<Position> {
        let Request { bounds, pair, .. } = &self.request;
        let after = self.market.position(&self.account)?;
        bounds.check(&self.before, moved, &after)?;
        bounds.check_health(&self.market, &self.account)?;
        event::emit(signature, &self.account, pair, &after);
        self.lock.release();
        Ok(after)
    }
}

impl<'a> Request<'a> {
    fn decode(mut calldata: Calldata<'a>) -> Result<Self> {
        let lender = Lender::decode(&mut calldata)?;
        let pair = Pair { collateral: calldata.address()?, debt: calldata.address()? };
        let maturity = calldata.uint()?;
        if pair.collateral != pair.debt || !maturity.is_zero() {
            let Pair { collateral, debt } = &pair;
            return Err(Error::MarketUnsupported { collateral, debt, maturity: &maturity }.into());
        }
        let size = match (calldata.variant(2)?, calldata.uint()?) {
            (0, ratio_wad) => Size::RatioWad(ratio_wad),
            (_, debt_assets) => Size::DebtAssets(debt_assets),
        };
        let wallet_assets = calldata.uint()?;
        let source = Source::decode(&mut calldata)?;
        let bounds = Bounds::decode(&mut calldata)?;
        no_extras(calldata)?;
        Ok(Self { lender, pair, size, wallet_assets, source, bounds })
    }
}

/// Reads what follows the operation: no swap, no authorisations, and nothing more.
fn no_extras(mut calldata: Calldata<'_>) -> Result {
    let tail = calldata.offset() + 2 * WORD;
    calldata.fixed(tail)?;
    let malformed = Malformed { offset: calldata.offset() };
    let authorizations = calldata.small()?;
    let swap = calldata.bytes()?;
    if !swap.is_empty() {
        return Err(Error::SwapUnsupported { length: &swap.len() }.into());
    }
    if authorizations != calldata.offset() {
        return Err(malformed.into());
    }
    let count = calldata.small()?;
    if count != 0 {
        return Err(Error::AuthorizationsUnsupported { count: &count }.into());
    }
    Ok(calldata.end()?)
}
