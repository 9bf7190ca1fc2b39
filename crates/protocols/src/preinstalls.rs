//! What tools and contracts expect to find on an Arbitrum chain: StylusDeployer, Multicall3, a CacheManager, Permit2.
//!
//! Each is put there once: `install` leaves alone what is in its place already. The accounts that send the
//! transactions deploy nothing else, so that no address of the [`World`](crate::World) depends on these.

use crate::{
    deployer::{Account, Deployer, WorldError, ask},
    fixtures::Fixtures,
    permit2::{self, PERMIT2},
};
use alloy_primitives::{Address, B256, Bytes, address};
use alloy_sol_types::{SolCall, SolValue, sol};
use devnet::{
    Chain, Tx,
    arbos::precompiles::{ARB_OWNER, ARB_WASM_CACHE, CHAIN_OWNER},
    chain::CREATE2_FACTORY,
    trace::Labels,
};

/// Where StylusDeployer is on every chain; `cargo stylus deploy` sends programs that have a constructor there.
///
/// Offchain Labs publish its code as another compiler made it, from which this address does not follow. So the code is
/// placed, not deployed, and is 41 bytes shorter than on a public chain.
pub const STYLUS_DEPLOYER: Address = address!("cEcba2F1DC234f70Dd89F2041029807F8D03A990");
/// Where Multicall3 is on every chain: the first contract of its deployer.
///
/// Only its address and its interface are those of a public chain; the code comes from another compiler there, too.
pub const MULTICALL3: Address = address!("cA11bde05977b3631167028862bE2a173976CA11");
/// Whose first transaction made Multicall3 wherever it is.
const MULTICALL3_DEPLOYER: Account = Account(address!("05f32B3cC3888453ff71B01135B34FF8e41263F2"));

const NITRO_CONTRACTS: &str = "@arbitrum/nitro-contracts";
const STYLUS_DEPLOYER_FILE: &str = "build/contracts/src/stylus/StylusDeployer.sol/StylusDeployer.json";
const CACHE_MANAGER_FILE: &str = "build/contracts/src/chain/CacheManager.sol/CacheManager.json";
const PROXY_FILE: &str = "build/contracts/@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol/\
                          TransparentUpgradeableProxy.json";
const MULTICALL3_PACKAGE: &str = "@redstone-finance/evm-multicall";
const MULTICALL3_FILE: &str = "artifacts/contracts/Mulitcall3.sol/Multicall3.json";

/// Bytes of machine code that the cache holds: room for any devnet's programs, so that a bid of nothing wins.
const CACHE_SIZE: u64 = 512 << 20;
/// Wei that a bid loses a second: an ether in three years.
const DECAY: u64 = 10_000_000_000;

sol! {
    function initialize(uint64 initCacheSize, uint64 initDecay) external;
    function addWasmCacheManager(address manager) external;
    function isCacheManager(address manager) external view returns (bool);
}

/// Where the preinstalled contracts are whose addresses are not the same on every chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preinstalls {
    /// The contract that sells places in ArbOS's cache of programs: the same address on every devnet.
    pub cache_manager: Address,
}

impl Preinstalls {
    /// Puts them all on a chain, Permit2 included, where they are not there yet. A [`World`](crate::World) has them.
    ///
    /// # Errors
    /// If a package lacks their code, or a transaction fails.
    pub fn install(chain: &mut Chain, fixtures: &Fixtures) -> Result<Self, WorldError> {
        install(&mut Deployer { chain, fixtures })
    }

    /// Names them.
    pub fn name(&self, labels: &mut Labels) {
        labels.name_account(STYLUS_DEPLOYER, "StylusDeployer");
        labels.name_account(MULTICALL3, "Multicall3");
        labels.name_account(self.cache_manager, "CacheManager");
        labels.name_account(PERMIT2, "Permit2");
    }
}

/// Puts them all where they are not there yet.
pub(crate) fn install(deployer: &mut Deployer<'_>) -> Result<Preinstalls, WorldError> {
    deployer.fund(Account::INSTALLER);
    stylus_deployer(deployer)?;
    multicall3(deployer)?;
    if !deployer.has_code(PERMIT2) {
        permit2::deploy(deployer, Account::INSTALLER)?;
    }
    Ok(Preinstalls { cache_manager: cache_manager(deployer)? })
}

/// Places what the constructor returns.
fn stylus_deployer(deployer: &mut Deployer<'_>) -> Result<(), WorldError> {
    if deployer.has_code(STYLUS_DEPLOYER) {
        return Ok(());
    }
    let code = deployer.fixtures.bytecode(NITRO_CONTRACTS, STYLUS_DEPLOYER_FILE)?;
    let what = || "StylusDeployer's constructor".to_owned();
    let result = deployer.chain.call(Tx::create(Account::INSTALLER.0, code));
    let result = result.map_err(|error| WorldError::Refused { what: what(), error })?;
    if !result.success {
        return Err(WorldError::Reverted { what: what(), output: result.output });
    }
    deployer.chain.set_code(STYLUS_DEPLOYER, result.output);
    Ok(())
}

fn multicall3(deployer: &mut Deployer<'_>) -> Result<(), WorldError> {
    if deployer.has_code(MULTICALL3) {
        return Ok(());
    }
    let code = deployer.fixtures.bytecode(MULTICALL3_PACKAGE, MULTICALL3_FILE)?;
    deployer.fund(MULTICALL3_DEPLOYER);
    let receipt = deployer.execute("Multicall3", Tx::create(MULTICALL3_DEPLOYER.0, code))?;
    placed("Multicall3", receipt.contract_address.unwrap_or_default(), MULTICALL3)
}

/// Deploys it behind a proxy, without which it cannot be set up, and lets the chain's owner make it a manager. It has no
/// owner but the chain's.
fn cache_manager(deployer: &mut Deployer<'_>) -> Result<Address, WorldError> {
    let code = deployer.fixtures.bytecode(NITRO_CONTRACTS, CACHE_MANAGER_FILE)?;
    let implementation = create2(deployer, "CacheManager", &code)?;
    let initialize = Bytes::from(initializeCall { initCacheSize: CACHE_SIZE, initDecay: DECAY }.abi_encode());
    let arguments = (implementation, Account::INSTALLER.0, initialize).abi_encode_params();
    let proxy = deployer.fixtures.bytecode(NITRO_CONTRACTS, PROXY_FILE)?;
    let manager = create2(deployer, "CacheManager's proxy", &[&proxy[..], &arguments].concat())?;
    if !ask(deployer.chain, ARB_WASM_CACHE, isCacheManagerCall { manager }) {
        let owner = Account(CHAIN_OWNER);
        deployer.fund(owner);
        deployer.call_as(owner, ARB_OWNER, addWasmCacheManagerCall { manager })?;
    }
    Ok(manager)
}

/// Deploys code through the factory, unless it is there, so that the address depends on the code alone.
fn create2(deployer: &mut Deployer<'_>, what: &str, code: &[u8]) -> Result<Address, WorldError> {
    let address = CREATE2_FACTORY.create2_from_code(B256::ZERO, code);
    if !deployer.has_code(address) {
        let input = [B256::ZERO.as_slice(), code].concat();
        let receipt = deployer.execute(what, Tx::call(Account::INSTALLER.0, CREATE2_FACTORY, input))?;
        placed(what, Address::try_from(&receipt.output[..]).unwrap_or_default(), address)?;
    }
    Ok(address)
}

fn placed(what: &str, is: Address, should: Address) -> Result<(), WorldError> {
    match is == should {
        true => Ok(()),
        false => Err(WorldError::Misplaced { what: what.to_owned(), is, should }),
    }
}
