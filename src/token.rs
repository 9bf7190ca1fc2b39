//! ERC-20 as it is found: a transfer or an approval counts when it returned true, or nothing from an address with code.

use crate::{
    abi::IERC20,
    host,
    word::{self, Address, Word},
};
use alloy_sol_types::SolCall;

/// An ERC-20 token.
#[derive(Clone, Copy)]
pub(crate) struct Token<'a>(pub(crate) Address<'a>);

impl Token<'_> {
    /// Units held by an account.
    #[inline(never)]
    pub(crate) fn balance_of(self, account: Address<'_>) -> Word {
        let [balance] = host::view(self.0, IERC20::balanceOfCall::SELECTOR, &[account.word()]);
        balance
    }

    /// Units of an owner's that a spender may take.
    #[inline(never)]
    pub(crate) fn allowance(self, owner: Address<'_>, spender: Address<'_>) -> Word {
        let [units] = host::view(self.0, IERC20::allowanceCall::SELECTOR, &[owner.word(), spender.word()]);
        units
    }

    /// Moves units of this contract's own.
    #[inline(never)]
    pub(crate) fn transfer(self, to: Address<'_>, units: &Word) {
        self.checked(IERC20::transferCall::SELECTOR, &[to.word(), units]);
    }

    /// Moves units of this contract's own, if there are any to move.
    #[inline(never)]
    pub(crate) fn give(self, to: Address<'_>, units: &Word) {
        if !word::is_zero(units) {
            self.transfer(to, units);
        }
    }

    /// Moves units of `from`, who allowed it. Callers pass nobody but the account whose operation it is.
    #[inline(never)]
    pub(crate) fn transfer_from(self, from: Address<'_>, to: Address<'_>, units: &Word) {
        self.checked(IERC20::transferFromCall::SELECTOR, &[from.word(), to.word(), units]);
    }

    /// Sets what `spender` may take. Always exactly what it takes next, so that nothing is left.
    #[inline(never)]
    pub(crate) fn approve(self, spender: Address<'_>, units: &Word) {
        self.checked(IERC20::approveCall::SELECTOR, &[spender.word(), units]);
    }

    #[inline(never)]
    fn checked(self, selector: [u8; 4], words: &[&Word]) {
        let done = match host::call_or_nothing(self.0, selector, words) {
            None => host::code_size(self.0) > 0,
            Some(returned) => word::is_true(&returned),
        };
        if !done {
            host::invalid_return(self.0, selector);
        }
    }
}
