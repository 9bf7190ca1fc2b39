//! What positions are worth, in one unit of account.

use crate::{
    math::exact,
    word::{self, Word},
};

/// What sides of positions are worth, in the unit of account.
#[derive(Clone, Copy)]
pub(crate) struct Worth {
    /// What there is, rounded down.
    pub(crate) assets: Word,
    /// What is owed, rounded up.
    pub(crate) debts: Word,
}

impl Worth {
    /// Adds assets elsewhere.
    pub(crate) fn add_assets(&mut self, assets: &Word) {
        if !word::is_zero(assets) {
            self.assets = exact::add(&self.assets, assets);
        }
    }

    /// Adds another one.
    #[inline(never)]
    pub(crate) fn add(&mut self, other: &Self) {
        self.assets = exact::add(&self.assets, &other.assets);
        self.debts = exact::add(&self.debts, &other.debts);
    }

    /// How much less it is worth than before; zero for a gain.
    #[inline(never)]
    pub(crate) fn loss_since(&self, before: &Self) -> Word {
        // What is subtracted on one side is added on the other, so that no number has a sign.
        let had = exact::add(&before.assets, &self.debts);
        exact::sub_to_zero(&had, &exact::add(&self.assets, &before.debts))
    }
}
