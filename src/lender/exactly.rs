//! Exactly's floating-rate pools. A market is an ERC-4626 vault whose shares are its deposits; debts have shares too.

use super::Health;
use crate::{
    abi::{IExactlyAuditor as auditor, IExactlyMarket as market, Position},
    calldata::Calldata,
    error::{Error, Result},
    host,
    network::EXACTLY_AUDITOR,
    token::Token,
    word::{self, Value, WORD, words},
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;

/// A market that the Auditor lists.
#[derive(Clone, Copy)]
pub(crate) struct Market(Address);

impl Market {
    /// Asks the Auditor, the root of trust, before anything else is asked of the market.
    pub(super) fn listed(address: &Address) -> Result<Self> {
        let [_adjust_factor, _decimals, _index, is_listed] =
            host::view(&EXACTLY_AUDITOR, auditor::marketsCall::SELECTOR, &words![*address])?;
        if word::is_true(&is_listed) {
            Ok(Self(*address))
        } else {
            Err(Error::MarketNotListed { market: address }.into())
        }
    }

    /// The word that says which market this is.
    pub(super) fn value(&self) -> Value<'_> {
        Value::Address(&self.0)
    }

    /// A market that was listed when the operation in flight began.
    pub(super) fn decode_committed(calldata: &mut Calldata<'_>) -> Result<Self> {
        Ok(Self(calldata.address()?))
    }

    pub(super) fn asset(&self) -> Result<Token> {
        let [asset] = host::view(&self.0, market::assetCall::SELECTOR, &[])?;
        let invalid = || host::invalid_return(&self.0, market::assetCall::SELECTOR);
        word::address(&asset).map(Token).ok_or_else(invalid)
    }

    /// Deposit rounded down, floating debt rounded up, interest included up to now. One view gives both, with debts of
    /// fixed maturity among them: an account that has any is asked more precisely.
    pub(super) fn position(&self, account: &Address) -> Result<Position> {
        let [_fixed_deposits, fixed_borrows, debt_shares] =
            host::view(&self.0, market::accountsCall::SELECTOR, &words![*account])?;
        if fixed_borrows == [0; WORD] {
            let [collateral, debt] = host::view(&self.0, market::accountSnapshotCall::SELECTOR, &words![*account])?;
            return Ok(Position { collateral: word::uint(&collateral), debt: word::uint(&debt) });
        }
        let collateral = self.view_uint(market::maxWithdrawCall::SELECTOR, Value::Address(account))?;
        let debt = self.view_uint(market::previewRefundCall::SELECTOR, Value::Word(&debt_shares))?;
        Ok(Position { collateral, debt })
    }

    pub(super) fn health(&self, account: &Address) -> Result<Health> {
        let arguments = words![*account, 0_u64, 0_u64];
        let [collateral, debt] = host::view(&EXACTLY_AUDITOR, auditor::accountLiquidityCall::SELECTOR, &arguments)?;
        Ok(Health { collateral_value: word::uint(&collateral), debt_value: word::uint(&debt) })
    }

    /// The approval is what the deposit takes, to the unit.
    pub(super) fn supply(&self, asset: &Token, assets: &U256, account: &Address) -> Result {
        asset.approve(&self.0, assets)?;
        self.perform(market::depositCall::SELECTOR, &words![*assets, *account])
    }

    pub(super) fn borrow(&self, assets: &U256, receiver: &Address, account: &Address) -> Result {
        self.perform(market::borrowCall::SELECTOR, &words![*assets, *receiver, *account])
    }

    /// In full, debt shares are repaid: the market takes no more than there are. Otherwise it converts the assets to
    /// shares rounding down and back rounding up, and may take less than offered: the approval is then taken back.
    pub(super) fn repay(&self, asset: &Token, assets: &U256, in_full: bool, account: &Address) -> Result<U256> {
        asset.approve(&self.0, assets)?;
        let (selector, most) = match in_full {
            true => (market::refundCall::SELECTOR, Value::Max),
            false => (market::repayCall::SELECTOR, Value::Uint(assets)),
        };
        let [taken] = host::call(&self.0, selector, &words![most, *account])?;
        let taken = word::uint(&taken);
        if taken != *assets {
            let nothing = U256::ZERO;
            asset.approve(&self.0, &nothing)?;
        }
        Ok(taken)
    }

    pub(super) fn withdraw(&self, assets: &U256, receiver: &Address, account: &Address) -> Result {
        self.perform(market::withdrawCall::SELECTOR, &words![*assets, *receiver, *account])
    }

    /// By shares, so that not one is left.
    pub(super) fn withdraw_all(&self, receiver: &Address, account: &Address) -> Result {
        let shares = self.view_uint(market::balanceOfCall::SELECTOR, Value::Address(account))?;
        self.perform(market::redeemCall::SELECTOR, &words![shares, *receiver, *account])
    }

    fn view_uint(&self, selector: [u8; 4], argument: Value<'_>) -> Result<U256> {
        host::view(&self.0, selector, &[argument]).map(|[value]| word::uint(&value))
    }

    fn perform(&self, selector: [u8; 4], words: &[Value<'_>]) -> Result {
        host::call(&self.0, selector, words).map(|[]| ())
    }
}
