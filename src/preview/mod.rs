//! The preview, a program of its own: what an operation comes to, found by carrying it out in a frame that reverts.
//!
//! It runs as the account whose operation it is, by an override of that account's code. State is changed by `rehearse` and
//! `weigh` alone, which never return: so nothing persists, whoever calls, also of an account that really delegates to it.

mod answer;
mod exactly;
mod plan;
mod reason;
mod rehearsal;
mod search;

use crate::{
    abi::IDebtPreview::{isValidSignatureCall, previewCall, rehearseCall, weighCall},
    calldata::Calldata,
    error::revert,
    host,
    word::{self, Address, WORD, Word},
};
use alloc::vec::Vec;
use alloy_sol_types::SolCall;
use answer::{Answer, Outcome};

/// Bytes of the longest result of a rehearsal: its words, and an error with a reason of 4 KiB.
const RESULT_MAX: usize = 8 * 1024;

/// An operation, and who is to carry it out.
struct Request<'a> {
    manager: Address<'a>,
    operation: &'a [u8],
    /// What else is said: the least health factor, or which ratio to try.
    number: &'a Word,
}

impl<'a> Request<'a> {
    /// Reads the arguments, which are the same for all that is done with it.
    fn decode(mut calldata: Calldata<'a>) -> Self {
        let manager = calldata.address();
        calldata.fixed(3 * WORD);
        let number = calldata.word();
        let operation = calldata.bytes();
        calldata.end();
        Self { manager, operation, number }
    }

    /// The calldata of a rehearsal by this program itself.
    fn rehearsal(&self) -> OwnCall {
        let padded = self.operation.len().next_multiple_of(WORD);
        let small = |number: usize| word::of_small(number as u64);
        let head = [self.manager.word(), &small(3 * WORD), &word::ZERO, &small(self.operation.len())];
        let mut calldata = Vec::with_capacity(4 + 4 * WORD + padded);
        calldata.extend_from_slice(&rehearseCall::SELECTOR);
        head.into_iter().for_each(|word| calldata.extend_from_slice(word));
        calldata.extend_from_slice(self.operation);
        calldata.resize(calldata.capacity(), 0);
        OwnCall(calldata)
    }
}

/// The calldata of a call of this program's own: the same bytes each time, since the allocator never frees any.
struct OwnCall(Vec<u8>);

impl OwnCall {
    /// Has this program called, and returns with what that reverts, always.
    fn carry_out(&self, most: usize) -> Vec<u8> {
        let (Ok(result) | Err(result)) = host::call_whole(host::this(), &self.0, most);
        result
    }

    /// Makes it one that weighs, so many steps from the least ratio.
    fn weigh(&mut self, steps: &Word) {
        let words = [(0, &weighCall::SELECTOR[..]), (4 + 2 * WORD, steps)];
        for (start, bytes) in words {
            if let Some(place) = self.0.get_mut(start..start + bytes.len()) {
                place.copy_from_slice(bytes);
            }
        }
    }
}

/// Finds the entry point and runs it.
pub(crate) fn dispatch(input: &[u8]) -> ! {
    let value = host::value();
    if !word::is_zero(&value) {
        revert!(NotPayable(&value));
    }
    let (selector, arguments) = input.split_first_chunk().unwrap_or((&[0; 4], input));
    let request = || Request::decode(Calldata::new(arguments));
    match *selector {
        previewCall::SELECTOR => preview(&request()),
        rehearseCall::SELECTOR => rehearsal::rehearse(&request()),
        weighCall::SELECTOR => rehearsal::weigh(&request()),
        isValidSignatureCall::SELECTOR => {
            let answer = if rehearsal::is_on() { isValidSignatureCall::SELECTOR } else { [0; 4] };
            host::succeed(&word::of_selector(answer))
        }
        unknown => revert!(UnknownSelector(&word::of_selector(unknown))),
    }
}

fn preview(request: &Request<'_>) -> ! {
    let mut call = request.rehearsal();
    let mut answer = match Answer::of(call.carry_out(RESULT_MAX)) {
        Ok(answer) => answer,
        Err(error) => {
            // No position is known: the operation is wrong by itself.
            let outcome = Outcome { reason: Some(reason::of_error(&error)), error, ..Outcome::default() };
            host::succeed(&outcome.encode(&[]))
        }
    };
    if !word::is_zero(request.number) {
        let probe = |steps: &Word| {
            call.weigh(steps);
            search::Weighed::decode(&call.carry_out(search::WEIGHED))
        };
        answer.set_max_ratio(&search::largest_ratio(probe, &word::uint(request.number)));
    }
    host::succeed(answer.bytes())
}
