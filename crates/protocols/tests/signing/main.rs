//! Each kind of signature is accepted by the protocols' own code, and only as it was signed.

mod dai;
mod permit2;
mod tokens;
mod wallet;

use alloy::signers::local::PrivateKeySigner;
use alloy_primitives::{Address, Bytes, U256, address};
use devnet::{Chain, ChainConfig, Tx};
use protocols::{Fixtures, World, deployer::execute};

/// Who is allowed.
const SPENDER: Address = address!("000000000000000000000000000000005be4de40");
/// Anyone: submits what others signed.
const RELAYER: Address = address!("0000000000000000000000000000000000e1a7e0");

/// A chain with everything on it.
fn world() -> (Chain, World) {
    let mut chain = Chain::new(ChainConfig::default());
    let world = World::deploy(&mut chain, &Fixtures::open().expect("the packages are downloaded"));
    let world = world.expect("the world deploys");
    for account in [SPENDER, RELAYER] {
        chain.set_balance(account, ChainConfig::default().funds());
    }
    (chain, world)
}

/// The owner, and somebody else.
fn signers() -> [PrivateKeySigner; 2] {
    let signers = ChainConfig::default().signers();
    [signers[3].clone(), signers[4].clone()]
}

/// The next block's second, which is the least deadline that can be met.
fn soon(chain: &Chain) -> U256 {
    U256::from(chain.next_timestamp())
}

/// Submits, and must succeed.
fn accept(chain: &mut Chain, from: Address, to: Address, input: Bytes) {
    execute(chain, "submit", Tx::call(from, to, input)).expect("it is accepted");
}

/// Submits in vain.
fn refuse(chain: &mut Chain, what: &str, from: Address, to: Address, input: Bytes) {
    let receipt = chain.send(Tx::call(from, to, input)).expect("a transaction");
    assert!(!receipt.success, "{what} was accepted");
}
