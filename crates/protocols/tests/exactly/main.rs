//! Exactly's real contracts do behind their handles what they do on a real chain.

mod fixed;
mod listing;
mod manager;
mod previewer;
mod rewards;
mod risk;

use alloy_primitives::{Address, U256, address};
use devnet::{Chain, ChainConfig, Receipt, Tx};
use protocols::{Asset, ExactlyMarket, Fixtures, World, WorldError, exactly::WAD};

const ALICE: Address = address!("00000000000000000000000000000000000a11ce");
const BOB: Address = address!("0000000000000000000000000000000000000b0b");

/// A chain with everything on it.
fn world() -> (Chain, World) {
    let mut chain = Chain::new(ChainConfig::default());
    let world = World::deploy(&mut chain, &Fixtures::open().unwrap()).unwrap();
    for account in [ALICE, BOB] {
        chain.set_balance(account, ChainConfig::default().funds());
    }
    (chain, world)
}

/// So many USDC, in units.
fn usdc(whole: u64) -> U256 {
    Asset::Usdc.units(whole)
}

/// A ratio, 18 decimals.
fn times(ratio: u64) -> U256 {
    U256::from(ratio) * U256::from(WAD)
}

/// The world's USDC market, in which an account has deposited so many USDC as collateral.
fn with_collateral(chain: &mut Chain, world: &World, account: Address, whole: u64) -> ExactlyMarket {
    let market = world.exactly.market(Asset::Usdc);
    market.token.mint(chain, account, usdc(whole)).unwrap();
    market.deposit(chain, account, usdc(whole)).unwrap();
    world.exactly.enter_market(chain, account, &market).unwrap();
    market
}

/// Sends what must succeed.
fn succeed(chain: &mut Chain, tx: Tx) -> Receipt {
    let receipt = chain.send(tx).unwrap();
    assert!(receipt.success, "{}", receipt.output);
    receipt
}

/// The selector of the error that something reverted with.
fn selector(error: &WorldError) -> [u8; 4] {
    match error {
        WorldError::Reverted { output, .. } => output[..4].try_into().unwrap(),
        other => panic!("{other}"),
    }
}
