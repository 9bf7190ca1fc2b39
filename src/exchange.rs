//! What every verb comes down to: something is put into a position, and what is taken out of one pays for it.
//!
//! To raise leverage, a deposit is put in and a debt is taken out; to lower it, a repayment in and a deposit out; to
//! migrate, a repayment of the old debt against the new one, and the new deposit against the old one. A flash source
//! advances what is put in. An exchange is committed to as words, and carried out in the source's callback.

use crate::{
    calldata::Calldata,
    flash::uniswap_v3,
    flight::Flight,
    host,
    lender::{Debt, Market},
    math::{self, exact},
    token::Token,
    word::{Value, words},
};
use alloy_primitives::{Address, U256};

/// Words of an exchange.
pub(crate) const WORDS: usize = 12;

/// What is put in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Put {
    /// A deposit.
    Supply,
    /// A repayment of part of a debt.
    Repay,
    /// A repayment that leaves no debt.
    RepayAll,
}

/// What is taken out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Take {
    /// A debt.
    Borrow,
    /// Part of a deposit.
    Withdraw,
    /// All of a deposit, by this contract: what the source is not owed stays here for the outermost frame.
    WithdrawAll,
}

/// One side of an exchange: a market and what it lends.
#[derive(Clone, Copy)]
pub(crate) struct Side {
    /// The market, listed, and the maturity of what is borrowed or repaid there.
    pub(crate) debt: Debt,
    /// The market's asset.
    pub(crate) asset: Token,
}

impl Side {
    fn market(&self) -> &Market {
        &self.debt.market
    }

    fn decode(calldata: &mut Calldata<'_>) -> Self {
        let market = Market::decode_committed(calldata);
        Self { debt: Debt { market, maturity: calldata.uint() }, asset: Token(calldata.address()) }
    }
}

/// An exchange. The operation commits to its hash before it calls the source.
#[derive(Clone, Copy)]
pub(crate) struct Exchange {
    /// Whose positions these are.
    pub(crate) account: Address,
    /// What is put in.
    pub(crate) put: Put,
    /// Where it is put in.
    pub(crate) put_side: Side,
    /// What is taken out.
    pub(crate) take: Take,
    /// Where it is taken out.
    pub(crate) take_side: Side,
    /// Whether the allowance on the shares where it is taken out is to be used up.
    pub(crate) trims_allowance: bool,
    /// What is put in, in units of the put side's asset; or what is taken out, if `is_exact_input`.
    pub(crate) assets: U256,
    /// Whether it is the amount taken out that is known. Only for a deposit that is moved by way of a swap.
    pub(crate) is_exact_input: bool,
    /// How much of a fixed debt's face the repayment covers.
    pub(crate) face: U256,
    /// What the source lends at a time, in units of the put side's asset.
    pub(crate) lent_assets: U256,
    /// What comes from the wallet and is here, if it is a deposit that is put in; what goes to the wallet, and is to
    /// stay here for the outermost frame, if it is one that is taken out.
    pub(crate) wallet_assets: U256,
}

impl Exchange {
    /// An exchange of `assets` put in, without the wallet.
    #[inline(never)]
    pub(crate) fn new(account: &Address, put: (Put, Side), take: (Take, Side), assets: &U256) -> Self {
        let ((put, put_side), (take, take_side)) = (put, take);
        Self {
            account: *account,
            put,
            put_side,
            take,
            take_side,
            trims_allowance: false,
            assets: *assets,
            is_exact_input: false,
            face: *assets,
            lent_assets: *assets,
            wallet_assets: U256::ZERO,
        }
    }

    /// Whether there is a swap in it.
    pub(crate) fn swaps(&self) -> bool {
        self.put_side.asset.0 != self.take_side.asset.0
    }

    /// The words that are committed to.
    pub(crate) fn values(&self) -> [Value<'_>; WORDS] {
        let kinds = self.put as u64 | (self.take as u64) << 8;
        let kinds = kinds | u64::from(self.trims_allowance) << 16 | u64::from(self.is_exact_input) << 17;
        let (put, take) = (&self.put_side, &self.take_side);
        words![
            Value::Small(kinds),
            self.account,
            put.market().value(),
            put.debt.maturity,
            put.asset.0,
            take.market().value(),
            take.debt.maturity,
            take.asset.0,
            self.assets,
            self.face,
            self.lent_assets,
            self.wallet_assets,
        ]
    }

    /// Reads what an operation in flight committed to.
    pub(crate) fn decode_committed(calldata: &mut Calldata<'_>) -> Self {
        let kinds = calldata.small();
        Self {
            put: match kinds & 0xff {
                0 => Put::Supply,
                1 => Put::Repay,
                _ => Put::RepayAll,
            },
            take: match kinds >> 8 & 0xff {
                0 => Take::Borrow,
                1 => Take::Withdraw,
                _ => Take::WithdrawAll,
            },
            trims_allowance: kinds >> 16 & 1 == 1,
            is_exact_input: kinds >> 17 & 1 == 1,
            account: calldata.address(),
            put_side: Side::decode(calldata),
            take_side: Side::decode(calldata),
            assets: calldata.uint(),
            face: calldata.uint(),
            lent_assets: calldata.uint(),
            wallet_assets: calldata.uint(),
        }
    }

    /// With a loan in hand, carries out the exchange, after which the source has been paid back with its fee.
    pub(crate) fn carry_out(&self, flight: &Flight, fee_assets: &U256, source: &Address, path: &[u8]) {
        let due_assets = &exact::add(&self.lent_assets, fee_assets);
        if self.swaps() {
            self.put_in(&self.assets, true, true);
            return uniswap_v3::buy(flight, self, path, uniswap_v3::Leg::Next, due_assets, source);
        }
        let mut left_assets = self.assets;
        let mut is_first = true;
        // Without a swap, a loan that is too small is used again and again.
        while let Some(after_assets) = math::sub(&left_assets, &self.lent_assets)
            && !after_assets.is_zero()
        {
            let kept_assets = self.put_in(&self.lent_assets, is_first, false);
            let taken_assets = exact::sub(&self.lent_assets, &kept_assets);
            self.take_out(Some(&taken_assets), &host::this());
            (left_assets, is_first) = (after_assets, false);
        }
        // What earlier rounds left for rounding is repaid by the last one, which may offer the whole loan for that.
        let put_assets = if self.put == Put::RepayAll { &self.lent_assets } else { &left_assets };
        let kept_assets = self.put_in(put_assets, is_first, true);
        let spare_assets = exact::sub(&self.lent_assets, put_assets);
        self.pay(due_assets, &exact::add(&spare_assets, &kept_assets), source);
    }

    /// Puts in `assets` of this contract's: with what came from the wallet the first time, and in full, if that is what is
    /// asked for, the last time. Returns what the lender did not take.
    pub(crate) fn put_in(&self, assets: &U256, is_first: bool, is_last: bool) -> U256 {
        let Self { put_side: Side { debt, asset }, account, .. } = self;
        if self.put == Put::Supply {
            let supplied_assets = if is_first { exact::add(assets, &self.wallet_assets) } else { *assets };
            debt.market.supply(asset, &supplied_assets, account);
            return U256::ZERO;
        }
        let face = match self.put {
            Put::RepayAll if is_last => None,
            _ => Some(exact::mul_div_down(assets, &self.face, &self.assets)),
        };
        exact::sub(assets, &debt.repay(asset, assets, face.as_ref(), account))
    }

    /// Takes out what the source is owed and does not get from `spare_assets`, and what the wallet is to get; and pays
    /// the source. What is the wallet's stays here.
    pub(crate) fn pay(&self, due_assets: &U256, spare_assets: &U256, source: &Address) {
        let this = &host::this();
        let missing_assets = exact::sub(due_assets, spare_assets);
        let is_for_wallet = self.take == Take::Withdraw && self.put != Put::Supply;
        let taken_assets = match is_for_wallet {
            true => exact::add(&missing_assets, &self.wallet_assets),
            false => missing_assets,
        };
        let taken_assets = (self.take != Take::WithdrawAll).then_some(&taken_assets);
        if self.trims_allowance {
            self.take_side.market().trim_allowance(taken_assets, &self.account, this);
        }
        if taken_assets == Some(due_assets) {
            return self.take_out(taken_assets, source);
        }
        self.take_out(taken_assets, this);
        self.take_side.asset.transfer(source, due_assets);
    }

    /// Takes out so much, or everything.
    fn take_out(&self, assets: Option<&U256>, receiver: &Address) {
        let Self { take_side, account, .. } = self;
        match assets {
            None => take_side.market().withdraw_all(receiver, account),
            Some(assets) if assets.is_zero() => {}
            Some(assets) if self.take == Take::Borrow => take_side.debt.borrow(assets, receiver, account),
            Some(assets) => take_side.market().withdraw(assets, receiver, account),
        }
    }
}
