//! The tokens that an operation handles, where it cannot be known beforehand what is left of them.

use crate::{
    error::revert,
    host,
    lender::Rate,
    math::exact,
    token::Token,
    word::{self, Address, Word, ZERO},
};

/// Tokens that an operation handles, at most.
const TOKENS: usize = 4;

/// A token, and what this contract held of it before.
struct Till<'a> {
    token: Token<'a>,
    before: Word,
    rate: &'a Rate,
}

/// What an operation handles and counts.
pub(crate) struct Tills<'a>([Option<Till<'a>>; TOKENS]);

impl<'a> Tills<'a> {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self([const { None }; TOKENS])
    }

    /// Counts a token, unless it has been counted.
    #[inline(never)]
    pub(crate) fn open(&mut self, token: Token<'a>, rate: &'a Rate) {
        for till in &mut self.0 {
            match till {
                Some(open) if open.token.0.is(token.0) => return,
                Some(_) => {}
                None => {
                    *till = Some(Till { token, before: token.balance_of(host::this()), rate });
                    return;
                }
            }
        }
    }

    /// Sends to an account what is here beyond what was here before. Returns what that is worth.
    #[inline(never)]
    pub(crate) fn empty(&self, account: Address<'_>) -> Word {
        let mut worth = ZERO;
        for Till { token, before, rate } in self.0.iter().flatten() {
            let balance = token.balance_of(host::this());
            if word::less(&balance, before) {
                revert!(ResidualBalance(&balance, before));
            }
            let spare = exact::sub(&balance, before);
            token.give(account, &spare);
            worth = exact::add(&worth, &rate.convert_down(&spare));
        }
        worth
    }
}
