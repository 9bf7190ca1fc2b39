//! Who an operation is for. There are two doors only: the account calls, or the account has signed all of the operation.

mod witness;

use crate::{
    abi::IPermit2::permitWitnessTransferFromCall,
    calldata::Calldata,
    error::Error,
    host,
    network::PERMIT2,
    permit::{Authorizations, SIGNATURE_LONGEST},
    token::Token,
    word::{WORD, words},
};
use alloy_primitives::{Address, U256};
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
    signed: Option<Signed<'a>>,
}

/// Whom an operation is for and who is paid for sending it, as signed.
struct Signed<'a> {
    account: Address,
    nonce: &'a [u8; WORD],
    fee_token: Address,
    fee: U256,
    fee_recipient: Address,
    signature: &'a [u8],
}

impl<'a> Extras<'a> {
    /// Reads what follows an operation, which began at `start`, to the end of the calldata.
    pub(crate) fn decode(start: &Calldata<'a>, mut calldata: Calldata<'a>, verb: Verb, door: Door) -> Self {
        let operation = calldata.since(start);
        // The head is read along with what it points to, all of it in order and without gaps.
        let routes = if verb == Verb::Migrate { 2 } else { 1 };
        let words = routes + 1 + usize::from(door == Door::Signed);
        let mut head = calldata;
        calldata.skip(words);
        let mut paths: [&[u8]; 2] = [&[]; 2];
        for path in paths.iter_mut().take(routes) {
            head.fixed(calldata.offset());
            *path = calldata.bytes_up_to(crate::flash::uniswap_v3::path::LONGEST);
        }
        head.fixed(calldata.offset());
        let authorizations = Authorizations::decode(&mut calldata);
        let signed = match door {
            Door::Caller => None,
            Door::Signed => {
                head.fixed(calldata.offset());
                Some(Signed::decode(&mut calldata))
            }
        };
        calldata.end();
        Self { routes: paths, authorizations, operation, signed }
    }

    /// Whose position it is. Nothing may be done to it before [`Self::admit`] has succeeded.
    pub(crate) fn account(&self) -> Address {
        self.signed.as_ref().map_or_else(host::sender, |signed| signed.account)
    }

    /// Lets the account in, and brings the deposit here from its wallet.
    pub(crate) fn admit(&self, verb: Verb, deadline: &[u8; WORD], asset: &Token, deposit_assets: &U256) {
        let this = &host::this();
        match &self.signed {
            None => self.authorizations.collect(asset, deposit_assets, &host::sender(), this),
            Some(signed) => {
                let witness = witness::hash(verb, self.operation, &self.routes, &signed.fee_recipient);
                signed.redeem(&witness, verb, deadline, asset, deposit_assets, this)
            }
        }
    }
}

impl<'a> Signed<'a> {
    fn decode(calldata: &mut Calldata<'a>) -> Self {
        let account = calldata.address();
        let [nonce] = calldata.words();
        let (fee_token, fee, fee_recipient) = (calldata.address(), calldata.uint(), calldata.address());
        calldata.fixed(6 * WORD);
        let signature = calldata.bytes_up_to(SIGNATURE_LONGEST);
        Self { account, nonce, fee_token, fee, fee_recipient, signature }
    }

    /// Has Permit2 check the signature over the operation, use up its nonce, and move the deposit and the fee.
    fn redeem(
        &self,
        witness: &alloy_primitives::B256,
        verb: Verb,
        deadline: &[u8; WORD],
        asset: &Token,
        deposit_assets: &U256,
        this: &Address,
    ) {
        let Self { account, nonce, fee_token, fee, fee_recipient, signature } = self;
        // Where there is no code a call succeeds, and would let everybody in.
        if host::code_size(&PERMIT2) == 0 {
            Error::UnexpectedCallback { caller: &PERMIT2 }.revert();
        }
        let text = witness::TypeText::of(verb);
        let text = text.as_bytes();
        let signature_at = 20 * WORD + text.len().next_multiple_of(WORD);
        let head = words![6 * WORD, 14 * WORD, *account, *witness, 19 * WORD, signature_at];
        let permit = words![3 * WORD, **nonce, *deadline, 2_u64, asset.0, *deposit_assets, *fee_token, *fee];
        let transfers = words![2_u64, *this, *deposit_assets, *fee_recipient, *fee];
        let (text_length, length) = (text.len(), signature.len());
        let arguments = words![head, permit, transfers, text_length, text, length, *signature];
        let [] = host::call(&PERMIT2, permitWitnessTransferFromCall::SELECTOR, &arguments);
    }
}
