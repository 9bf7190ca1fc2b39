//! An exchange in its source's callback.

use super::{Exchange, PULLS, PUT, Place, Put, Side, TAKE, TRIMS, Take};
use crate::{
    flash::uniswap_v3::{self, Leg},
    flight::Flight,
    host,
    lender::Owed,
    math::exact,
    word::{self, Address, Word, ZERO},
};

impl Exchange<'_> {
    /// With a loan in hand, carries out the exchange, after which the source has been paid back with its fee.
    pub(crate) fn carry_out(self, flight: &Flight, fee_assets: &Word, source: Address<'_>, route: &[u8]) {
        let lent_assets = self.lent_assets();
        let due_assets = &exact::add(lent_assets, fee_assets);
        if self.swaps() {
            self.put_in(self.assets(), true, true);
            return uniswap_v3::buy(flight, self, route, Leg::Next, due_assets, source);
        }
        let (mut left_assets, mut is_first) = (*self.assets(), true);
        let mut accepted_assets = *self.word(Place::Wallet);
        // Without a swap, a loan that is too small is used again and again.
        while word::less(lent_assets, &left_assets) {
            let kept_assets = self.put_in(lent_assets, is_first, false);
            let paid_assets = exact::sub(lent_assets, &kept_assets);
            self.take_out(Some(&paid_assets), host::this());
            accepted_assets = exact::sub_to_zero(&accepted_assets, &paid_assets);
            (left_assets, is_first) = (exact::sub(&left_assets, lent_assets), false);
        }
        // What earlier rounds left for rounding is repaid by the last one, which may offer the whole loan for that, but
        // of a debt that pays for another no more than the caller accepts.
        let mut put_assets = if self.repays_all() { lent_assets } else { &left_assets };
        let is_bounded = self.repays_all() && self.kind(TAKE) == Take::Borrow as u8;
        if is_bounded && word::less(&accepted_assets, put_assets) {
            put_assets = &accepted_assets;
        }
        let kept_assets = self.put_in(put_assets, is_first, true);
        let spare_assets = exact::add(&exact::sub(lent_assets, put_assets), &kept_assets);
        self.pay(due_assets, &spare_assets, source);
    }

    /// Puts in `assets` of this contract's: with what came from the wallet the first time, and in full, if that is what is
    /// asked for, the last time. Returns what the lender did not take.
    #[inline(never)]
    pub(crate) fn put_in(self, assets: &Word, is_first: bool, is_last: bool) -> Word {
        let Side { debt, asset } = self.put_side();
        let account = Address::known(self.word(Place::Account));
        if self.kind(PUT) == Put::Supply as u8 {
            let mut supplied_assets = *assets;
            if is_first {
                let wallet_assets = self.word(Place::Wallet);
                if self.kind(PULLS) != 0 {
                    asset.transfer_from(account, host::this(), wallet_assets);
                }
                supplied_assets = exact::add(assets, wallet_assets);
            }
            debt.market.supply(asset, &supplied_assets, account);
            return ZERO;
        }
        let face = match self.repays_all() && is_last {
            true => None,
            false => Some(Owed { face: *self.word(Place::Face), assets: *self.assets() }.face_of(assets)),
        };
        exact::sub(assets, &debt.repay(asset, assets, face.as_ref(), account))
    }

    /// Takes out what the source is owed and does not get from `spare_assets`, and what the wallet is to get; and pays
    /// both. After a swap, what is the wallet's stays here for the outermost frame: with whatever else the swap left.
    #[inline(never)]
    pub(crate) fn pay(self, due_assets: &Word, spare_assets: &Word, source: Address<'_>) {
        let (this, take) = (host::this(), self.kind(TAKE));
        let account = Address::known(self.word(Place::Account));
        let mut taken_assets = exact::sub(due_assets, spare_assets);
        if take == Take::Withdraw as u8 && self.kind(PUT) != Put::Supply as u8 {
            taken_assets = exact::add(&taken_assets, self.word(Place::Wallet));
        }
        let some_assets = (take != Take::WithdrawAll as u8).then_some(&taken_assets);
        if self.kind(TRIMS) != 0 {
            self.take_side().debt.market.trim_allowance(some_assets, account, this);
        }
        // Straight to the source, where that is all.
        if some_assets.is_some() && word::is_zero(spare_assets) && word::same(&taken_assets, due_assets) {
            self.take_out(some_assets, source);
            return;
        }
        let here_assets = exact::add(&self.take_out(some_assets, this), spare_assets);
        let asset = self.take_side().asset;
        asset.transfer(source, due_assets);
        if !self.swaps() {
            asset.give(account, &exact::sub(&here_assets, due_assets));
        }
    }

    /// Takes out so much, or everything. Returns how much that is.
    #[inline(never)]
    fn take_out(self, assets: Option<&Word>, receiver: Address<'_>) -> Word {
        let (Side { debt, .. }, account) = (self.take_side(), Address::known(self.word(Place::Account)));
        match assets {
            Some(assets) if word::is_zero(assets) => *assets,
            Some(assets) if self.kind(TAKE) == Take::Borrow as u8 => {
                debt.borrow(assets, receiver, account);
                *assets
            }
            assets => debt.market.withdraw(assets, receiver, account),
        }
    }
}
