//! Balancer V2's vault: calls back with the loan in hand, names its fee in the callback, is repaid by transfer.

use crate::{
    abi::IBalancerV2Vault::flashLoanCall,
    calldata::Calldata,
    error::{revert, unexpected_callback},
    exchange::{self, Draft, Exchange},
    flight::{Awaited, Flight},
    host::{self, Part, Refused},
    math::exact,
    network::root,
    word::{self, Address, WORD, Word},
};
use alloy_primitives::U256;
use alloy_sol_types::SolCall;

/// Most times that a loan is used again because the vault holds no larger one.
const ROUNDS_MAX: u64 = 32;

/// Takes a loan of what is put in: all at once, or, if the vault holds less and nothing is swapped, in rounds. What the
/// vault holds is only asked when it has refused, which costs nothing when it does not. Returns the fee.
pub(super) fn lend(flight: &Flight, draft: &mut Draft, route: &[u8]) -> Word {
    let refused = match ask(flight, draft.exchange(), route) {
        Ok(fee_assets) => return fee_assets,
        Err(refused) => refused,
    };
    let exchange = draft.exchange();
    let available = exchange.put_side().asset.balance_of(Address::known(&root!(BALANCER_V2_VAULT)));
    if !word::less(&available, exchange.assets()) {
        refused.revert();
    }
    let Some(lent_assets) = a_round(&available, exchange).filter(|_| !exchange.swaps()) else {
        revert!(FlashLiquidityTooLow(&available, exchange.assets()));
    };
    draft.lend_at_a_time(&lent_assets);
    match ask(flight, draft.exchange(), route) {
        Ok(fee_assets) => fee_assets,
        Err(refused) => refused.revert(),
    }
}

/// What to lend at a time, in as few rounds as will do; nothing where too many would be needed.
#[inline(never)]
fn a_round(available: &Word, exchange: Exchange<'_>) -> Option<Word> {
    // In a full repayment, rounding may leave a unit of debt in each round but the last, which then has room for them.
    let (one, most) = (word::of_small(1), word::of_small(ROUNDS_MAX));
    let room = if exchange.repays_all() { &most } else { &word::ZERO };
    let up_to = word::uint(&exact::sub(&exact::add(exchange.assets(), room), &one));
    let divided = |by: &U256| exact::add(&word::of_uint(&host::div(&up_to, by)), &one);
    let rounds = divided(&word::uint(available));
    (!word::is_zero(available) && !word::less(&most, &rounds)).then(|| divided(&word::uint(&rounds)))
}

/// Asks the vault for a loan; it calls [`callback`] before it returns. Returns the fee.
#[inline(never)]
fn ask(flight: &Flight, exchange: Exchange<'_>, route: &[u8]) -> Result<Word, Refused> {
    let (data, length) = ([Part::Bytes(exchange.bytes()), Part::Bytes(route)], exchange::BYTES + route.len());
    let hash = host::keccak256_of(&data, 0, length);
    flight.commit(Awaited::Loan, &hash);
    // The recipient, where each of three arrays begins, two arrays of one, and the exchange and its path as bytes.
    let small = |words: usize| word::of_small((words * WORD) as u64);
    let (tokens, amounts, user_data) = (small(4), small(6), small(8));
    let (one, length) = (word::of_small(1), word::of_small(length as u64));
    let (asset, lent_assets) = (exchange.put_side().asset.0.word(), exchange.lent_assets());
    let head = [host::this().word(), &tokens, &amounts, &user_data, &one, asset, &one, lent_assets, &length];
    let [exchange, route] = data;
    let vault = root!(BALANCER_V2_VAULT);
    host::call_or_refused(Address::known(&vault), flashLoanCall::SELECTOR, &[Part::Words(&head), exchange, route])?;
    Ok(flight.landed(Awaited::Loan, &hash))
}

/// `receiveFlashLoan`: only the vault, only with the exchange that was committed to, only once.
pub(crate) fn callback(mut calldata: Calldata<'_>) {
    let caller = host::sender();
    if !caller.is(Address::known(&root!(BALANCER_V2_VAULT))) {
        unexpected_callback();
    }
    for words in [4, 6, 8, 10] {
        calldata.fixed(words * WORD);
    }
    calldata.fixed(1);
    let token = calldata.address();
    calldata.fixed(1);
    let amount = calldata.word();
    calldata.fixed(1);
    let fee_assets = calldata.word();
    let data = calldata.bytes();
    calldata.end();

    let flight = Flight::claim(Awaited::Loan, data);
    let mut committed = Calldata::new(data);
    let exchange = Exchange(committed.words());
    if !token.is(exchange.put_side().asset.0) || !word::same(amount, exchange.lent_assets()) {
        revert!(FlashLoanMismatch(token.word(), amount));
    }
    exchange.carry_out(&flight, fee_assets, caller, committed.rest());
    flight.costs(fee_assets);
}
