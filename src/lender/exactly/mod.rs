//! Exactly. A market is an ERC-4626 vault whose shares are its deposits. Floating debts have shares too; a debt of fixed
//! maturity is a principal and a fee, and is paid with a discount before it is due and with a penalty after.

mod auditor;

use super::Owed;
use crate::{
    abi::IExactlyMarket as market,
    host::{self, Part},
    math::exact,
    token::Token,
    word::{self, Address, Word, ZERO},
};
use alloy_sol_types::SolCall;
pub(super) use auditor::{Quotation, health, listed};

/// A market that the Auditor lists.
#[derive(Clone, Copy)]
pub(crate) struct Market<'a>(pub(in crate::lender) Address<'a>);

impl Market<'_> {
    pub(super) fn deposit_assets(self, account: Address<'_>) -> Word {
        self.ask(market::maxWithdrawCall::SELECTOR, account.word())
    }

    /// Rounded up, interest included up to now.
    #[inline(never)]
    pub(super) fn floating_debt(self, account: Address<'_>) -> Word {
        self.debt_assets(&self.debt_shares(account))
    }

    /// Rounded up.
    #[inline(never)]
    fn debt_assets(self, debt_shares: &Word) -> Word {
        match word::is_zero(debt_shares) {
            true => ZERO,
            false => self.ask(market::previewRefundCall::SELECTOR, debt_shares),
        }
    }

    pub(super) fn debt_shares(self, account: Address<'_>) -> Word {
        let [_fixed_deposits, _fixed_borrows, debt_shares] = self.account(account);
        debt_shares
    }

    #[inline(never)]
    fn account(self, account: Address<'_>) -> [Word; 3] {
        host::view(self.0, market::accountsCall::SELECTOR, &[account.word()])
    }

    /// Deposit and floating debt in one view, which has debts of fixed maturity among it: an account that has any is
    /// asked again.
    #[inline(never)]
    pub(super) fn floating_position(self, account: Address<'_>) -> [Word; 3] {
        let [collateral, mut debt] = host::view(self.0, market::accountSnapshotCall::SELECTOR, &[account.word()]);
        if word::is_zero(&debt) {
            return [collateral, ZERO, ZERO];
        }
        let [_fixed_deposits, fixed_borrows, debt_shares] = self.account(account);
        if !word::is_zero(&fixed_borrows) {
            debt = self.debt_assets(&debt_shares);
        }
        [collateral, debt, debt_shares]
    }

    /// Before it is due, the discount depends on how much is repaid, and is not counted.
    #[inline(never)]
    pub(super) fn fixed_debt(self, maturity: &Word, account: Address<'_>) -> Owed {
        let [principal, fee] =
            host::view(self.0, market::fixedBorrowPositionsCall::SELECTOR, &[maturity, account.word()]);
        let face = exact::add(&principal, &fee);
        let late_seconds = exact::sub_to_zero(&host::timestamp(), maturity);
        if word::is_zero(&late_seconds) {
            return Owed { assets: face, face };
        }
        let [penalty_rate] = host::view(self.0, market::penaltyRateCall::SELECTOR, &[]);
        let penalty_wad = exact::mul(&late_seconds, &penalty_rate);
        let penalty_assets = exact::mul_div_down(&face, &penalty_wad, &exact::wad());
        Owed { assets: exact::add(&face, &penalty_assets), face }
    }

    pub(super) fn supply(self, assets: &Word, account: Address<'_>) {
        self.perform(market::depositCall::SELECTOR, &[assets, account.word()]);
    }

    /// What a fixed rate costs is held against the caller's bounds at the end.
    pub(super) fn borrow(self, maturity: Option<&Word>, assets: &Word, receiver: Address<'_>, account: Address<'_>) {
        let (receiver, account) = (receiver.word(), account.word());
        match maturity {
            None => self.perform(market::borrowCall::SELECTOR, &[assets, receiver, account]),
            Some(maturity) => {
                let no_limit = [0xff; word::WORD];
                let words = [maturity, assets, &no_limit, receiver, account];
                self.perform(market::borrowAtMaturityCall::SELECTOR, &words);
            }
        }
    }

    /// Floating debt in full is repaid by its shares: the market takes no more than there are. A part of it is converted
    /// to shares rounding down and back rounding up, and may take less than offered. A fixed debt is repaid by its face,
    /// of which the market takes no more than there is either.
    pub(super) fn repay(
        self,
        maturity: Option<&Word>,
        offered: &Word,
        face: Option<&Word>,
        account: Address<'_>,
    ) -> Word {
        let everything = [0xff; word::WORD];
        let account = account.word();
        let [taken] = match (maturity, face) {
            (None, None) => self.change(market::refundCall::SELECTOR, &[&everything, account]),
            (None, Some(_)) => self.change(market::repayCall::SELECTOR, &[offered, account]),
            (Some(maturity), face) => {
                let words = [maturity, face.unwrap_or(&everything), offered, account];
                self.change(market::repayAtMaturityCall::SELECTOR, &words)
            }
        };
        taken
    }

    /// Everything is withdrawn by shares, so that not one is left.
    pub(super) fn withdraw(self, assets: Option<&Word>, receiver: Address<'_>, account: Address<'_>) -> Word {
        let (receiver, owner) = (receiver.word(), account.word());
        let Some(assets) = assets else {
            let shares = Token(self.0).balance_of(account);
            let [assets] = self.change(market::redeemCall::SELECTOR, &[&shares, receiver, owner]);
            return assets;
        };
        self.perform(market::withdrawCall::SELECTOR, &[assets, receiver, owner]);
        *assets
    }

    /// What is too much of the allowance is used up by a transfer of the account's shares to itself. It moves nothing,
    /// but the market wants the account to be solvent without them: so it is done when there is most of them.
    #[inline(never)]
    pub(super) fn trim_allowance(self, assets: Option<&Word>, account: Address<'_>, spender: Address<'_>) {
        let needed_shares = match assets {
            Some(assets) => self.ask(market::previewWithdrawCall::SELECTOR, assets),
            None => Token(self.0).balance_of(account),
        };
        let allowance = Token(self.0).allowance(account, spender);
        let spare_shares = exact::sub_to_zero(&allowance, &needed_shares);
        if !word::is_zero(&spare_shares) && !word::is_max(&allowance) {
            Token(self.0).transfer_from(account, account, &spare_shares);
        }
    }

    #[inline(never)]
    fn ask(self, selector: [u8; 4], argument: &Word) -> Word {
        let [value] = host::view(self.0, selector, &[argument]);
        value
    }

    #[inline(never)]
    fn perform(self, selector: [u8; 4], words: &[&Word]) {
        let [] = self.change(selector, words);
    }

    fn change<const N: usize>(self, selector: [u8; 4], words: &[&Word]) -> [Word; N] {
        host::call(self.0, selector, &[Part::Words(words)])
    }
}
