//! Uniswap V3's pools: each delivers first, calls back, and is paid in the callback.
//!
//! To buy an exact amount, the path is gone from its end: the last pool delivers it, and is paid by the pool before it,
//! which delivers there; the first pool of the path is paid with what is taken out. To sell an exact amount, the path is
//! gone from its start: what the first pool delivers is sold to the next ones and put in, and then the first one is paid.

pub(crate) mod path;

use crate::{
    abi::IUniswapV3Pool::swapCall,
    calldata::Calldata,
    error::Error,
    exchange::{self, Exchange},
    flight::Flight,
    host,
    token::Token,
    word::{self, WORD, words},
};
use alloy_primitives::{Address, U256, uint};
use alloy_sol_types::SolCall;
use path::Hop;

/// What a pool's callback has to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leg {
    /// Carry out the exchange with what the pool delivered.
    First,
    /// Pay the pool; all else has been done.
    Next,
    /// Pay the pool with what is here.
    Held,
}

/// The prices at which a pool runs out: no limit. What comes of it is held against the caller's bounds.
const LOWEST_PRICE: U256 = uint!(4_295_128_740_U256);
const HIGHEST_PRICE: U256 = uint!(1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_341_U256);

/// Buys exactly `assets` in the last pool of a path, for `receiver`.
pub(crate) fn buy(flight: &Flight, exchange: &Exchange, route: &[u8], leg: Leg, assets: &U256, receiver: &Address) {
    let Some((hop, _)) = path::last(route) else { return };
    let asked = U256::ZERO.wrapping_sub(*assets);
    let [_, received] = swap(flight, exchange, route, leg, &hop, &asked, receiver);
    complete(&received, assets);
}

/// Sells exactly `assets` in the first pool of a path. Returns what this contract got for them.
pub(super) fn sell(flight: &Flight, exchange: &Exchange, route: &[u8], leg: Leg, assets: &U256) -> U256 {
    let Some((hop, _)) = path::first(route) else { return *assets };
    let [sold, received] = swap(flight, exchange, route, leg, &hop, assets, &host::this());
    complete(&sold, assets);
    received
}

/// A pool that runs out trades less than it was asked for, and says nothing.
fn complete(amount: &U256, asked: &U256) {
    if amount != asked {
        Error::SwapIncomplete { amount, asked }.revert();
    }
}

/// Has a pool swap, which calls [`callback`] before it returns. Returns what was sold to it and what it delivered.
fn swap(
    flight: &Flight,
    exchange: &Exchange,
    route: &[u8],
    leg: Leg,
    hop: &Hop,
    specified: &U256,
    receiver: &Address,
) -> [U256; 2] {
    let (pool, values) = (hop.pool(), exchange.values());
    let (zero_for_one, leg) = (hop.zero_for_one(), leg as u64);
    let data = words![pool, leg, values, route];
    let length = (2 + exchange::WORDS) * WORD + route.len();
    flight.commit(&host::keccak256_of(&data, length));
    let direction = u64::from(zero_for_one);
    let limit = if zero_for_one { LOWEST_PRICE } else { HIGHEST_PRICE };
    let arguments = words![*receiver, direction, *specified, limit, 5 * WORD, length, data];
    let deltas = host::call(&pool, swapCall::SELECTOR, &arguments);
    flight.landed();
    amounts(&deltas.map(|delta| word::uint(&delta)), zero_for_one)
}

/// What is owed to a pool and what it delivered, of its two balances' changes.
fn amounts([delta0, delta1]: &[U256; 2], zero_for_one: bool) -> [U256; 2] {
    let (owed, paid) = if zero_for_one { (delta0, delta1) } else { (delta1, delta0) };
    let delivered = U256::ZERO.wrapping_sub(*paid);
    // A pool never pays for what it delivers, nor delivers less than nothing.
    if owed.bit(255) || delivered.bit(255) {
        Error::ArithmeticOverflow {}.revert();
    }
    [*owed, delivered]
}

/// `uniswapV3SwapCallback`: only the pool that was asked, only with the exchange that was committed to, only once.
pub(crate) fn callback(mut calldata: Calldata<'_>) {
    let deltas = [calldata.uint(), calldata.uint()];
    calldata.fixed(3 * WORD);
    let data = calldata.bytes();
    calldata.end();

    let flight = Flight::claim(data);
    let mut committed = Calldata::new(data);
    let (pool, leg) = (committed.address(), committed.variant(3));
    let exchange = Exchange::decode_committed(&mut committed);
    let (route, caller) = (committed.rest(), host::sender());
    let is_sale = exchange.is_exact_input;
    let hop = if is_sale { path::first(route) } else { path::last(route) };
    let Some((hop, mut rest)) = hop.filter(|_| caller == pool) else {
        Error::UnexpectedCallback { caller: &caller }.revert();
    };
    let [owed, delivered] = amounts(&deltas, hop.zero_for_one());
    if leg == Leg::Held as u8 {
        return Token(hop.sold).transfer(&pool, &owed);
    }
    if leg == Leg::First as u8 {
        let mut put_assets = delivered;
        while is_sale && let Some((_, next)) = path::first(rest) {
            put_assets = sell(&flight, &exchange, rest, Leg::Held, &put_assets);
            rest = next;
        }
        exchange.put_in(&put_assets, true, true);
    }
    match path::last(rest) {
        Some(_) => buy(&flight, &exchange, rest, Leg::Next, &owed, &pool),
        None => exchange.pay(&owed, &U256::ZERO, &pool),
    }
}
