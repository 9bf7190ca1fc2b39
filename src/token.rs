//! ERC-20 as it is found: a transfer or an approval counts when it returned true, or nothing from an address with code.

use crate::{
    abi::IERC20,
    host,
    word::{self, Value, words},
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;

/// An ERC-20 token.
#[derive(Clone, Copy)]
pub(crate) struct Token(pub(crate) Address);

impl Token {
    /// Units held by an account.
    pub(crate) fn balance_of(&self, account: &Address) -> U256 {
        let [balance] = host::view(&self.0, IERC20::balanceOfCall::SELECTOR, &words![*account]);
        word::uint(&balance)
    }

    /// Units of an owner's that a spender may take.
    pub(crate) fn allowance(&self, owner: &Address, spender: &Address) -> U256 {
        let [units] = host::view(&self.0, IERC20::allowanceCall::SELECTOR, &words![*owner, *spender]);
        word::uint(&units)
    }

    /// Moves units of this contract's own.
    pub(crate) fn transfer(&self, to: &Address, units: &U256) {
        self.checked(IERC20::transferCall::SELECTOR, &words![*to, *units]);
    }

    /// Moves units of `from`, who allowed it. Callers pass nobody but the account whose operation it is.
    pub(crate) fn transfer_from(&self, from: &Address, to: &Address, units: &U256) {
        self.checked(IERC20::transferFromCall::SELECTOR, &words![*from, *to, *units]);
    }

    /// Uses up so much of an allowance by a transfer of the owner's units to itself: nothing moves.
    pub(crate) fn waste_allowance(&self, owner: &Address, units: &U256) {
        if !units.is_zero() {
            self.transfer_from(owner, owner, units);
        }
    }

    /// Sets what `spender` may take. Always exactly what it takes next, so that nothing is left.
    pub(crate) fn approve(&self, spender: &Address, units: &U256) {
        self.checked(IERC20::approveCall::SELECTOR, &words![*spender, *units]);
    }

    #[inline(never)]
    fn checked(&self, selector: [u8; 4], words: &[Value<'_>]) {
        let done = match host::call_or_nothing(&self.0, selector, words) {
            None => host::code_size(&self.0) > 0,
            Some(returned) => word::is_true(&returned),
        };
        if !done {
            host::invalid_return(&self.0, selector);
        }
    }
}
