//! How long a leverage transaction takes in process, and how long the whole world takes to deploy.
//!
//! `cargo bench` prints both. The bounds are 3 milliseconds and 3 seconds: campaigns of a million calls are practical.

use alloy_primitives::{Address, U256, address};
use devnet::{Chain, ChainConfig};
use protocols::{Asset, DebtManager, Fixtures, World, exactly::WAD, manager};
use std::{env, fs, time::Instant};

const USER: Address = address!("a11ce000000000000000000000000000000a11ce");
const CALLS: u32 = 500;

fn main() {
    let fixtures = Fixtures::open().expect("the packages are in the cache");
    let built = concat!(env!("CARGO_MANIFEST_DIR"), "/target/wasm/devnet/debt_manager.wasm");
    let wasm =
        fs::read(env::var("DEBT_MANAGER_WASM").unwrap_or_else(|_| built.to_owned())).expect("`cargo xtask wasm`");

    let started = Instant::now();
    let mut chain = Chain::new(ChainConfig::default());
    let world = World::deploy(&mut chain, &fixtures).expect("the world deploys");
    println!("the world deploys in {:.2} s (bound: 3 s)", started.elapsed().as_secs_f64());

    let dm = DebtManager::deploy(&mut chain, &wasm).expect("the contract deploys");
    let market = world.exactly.market(Asset::Usdc);
    chain.set_balance(USER, chain.config().funds());
    market.token.mint(&mut chain, USER, Asset::Usdc.units(100)).expect("minted");
    market.token.approve(&mut chain, USER, dm.address, U256::MAX).expect("approved");
    market.approve(&mut chain, USER, dm.address, U256::MAX).expect("approved");
    let ratio = U256::from(3) * U256::from(WAD);
    let tx = dm.send(USER, manager::leverage(market.address, Asset::Usdc.units(100), ratio));
    let before = chain.snapshot();

    let started = Instant::now();
    for _ in 0..CALLS {
        chain.revert(&before);
        assert!(chain.send(tx.clone()).expect("accepted").success);
    }
    let each = started.elapsed().as_secs_f64() * 1e3 / f64::from(CALLS);
    println!("a leverage transaction takes {each:.2} ms (bound: 3 ms, {CALLS} calls)");
}
