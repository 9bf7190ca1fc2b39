//! Signed approvals: submitted first, used up by the operation, and gone at its end.

use crate::{
    abi::{
        IDaiLikePermit::permitCall as dai_like, IERC20Permit::permitCall as eip2612, IERC7598::permitCall as eip7598,
        IPermit2::permitTransferFromCall,
    },
    calldata::Calldata,
    error::{malformed, revert},
    host::{self, Part},
    network::root,
    token::Token,
    word::{self, Address, WORD, Word},
};
use alloy_sol_types::SolCall;

/// Longest signature that is read: enough for a wallet of many owners.
pub(crate) const SIGNATURE_LONGEST: usize = 2 * 1024;

/// How an approval is given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Eip2612,
    Eip7598,
    DaiLike,
    Permit2,
}

/// A signed approval, where it stands in the calldata.
pub(crate) struct Authorization<'a> {
    pub(crate) kind: Kind,
    pub(crate) token: Token<'a>,
    pub(crate) value: &'a Word,
    nonce: &'a Word,
    deadline: &'a Word,
    signature: &'a [u8],
}

/// The signed approvals of an operation.
#[derive(Clone, Copy)]
pub(crate) struct Authorizations<'a> {
    calldata: Calldata<'a>,
    count: usize,
    /// Whether one of them takes an approval back.
    takes_back: bool,
}

impl<'a> Authorizations<'a> {
    /// Reads them all once; what follows them is next.
    #[inline(never)]
    pub(crate) fn decode(calldata: &mut Calldata<'a>) -> Self {
        let count = calldata.small();
        let heads = *calldata;
        calldata.skip(count);
        let (mut offsets, mut takes_back) = (heads, false);
        for _ in 0..count {
            offsets.fixed(calldata.offset() - heads.offset());
            takes_back |= !Authorization::decode(calldata).gives();
        }
        Self { calldata: heads, count, takes_back }
    }

    /// They were well formed when they were read, and are read again where they stand.
    pub(crate) fn each(&self, mut run: impl FnMut(&Authorization<'a>)) {
        let mut calldata = self.calldata;
        calldata.skip(self.count);
        for _ in 0..self.count {
            run(&Authorization::decode(&mut calldata));
        }
    }

    /// Submits those that give, and brings the deposit here through Permit2 if that was signed. Returns whether it was.
    /// A permit that fails may have been submitted by somebody else: what counts is what the lender and the token then
    /// allow.
    #[inline(never)]
    pub(crate) fn submit(
        &self,
        account: Address<'_>,
        this: Address<'_>,
        (asset, assets): (Token<'_>, &Word),
        has_part: impl Fn(Address<'_>) -> bool,
    ) -> bool {
        let mut is_missing = !word::is_zero(assets);
        self.each(|authorization| {
            let token = authorization.token.0;
            if !has_part(token) {
                revert!(AuthorizationForeign(token.word()));
            }
            if authorization.kind != Kind::Permit2 {
                if authorization.gives() {
                    authorization.submit(account, this);
                }
            } else if is_missing && token.is(asset.0) {
                is_missing = false;
                authorization.transfer(assets, account, this);
            }
        });
        !is_missing
    }

    /// Whether there are none.
    pub(crate) fn are_none(&self) -> bool {
        self.count == 0
    }

    /// Whether more of a token is allowed than so many units, and not taken back: then it has to be used up.
    #[inline(never)]
    pub(crate) fn exceed(&self, token: Address<'_>, units: &Word) -> bool {
        let (mut gives, mut takes_back) = (false, false);
        self.each(|authorization| {
            if authorization.token.0.is(token) {
                gives |= word::less(units, authorization.value);
                takes_back |= !authorization.gives();
            }
        });
        gives && !takes_back
    }

    /// Takes back what is to be taken back, uses up what is left, and reverts if any is left then.
    #[inline(never)]
    pub(crate) fn settle(&self, account: Address<'_>, this: Address<'_>) {
        if self.takes_back {
            self.each(|authorization| {
                if !authorization.gives() {
                    authorization.submit(account, this);
                }
            });
        }
        self.each(|&Authorization { kind, token, .. }| {
            if kind == Kind::Permit2 {
                return;
            }
            let mut allowance = token.allowance(account, this);
            if !word::is_zero(&allowance) && !word::is_max(&allowance) {
                // Moves nothing.
                token.transfer_from(account, account, &allowance);
                allowance = token.allowance(account, this);
            }
            if !word::is_zero(&allowance) {
                revert!(AllowanceLeft(token.0.word(), &allowance));
            }
        });
    }
}

impl<'a> Authorization<'a> {
    #[inline(never)]
    fn decode(calldata: &mut Calldata<'a>) -> Self {
        let kind = match calldata.variant(4) {
            0 => Kind::Eip2612,
            1 => Kind::Eip7598,
            2 => Kind::DaiLike,
            _ => Kind::Permit2,
        };
        let token = Token(calldata.address());
        let [value, nonce, deadline] = calldata.words();
        calldata.fixed(6 * WORD);
        let offset = calldata.offset();
        let signature = calldata.bytes_up_to(SIGNATURE_LONGEST);
        let is_of_key = matches!(kind, Kind::Eip2612 | Kind::DaiLike);
        if is_of_key && signature.len() != 2 * WORD + 1 {
            malformed(offset);
        }
        Self { kind, token, value, nonce, deadline, signature }
    }

    /// Moves units to `this` through Permit2.
    #[inline(never)]
    fn transfer(&self, units: &Word, owner: Address<'_>, this: Address<'_>) {
        let Self { token: Token(token), value, nonce, deadline, signature, .. } = *self;
        let (at, length) = (word::of_small(8 * WORD as u64), word::of_small(signature.len() as u64));
        let words = [token.word(), value, nonce, deadline, this.word(), units, owner.word(), &at, &length];
        let parts = [Part::Words(&words), Part::Bytes(signature)];
        let [] = host::call(Address::known(&root!(PERMIT2)), permitTransferFromCall::SELECTOR, &parts);
    }

    pub(crate) fn gives(&self) -> bool {
        !word::is_zero(self.value)
    }

    #[inline(never)]
    fn submit(&self, account: Address<'_>, spender: Address<'_>) {
        let Self { token: Token(token), value, nonce, deadline, signature, .. } = *self;
        let (owner, spender) = (account.word(), spender.word());
        // Recovery id last in the signature, first in the arguments; only the kinds of 65 bytes have one.
        let (id, rest) = signature.split_last().unwrap_or((&0, signature));
        let id = word::of_small(u64::from(*id));
        let (at, length) = (word::of_small(5 * WORD as u64), word::of_small(signature.len() as u64));
        let allowed = word::of_small(u64::from(self.gives()));
        let (selector, words, bytes): (_, &[&Word], _) = match self.kind {
            Kind::Eip2612 => (eip2612::SELECTOR, &[owner, spender, value, deadline, &id], rest),
            Kind::DaiLike => (dai_like::SELECTOR, &[owner, spender, nonce, deadline, &allowed, &id], rest),
            Kind::Eip7598 => (eip7598::SELECTOR, &[owner, spender, value, deadline, &at, &length], signature),
            Kind::Permit2 => return,
        };
        host::attempt(token, selector, &[Part::Words(words), Part::Bytes(bytes)]);
    }
}
