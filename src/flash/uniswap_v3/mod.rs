//! Uniswap V3's pools: each delivers first, calls back, and is paid in the callback.
//!
//! To buy an exact amount, the path is gone from its end: the last pool delivers it, and is paid by the pool before it,
//! which delivers there; the first pool of the path is paid with what is taken out. To sell an exact amount, the path is
//! gone from its start: what the first pool delivers is sold to the next ones and put in, and then the first one is paid.

pub(crate) mod path;

use crate::{
    abi::IUniswapV3Pool::swapCall,
    calldata::Calldata,
    error::{overflow, revert, unexpected_callback},
    exchange::{self, Exchange},
    flight::{Awaited, Flight},
    host::{self, Part},
    token::Token,
    word::{self, Address, WORD, Word, ZERO, in_code},
};
use alloy_primitives::{U256, uint};
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
#[inline(never)]
pub(crate) fn buy(
    flight: &Flight,
    exchange: Exchange<'_>,
    route: &[u8],
    leg: Leg,
    assets: &Word,
    receiver: Address<'_>,
) {
    let Some((hop, _)) = path::last(route) else { return };
    let [_, received] = swap(flight, exchange, route, leg, &hop, &negative(assets), receiver);
    complete(&received, assets);
}

/// Sells exactly `assets` in the first pool of a path. Returns what this contract got for them.
#[inline(never)]
pub(super) fn sell(flight: &Flight, exchange: Exchange<'_>, route: &[u8], leg: Leg, assets: &Word) -> Word {
    let Some((hop, _)) = path::first(route) else { return *assets };
    let [sold, received] = swap(flight, exchange, route, leg, &hop, assets, host::this());
    complete(&sold, assets);
    received
}

/// A pool that runs out trades less than it was asked for, and says nothing.
fn complete(amount: &Word, asked: &Word) {
    if !word::same(amount, asked) {
        revert!(SwapIncomplete(amount, asked));
    }
}

/// The negative of a number, in two's complement.
#[inline(never)]
fn negative(number: &Word) -> Word {
    word::of_uint(&U256::ZERO.wrapping_sub(word::uint(number)))
}

/// Has a pool swap, which calls [`callback`] before it returns. Returns what was sold to it and what it delivered.
#[inline(never)]
fn swap(
    flight: &Flight,
    exchange: Exchange<'_>,
    route: &[u8],
    leg: Leg,
    hop: &Hop,
    specified: &Word,
    receiver: Address<'_>,
) -> [Word; 2] {
    let (pool, leg, zero_for_one) = (hop.pool(), word::of_small(leg as u64), hop.zero_for_one());
    let start = [&pool, &leg];
    let data = [Part::Words(&start), Part::Bytes(exchange.bytes()), Part::Bytes(route)];
    let length = 2 * WORD + exchange::BYTES + route.len();
    let hash = host::keccak256_of(&data, 0, length);
    flight.commit(Awaited::Swap, &hash);
    let limit = match zero_for_one {
        true => in_code!(LOWEST_PRICE.to_be_bytes()),
        false => in_code!(HIGHEST_PRICE.to_be_bytes()),
    };
    let (direction, at) = (word::of_small(u64::from(zero_for_one)), word::of_small(5 * WORD as u64));
    let head = [receiver.word(), &direction, specified, &limit, &at, &word::of_small(length as u64)];
    let [start, exchange, route] = data;
    let arguments = [Part::Words(&head), start, exchange, route];
    let deltas = host::call(Address::known(&pool), swapCall::SELECTOR, &arguments);
    flight.landed(Awaited::Swap, &hash);
    amounts(&deltas, zero_for_one)
}

/// What is owed to a pool and what it delivered, of its two balances' changes.
#[inline(never)]
fn amounts([delta0, delta1]: &[Word; 2], zero_for_one: bool) -> [Word; 2] {
    let (owed, paid) = if zero_for_one { (delta0, delta1) } else { (delta1, delta0) };
    let delivered = negative(paid);
    // A pool never pays for what it delivers, nor delivers less than nothing.
    if owed[0] > 0x7f || delivered[0] > 0x7f {
        overflow();
    }
    [*owed, delivered]
}

/// `uniswapV3SwapCallback`: only the pool that was asked, only with the exchange that was committed to, only once.
pub(crate) fn callback(mut calldata: Calldata<'_>) {
    let deltas = calldata.words();
    calldata.fixed(3 * WORD);
    let data = calldata.bytes();
    calldata.end();

    // Nobody else learns whether the data is right.
    if !data.first_chunk().is_some_and(|pool| word::same(pool, host::sender().word())) {
        unexpected_callback();
    }
    let flight = Flight::claim(Awaited::Swap, data);
    let mut committed = Calldata::new(data);
    let (pool, leg) = (committed.address(), committed.variant(3));
    let exchange = Exchange(committed.words());
    let route = committed.rest();
    let hop = if exchange.sells() { path::first(route) } else { path::last(route) };
    let Some((hop, mut rest)) = hop else { unexpected_callback() };
    let [owed, delivered] = amounts(deltas, hop.zero_for_one());
    if leg == Leg::Held as u8 {
        return Token(hop.sold()).transfer(pool, &owed);
    }
    if leg == Leg::First as u8 {
        let mut put_assets = delivered;
        while exchange.sells() && path::first(rest).is_some() {
            put_assets = sell(&flight, exchange, rest, Leg::Held, &put_assets);
            rest = path::first(rest).map_or(&[], |(_, next)| next);
        }
        exchange.put_in(&put_assets, true, true);
    }
    match path::last(rest) {
        Some(_) => buy(&flight, exchange, rest, Leg::Next, &owed, pool),
        None => exchange.pay(&owed, &ZERO, pool),
    }
}
