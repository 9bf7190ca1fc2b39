//! Uniswap V3.

use crate::{ALICE, reason, world};
use alloy_primitives::{B256, U256, b256, keccak256};
use alloy_sol_types::SolValue;
use protocols::Asset;

const POOL_CODE_HASH: B256 = b256!("e34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54");
const MILLIONTHS: u64 = 1_000_000;

#[test]
fn pools_lie_where_routers_compute_them() {
    let (_, world) = world();
    assert_eq!(world.uniswap.pools().len(), 3);
    for pool in world.uniswap.pools() {
        let [token0, token1] = pool.tokens.map(|token| token.address);
        assert!(token0 < token1);
        let salt = keccak256((token0, token1, pool.fee.to::<u32>()).abi_encode());
        assert_eq!(pool.address, world.uniswap.factory.create2(salt, POOL_CODE_HASH));
    }
}

/// A small swap gives what the feeds say, less the fee: to a part in 10,000, in both directions of every pool.
#[test]
fn pools_trade_at_the_feeds_prices() {
    let (chain, world) = world();
    for pool in world.uniswap.pools() {
        for [from, to] in [[pool.tokens[0].asset, pool.tokens[1].asset], [pool.tokens[1].asset, pool.tokens[0].asset]] {
            let paid = Asset::Usdc.units(30) * from.units(1) / Asset::Usdc.units(1) / U256::from(from.dollars());
            let due = paid * U256::from(from.dollars()) * to.units(1) / (U256::from(to.dollars()) * from.units(1));
            let due = due * U256::from(MILLIONTHS - pool.fee.to::<u64>()) / U256::from(MILLIONTHS);
            let got = world.uniswap.quote_exact_input(&chain, &[from, to], paid);
            assert!(got.abs_diff(due) * U256::from(10_000) <= due, "{from:?} {to:?}: {got}, not {due}");
        }
    }
}

#[test]
fn a_quote_of_an_exact_input_equals_the_swap() {
    let routes: [&[Asset]; 3] = [
        &[Asset::Usdc, Asset::Weth],
        &[Asset::Usdc, Asset::WstEth, Asset::Weth],
        &[Asset::WstEth, Asset::Weth, Asset::Usdc],
    ];
    for route in routes {
        let (mut chain, world) = world();
        let (first, last) = (route[0], route[route.len() - 1]);
        let paid = first.units(7);
        world.tokens.of(first).mint(&mut chain, ALICE, paid).expect("funds");
        let quote = world.uniswap.quote_exact_input(&chain, route, paid);
        let got = world.uniswap.swap_exact_input(&mut chain, ALICE, route, paid).expect("a swap");
        assert_eq!(got, quote);
        assert_eq!(world.tokens.of(last).balance_of(&chain, ALICE), quote);
        assert_eq!(world.tokens.of(first).balance_of(&chain, ALICE), U256::ZERO);
    }
}

#[test]
fn a_quote_of_an_exact_output_equals_the_swap() {
    let (mut chain, world) = world();
    let route = [Asset::Usdc, Asset::WstEth, Asset::Weth];
    let wanted = Asset::Weth.units(2);
    let purse = Asset::Usdc.units(7_000);
    world.tokens.of(Asset::Usdc).mint(&mut chain, ALICE, purse).expect("funds");
    let quote = world.uniswap.quote_exact_output(&chain, &route, wanted);
    let paid = world.uniswap.swap_exact_output(&mut chain, ALICE, &route, wanted).expect("a swap");
    assert_eq!(paid, quote);
    assert_eq!(world.tokens.of(Asset::Weth).balance_of(&chain, ALICE), wanted);
    assert_eq!(world.tokens.of(Asset::Usdc).balance_of(&chain, ALICE), purse - paid);
}

#[test]
fn a_large_swap_moves_the_price_and_is_not_for_nothing() {
    let (mut chain, world) = world();
    let pool = *world.uniswap.pool(Asset::Usdc, Asset::Weth);
    let before = pool.sqrt_price_x96(&chain);
    let paid = Asset::Usdc.units(90_000);
    world.tokens.of(Asset::Usdc).mint(&mut chain, ALICE, paid).expect("funds");
    let got = world.uniswap.swap_exact_input(&mut chain, ALICE, &[Asset::Usdc, Asset::Weth], paid).expect("a swap");
    // Of 9,000,000 dollars a side, 90,000 take about 1%, and 0.05% is the fee.
    assert!(got < Asset::Weth.units(30) * U256::from(9_900) / U256::from(10_000));
    assert!(got > Asset::Weth.units(30) * U256::from(9_880) / U256::from(10_000));
    assert_ne!(pool.sqrt_price_x96(&chain), before);
}

#[test]
fn a_swap_without_the_money_reverts() {
    let (mut chain, world) = world();
    let route = [Asset::WstEth, Asset::Weth];
    let error = world.uniswap.swap_exact_input(&mut chain, ALICE, &route, Asset::WstEth.units(1)).unwrap_err();
    assert_eq!(reason(&error), "STF");
}
