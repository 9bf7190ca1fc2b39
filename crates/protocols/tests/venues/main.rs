//! The swap and lending protocols besides Exactly do what they do on a real chain.

mod aave;
mod addresses;
mod uniswap;

use alloy_primitives::{Address, U256, address, utils::Unit};
use alloy_sol_types::{Revert, SolError};
use devnet::{Chain, ChainConfig};
use protocols::{Fixtures, World, WorldError};

const ALICE: Address = address!("00000000000000000000000000000000000a11ce");
const BOB: Address = address!("0000000000000000000000000000000000000b0b");

/// A chain with everything on it.
fn world() -> (Chain, World) {
    let mut chain = Chain::new(ChainConfig::default());
    for account in [ALICE, BOB] {
        chain.set_balance(account, U256::from(100) * Unit::ETHER.wei());
    }
    let fixtures = Fixtures::open().expect("the packages are downloaded");
    let world = World::deploy(&mut chain, &fixtures).expect("the world deploys");
    (chain, world)
}

/// What a revert says.
fn reason(error: &WorldError) -> String {
    match error {
        WorldError::Reverted { output, .. } => Revert::abi_decode(output).expect("a reason").reason,
        other => panic!("{other}"),
    }
}
