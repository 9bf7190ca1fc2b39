//! Exactly. A market is an ERC-4626 vault whose shares are its deposits. Floating debts have shares too; a debt of fixed
//! maturity is a principal and a fee, and is paid with a discount before it is due and with a penalty after.

use super::{Health, Listing, Owed};
use crate::{
    abi::{IExactlyAuditor as auditor, IExactlyMarket as market, Position},
    error::Error,
    host,
    math::{self, OrRevert, exact},
    network::EXACTLY_AUDITOR,
    token::Token,
    word::{self, Value, WORD, words},
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;

/// A market that the Auditor lists.
#[derive(Clone, Copy)]
pub(crate) struct Market(pub(super) Address);

/// How the Auditor values an asset.
#[derive(Clone, Copy)]
pub(crate) struct Quotation {
    decimals: usize,
    feed: [u8; WORD],
}

impl Quotation {
    /// The price of a whole one, and the units in it.
    pub(super) fn price(&self) -> (U256, U256) {
        let [price] = host::view(&EXACTLY_AUDITOR, auditor::assetPriceCall::SELECTOR, &[Value::Word(&self.feed)]);
        (word::uint(&price), math::power_of_ten(self.decimals).or_revert())
    }
}

/// What an account's solvency rests on.
pub(super) fn health(account: &Address) -> Health {
    let arguments = words![*account, 0_u64, 0_u64];
    let [collateral, debt] = host::view(&EXACTLY_AUDITOR, auditor::accountLiquidityCall::SELECTOR, &arguments);
    Health { collateral_value: word::uint(&collateral), debt_value: word::uint(&debt) }
}

impl Market {
    /// Asks the Auditor, the root of trust, before anything else is asked of the market.
    pub(super) fn listed(address: &Address) -> Listing {
        let [_adjust_factor, decimals, _index, is_listed, feed] =
            host::view(&EXACTLY_AUDITOR, auditor::marketsCall::SELECTOR, &words![*address]);
        if !word::is_true(&is_listed) {
            Error::MarketNotListed { market: address }.revert();
        }
        let [asset] = host::view(address, market::assetCall::SELECTOR, &[]);
        let (Some(asset), Some(decimals)) = (word::address(&asset), word::small(&decimals)) else {
            host::invalid_return(address, market::assetCall::SELECTOR);
        };
        Listing {
            market: super::Market::Exactly(Self(*address)),
            asset: Token(asset),
            quotation: Quotation { decimals, feed },
        }
    }

    pub(super) fn deposit_assets(&self, account: &Address) -> U256 {
        self.ask(market::maxWithdrawCall::SELECTOR, Value::Address(account))
    }

    /// Rounded up, interest included up to now.
    pub(super) fn floating_debt(&self, account: &Address) -> U256 {
        let [_fixed_deposits, _fixed_borrows, debt_shares] =
            host::view(&self.0, market::accountsCall::SELECTOR, &words![*account]);
        match debt_shares == [0; WORD] {
            true => U256::ZERO,
            false => self.ask(market::previewRefundCall::SELECTOR, Value::Word(&debt_shares)),
        }
    }

    /// Deposit and floating debt in one view, which has debts of fixed maturity among it: an account that has any is
    /// asked again, unless it is known to have none.
    pub(super) fn floating_position(&self, account: &Address, no_fixed_debt: &mut Option<bool>) -> Position {
        let [collateral, debt] = host::view(&self.0, market::accountSnapshotCall::SELECTOR, &words![*account]);
        let collateral = word::uint(&collateral);
        if debt == [0; WORD] {
            *no_fixed_debt = Some(true);
        } else if *no_fixed_debt != Some(true) {
            let [_fixed_deposits, fixed_borrows, _debt_shares] =
                host::view(&self.0, market::accountsCall::SELECTOR, &words![*account]);
            *no_fixed_debt = Some(fixed_borrows == [0; WORD]);
        }
        let debt = match no_fixed_debt {
            Some(true) => word::uint(&debt),
            _ => self.floating_debt(account),
        };
        Position { collateral, debt }
    }

    /// Before it is due, the discount depends on how much is repaid, and is not counted.
    pub(super) fn fixed_debt(&self, maturity: &U256, account: &Address) -> Owed {
        let [principal, fee] =
            host::view(&self.0, market::fixedBorrowPositionsCall::SELECTOR, &words![*maturity, *account]);
        let face = exact::add(&word::uint(&principal), &word::uint(&fee));
        let late_seconds = math::sub(&U256::from(host::timestamp()), maturity).unwrap_or_default();
        if late_seconds.is_zero() || face.is_zero() {
            return Owed { assets: face, face };
        }
        let [penalty_rate] = host::view(&self.0, market::penaltyRateCall::SELECTOR, &[]);
        let penalty_wad = exact::mul(&late_seconds, &word::uint(&penalty_rate));
        let penalty_assets = exact::mul_div_down(&face, &penalty_wad, &math::wad());
        Owed { assets: exact::add(&face, &penalty_assets), face }
    }

    /// The approval is what the deposit takes, to the unit.
    pub(super) fn supply(&self, asset: &Token, assets: &U256, account: &Address) {
        asset.approve(&self.0, assets);
        self.perform(market::depositCall::SELECTOR, &words![*assets, *account]);
    }

    pub(super) fn borrow(&self, assets: &U256, receiver: &Address, account: &Address) {
        self.perform(market::borrowCall::SELECTOR, &words![*assets, *receiver, *account]);
    }

    /// What it costs is held against the caller's bounds at the end.
    pub(super) fn borrow_fixed(&self, maturity: &U256, assets: &U256, receiver: &Address, account: &Address) {
        let arguments = words![*maturity, *assets, Value::Max, *receiver, *account];
        self.perform(market::borrowAtMaturityCall::SELECTOR, &arguments);
    }

    /// In full, debt shares are repaid: the market takes no more than there are. Otherwise it converts the assets to
    /// shares rounding down and back rounding up, and may take less than offered.
    pub(super) fn repay(&self, offered: &U256, in_full: bool, account: &Address) -> U256 {
        let (selector, most) = match in_full {
            true => (market::refundCall::SELECTOR, Value::Max),
            false => (market::repayCall::SELECTOR, Value::Uint(offered)),
        };
        self.take(selector, &words![most, *account])
    }

    /// In full, the market takes the face as it is, not the most that is asked.
    pub(super) fn repay_fixed(&self, maturity: &U256, face: Option<&U256>, offered: &U256, account: &Address) -> U256 {
        let face = face.map_or(Value::Max, Value::Uint);
        self.take(market::repayAtMaturityCall::SELECTOR, &words![*maturity, face, *offered, *account])
    }

    pub(super) fn withdraw(&self, assets: &U256, receiver: &Address, account: &Address) {
        self.perform(market::withdrawCall::SELECTOR, &words![*assets, *receiver, *account]);
    }

    /// By shares, so that not one is left.
    pub(super) fn withdraw_all(&self, receiver: &Address, account: &Address) {
        let shares = self.shares(account);
        self.perform(market::redeemCall::SELECTOR, &words![shares, *receiver, *account]);
    }

    /// What is too much of the allowance is used up by a transfer of the account's shares to itself. It moves nothing,
    /// but the market wants the account to be solvent without them: so it is done when there is most of them.
    pub(super) fn trim_allowance(&self, assets: Option<&U256>, account: &Address, spender: &Address) {
        let needed_shares = match assets {
            Some(assets) => self.ask(market::previewWithdrawCall::SELECTOR, Value::Uint(assets)),
            None => self.shares(account),
        };
        let shares = Token(self.0);
        let spare_shares = math::sub(&shares.allowance(account, spender), &needed_shares).unwrap_or_default();
        shares.waste_allowance(account, &spare_shares);
    }

    fn shares(&self, account: &Address) -> U256 {
        Token(self.0).balance_of(account)
    }

    fn ask(&self, selector: [u8; 4], argument: Value<'_>) -> U256 {
        let [value] = host::view(&self.0, selector, &[argument]);
        word::uint(&value)
    }

    fn take(&self, selector: [u8; 4], words: &[Value<'_>]) -> U256 {
        let [taken] = host::call(&self.0, selector, words);
        word::uint(&taken)
    }

    fn perform(&self, selector: [u8; 4], words: &[Value<'_>]) {
        let [] = host::call(&self.0, selector, words);
    }
}
