//! Balancer V2's vault: calls back with the loan in hand, names its fee in the callback, is repaid by transfer.

use crate::{
    abi::IBalancerV2Vault::flashLoanCall,
    calldata::Calldata,
    error::Error,
    exchange::{self, Exchange, Put},
    flight::Flight,
    host::{self, Refused},
    math::{self, exact},
    network::BALANCER_V2_VAULT,
    word::{WORD, words},
};
use alloy_primitives::U256;
use alloy_sol_types::SolCall;

/// Most times that a loan is used again because the vault holds no larger one.
const ROUNDS_MAX: u64 = 32;

/// Takes a loan of what is put in: all at once, or, if the vault holds less and nothing is swapped, in rounds. What the
/// vault holds is only asked when it has refused, which costs nothing when it does not.
pub(super) fn lend(flight: &Flight, exchange: &mut Exchange, route: &[u8]) {
    exchange.lent_assets = exchange.assets;
    let Err(refused) = ask(flight, exchange, route) else { return };
    let (asset, needed) = (&exchange.put_side.asset, &exchange.assets);
    let available = &asset.balance_of(&BALANCER_V2_VAULT);
    if math::sub(available, needed).is_some() {
        refused.revert();
    }
    // In a full repayment, rounding may leave a unit of debt in each round but the last, which then has room for them.
    let (most, one) = (U256::from(ROUNDS_MAX), U256::from(1));
    let room = if exchange.put == Put::RepayAll { most } else { U256::ZERO };
    let up_to = exact::sub(&exact::add(needed, &room), &one);
    let rounds = exact::add(&host::div(&up_to, available), &one);
    if available.is_zero() || math::sub(&most, &rounds).is_none() || exchange.swaps() {
        Error::FlashLiquidityTooLow { available, needed }.revert();
    }
    exchange.lent_assets = exact::add(&host::div(&up_to, &rounds), &one);
    if let Err(refused) = ask(flight, exchange, route) {
        refused.revert();
    }
}

/// Asks the vault for a loan; it calls [`callback`] before it returns.
fn ask(flight: &Flight, exchange: &Exchange, route: &[u8]) -> Result<(), Refused> {
    let (values, this) = (exchange.values(), host::this());
    let length = exchange::WORDS * WORD + route.len();
    flight.commit(&host::keccak256_of(&words![values, route], length));
    // The recipient, where each of three arrays begins, two arrays of one, and the exchange and its path as bytes.
    let (asset, lent_assets) = (&exchange.put_side.asset.0, &exchange.lent_assets);
    let arguments =
        words![this, 4 * WORD, 6 * WORD, 8 * WORD, 1_u64, *asset, 1_u64, *lent_assets, length, values, route];
    host::call_or_refused(&BALANCER_V2_VAULT, flashLoanCall::SELECTOR, &arguments)?;
    flight.landed();
    Ok(())
}

/// `receiveFlashLoan`: only the vault, only with the exchange that was committed to, only once.
pub(crate) fn callback(mut calldata: Calldata<'_>) {
    let caller = host::sender();
    if caller != BALANCER_V2_VAULT {
        Error::UnexpectedCallback { caller: &caller }.revert();
    }
    for words in [4, 6, 8, 10] {
        calldata.fixed(words * WORD);
    }
    calldata.fixed(1);
    let token = calldata.address();
    calldata.fixed(1);
    let amount = calldata.uint();
    calldata.fixed(1);
    let fee_assets = calldata.uint();
    let data = calldata.bytes();
    calldata.end();

    let flight = Flight::claim(data);
    let mut committed = Calldata::new(data);
    let exchange = Exchange::decode_committed(&mut committed);
    if token != exchange.put_side.asset.0 || amount != exchange.lent_assets {
        Error::FlashLoanMismatch { token: &token, amount: &amount }.revert();
    }
    exchange.carry_out(&flight, &fee_assets, &BALANCER_V2_VAULT, committed.rest());
}
