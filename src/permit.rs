//! Signed approvals: submitted first, used up by the operation, and gone at its end.

use crate::{
    abi::{
        IDaiLikePermit::permitCall as dai_like, IERC20Permit::permitCall as eip2612, IERC7598::permitCall as eip7598,
        IPermit2::permitTransferFromCall,
    },
    calldata::{Calldata, malformed},
    error::Error,
    host,
    network::PERMIT2,
    token::Token,
    word::{WORD, words},
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;

/// Longest signature that is read: enough for a wallet of many owners.
pub(crate) const SIGNATURE_LONGEST: usize = 2 * 1024;

/// How an approval is given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Eip2612,
    Eip7598,
    DaiLike,
    Permit2,
}

/// A signed approval, where it stands in the calldata.
struct Authorization<'a> {
    kind: Kind,
    token: Token,
    value: &'a [u8; WORD],
    nonce: &'a [u8; WORD],
    deadline: &'a [u8; WORD],
    signature: &'a [u8],
}

/// The signed approvals of an operation.
#[derive(Clone, Copy)]
pub(crate) struct Authorizations<'a> {
    calldata: Calldata<'a>,
    count: usize,
}

impl<'a> Authorizations<'a> {
    /// Reads them all once; what follows them is next.
    pub(crate) fn decode(calldata: &mut Calldata<'a>) -> Self {
        let count = calldata.small();
        let heads = *calldata;
        let authorizations = Self { calldata: heads, count };
        calldata.skip(count);
        let mut offsets = heads;
        for _ in 0..count {
            offsets.fixed(calldata.offset() - heads.offset());
            Authorization::decode(calldata);
        }
        authorizations
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// They were well formed when they were read, and are read again where they stand.
    fn each(&self) -> impl Iterator<Item = Authorization<'a>> {
        let mut calldata = self.calldata;
        let count = self.count;
        calldata.skip(count);
        (0..count).map(move |_| Authorization::decode(&mut calldata))
    }

    /// Submits those that give. One that fails may have been submitted by somebody else: what counts is what the
    /// lender and the token then allow.
    pub(crate) fn submit(&self, account: &Address, this: &Address, has_part: impl Fn(&Address) -> bool) {
        for authorization in self.each() {
            if !has_part(&authorization.token.0) {
                Error::AuthorizationForeign { token: &authorization.token.0 }.revert();
            }
            if authorization.gives() {
                authorization.submit(account, this);
            }
        }
    }

    /// Whether an allowance of a token is given and not taken back: then it has to be used up.
    pub(crate) fn uses_up(&self, token: &Address) -> bool {
        let of_token = || self.each().filter(|authorization| authorization.token.0 == *token);
        !self.is_empty() && of_token().count() != 0 && of_token().all(|authorization| authorization.gives())
    }

    /// Brings the deposit here: through Permit2 if that was signed, or by the allowance there is.
    pub(crate) fn collect(&self, asset: &Token, assets: &U256, account: &Address, this: &Address) {
        if assets.is_zero() {
            return;
        }
        for Authorization { kind, token, value, nonce, deadline, signature } in self.each() {
            if kind == Kind::Permit2 && token.0 == asset.0 {
                let length = signature.len();
                let permit = words![asset.0, *value, *nonce, *deadline, *this, *assets];
                let arguments = words![permit, *account, 8 * WORD, length, signature];
                let [] = host::call(&PERMIT2, permitTransferFromCall::SELECTOR, &arguments);
                return;
            }
        }
        asset.transfer_from(account, this, assets);
    }

    /// Takes back what is to be taken back, uses up what is left, and reverts if any is left then.
    pub(crate) fn settle(&self, account: &Address, this: &Address) {
        for authorization in self.each().filter(|authorization| !authorization.gives()) {
            authorization.submit(account, this);
        }
        for Authorization { token, .. } in self.each().filter(|authorization| authorization.kind != Kind::Permit2) {
            let mut allowance = token.allowance(account, this);
            if !allowance.is_zero() && allowance != U256::MAX {
                token.waste_allowance(account, &allowance);
                allowance = token.allowance(account, this);
            }
            if !allowance.is_zero() {
                Error::AllowanceLeft { token: &token.0, allowance: &allowance }.revert();
            }
        }
    }
}

impl<'a> Authorization<'a> {
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

    fn gives(&self) -> bool {
        *self.value != [0; WORD]
    }

    fn submit(&self, account: &Address, spender: &Address) {
        let Self { token: Token(token), value, nonce, deadline, signature, .. } = self;
        // Recovery id last in the signature, first in the arguments; only the kinds of 65 bytes have one.
        let (id, rest) = signature.split_last().map_or((0, *signature), |(id, rest)| (u64::from(*id), rest));
        match self.kind {
            Kind::Eip2612 => {
                host::attempt(token, eip2612::SELECTOR, &words![*account, *spender, **value, **deadline, id, rest]);
            }
            Kind::DaiLike => {
                let allowed = u64::from(self.gives());
                let arguments = words![*account, *spender, **nonce, **deadline, allowed, id, rest];
                host::attempt(token, dai_like::SELECTOR, &arguments);
            }
            Kind::Eip7598 => {
                let length = signature.len();
                let arguments = words![*account, *spender, **value, **deadline, 5 * WORD, length, *signature];
                host::attempt(token, eip7598::SELECTOR, &arguments);
            }
            Kind::Permit2 => {}
        }
    }
}
