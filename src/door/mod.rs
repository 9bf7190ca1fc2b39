//! Who an operation is for. There are two doors only: the account calls, or the account has signed all of the operation.

mod witness;

use crate::{
    abi::IPermit2::permitWitnessTransferFromCall,
    calldata::Calldata,
    flash::uniswap_v3::path,
    host::{self, Part},
    network::root,
    permit::{Authorizations, SIGNATURE_LONGEST},
    token::Token,
    word::{self, Address, WORD, Word},
};
use alloy_sol_types::SolCall;
pub(crate) use witness::Verb;

/// Which door the entry point is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// The caller's own.
    Caller,
    /// For whoever signed.
    Signed,
}

/// What follows an operation in the calldata.
pub(crate) struct Extras<'a> {
    /// Uniswap V3 paths, of which the second is only a migration's.
    pub(crate) routes: [&'a [u8]; 2],
    /// Signed approvals.
    pub(crate) authorizations: Authorizations<'a>,
    /// The operation as it stands in the calldata.
    operation: &'a [u8],
    pub(crate) signed: Option<Signed<'a>>,
}

/// Whom an operation is for and who is paid for sending it, as signed.
pub(crate) struct Signed<'a> {
    account: Address<'a>,
    nonce: &'a Word,
    pub(crate) fee_token: Address<'a>,
    fee: &'a Word,
    fee_recipient: Address<'a>,
    signature: &'a [u8],
}

impl<'a> Extras<'a> {
    /// Reads what follows an operation to the end of the calldata.
    #[inline(never)]
    pub(crate) fn decode(mut calldata: Calldata<'a>, verb: Verb, door: Door) -> Self {
        let operation = calldata.read();
        // The head is read along with what it points to, all of it in order and without gaps.
        let mut head = calldata;
        calldata.skip(verb.routes() + 1 + usize::from(door == Door::Signed));
        let mut routes: [&[u8]; 2] = [&[]; 2];
        for route in routes.iter_mut().take(verb.routes()) {
            head.fixed(calldata.offset());
            *route = calldata.bytes_up_to(path::LONGEST);
        }
        head.fixed(calldata.offset());
        let authorizations = Authorizations::decode(&mut calldata);
        let mut signed = None;
        if door == Door::Signed {
            head.fixed(calldata.offset());
            signed = Some(Signed::decode(&mut calldata));
        }
        calldata.end();
        Self { routes, authorizations, operation, signed }
    }

    /// Whether the account has signed the operation, and does not call itself.
    pub(crate) fn is_signed(&self) -> bool {
        self.signed.is_some()
    }

    /// Whether there may be a swap, or somebody is paid for sending the operation.
    pub(crate) fn swaps_or_pays(&self) -> bool {
        self.is_signed() || self.routes.iter().any(|route| !route.is_empty())
    }

    /// Whose position it is. Nothing may be done to it before [`Self::admit`] has succeeded.
    pub(crate) fn account(&self) -> Address<'a> {
        match &self.signed {
            Some(signed) => signed.account,
            None => host::sender(),
        }
    }

    /// Lets an account in that does not call itself, and brings the deposit here from its wallet.
    pub(crate) fn admit(&self, verb: Verb, deadline: &Word, asset: Token<'_>, deposit_assets: &Word) {
        if let Some(signed) = &self.signed {
            let witness = witness::hash(verb, self.operation, &self.routes, signed.fee_recipient);
            signed.redeem(&witness, verb, deadline, asset, deposit_assets);
        }
    }
}

impl<'a> Signed<'a> {
    fn decode(calldata: &mut Calldata<'a>) -> Self {
        let (account, nonce) = (calldata.address(), calldata.word());
        let (fee_token, fee, fee_recipient) = (calldata.address(), calldata.word(), calldata.address());
        calldata.fixed(6 * WORD);
        let signature = calldata.bytes_up_to(SIGNATURE_LONGEST);
        Self { account, nonce, fee_token, fee, fee_recipient, signature }
    }

    /// Has Permit2 check the signature over the operation, use up its nonce, and move the deposit and the fee.
    fn redeem(&self, witness: &Word, verb: Verb, deadline: &Word, asset: Token<'_>, deposit_assets: &Word) {
        let Self { account, nonce, fee_token, fee, fee_recipient, signature } = *self;
        let permit2 = root!(PERMIT2);
        let permit2 = Address::known(&permit2);
        // Where there is no code a call succeeds, and would let everybody in.
        if host::code_size(permit2) == 0 {
            host::invalid_return(permit2, permitWitnessTransferFromCall::SELECTOR);
        }
        let text = witness::TypeText::of(verb);
        let text = text.whole();
        let small = |number: usize| word::of_small(number as u64);
        let at = |words: usize| small(words * WORD);
        let (permit_at, transfers_at, text_at, list_at, two) = (at(6), at(14), at(19), at(3), small(2));
        let signature_at = small(20 * WORD + text.len().next_multiple_of(WORD));
        let (text_length, length) = (small(text.len()), small(signature.len()));
        let (asset, fee_token) = (asset.0.word(), fee_token.word());
        let head = [&permit_at, &transfers_at, account.word(), witness, &text_at, &signature_at];
        let permit = [&list_at, nonce, deadline, &two, asset, deposit_assets, fee_token, fee];
        let transfers = [&two, host::this().word(), deposit_assets, fee_recipient.word(), fee, &text_length];
        let arguments = [
            Part::Words(&head),
            Part::Words(&permit),
            Part::Words(&transfers),
            Part::Bytes(text),
            Part::Words(&[&length]),
            Part::Bytes(signature),
        ];
        let [] = host::call(permit2, permitWitnessTransferFromCall::SELECTOR, &arguments);
    }
}
