//! Sets of accounts in ArbOS's state, that tell at once whether an account is a member and can be listed.
//!
//! Three kinds of values: how many members there are, each by its place, counted from one, and each one's place.

use super::storage::{STATE, slot};
use crate::State;
use alloy_primitives::{Address, U256};

/// A set of accounts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AccountSet(&'static str);

impl AccountSet {
    /// Who may use `ArbOwner`.
    pub(crate) const CHAIN_OWNERS: Self = Self("chain owners");
    /// Who may say which programs are cached.
    pub(crate) const CACHE_MANAGERS: Self = Self("cache managers");

    /// Where the number of members is kept.
    pub(crate) fn count(self) -> U256 {
        slot(self.0, [])
    }

    /// Where the member at a place is kept.
    pub(crate) fn member(self, place: u64) -> U256 {
        slot(self.0, place.to_be_bytes())
    }

    /// Where a member's place is kept; zero for who is none.
    pub(crate) fn place(self, account: Address) -> U256 {
        slot(self.0, account)
    }

    /// Makes somebody the first member, before the chain begins.
    pub(super) fn begin(self, state: &mut State, account: Address) {
        for (slot, value) in
            [(self.count(), U256::ONE), (self.member(1), account.into_word().into()), (self.place(account), U256::ONE)]
        {
            state.set_storage(STATE, slot, value);
        }
    }
}
