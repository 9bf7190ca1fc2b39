//! Deploys the contracts of Aave V3 and makes them know each other; [`super::listing`] lists the reserves.

use super::{
    Aave,
    abi::{IAclManager, IAddressesProvider, IConfigurator, IRegistry},
    listing,
    params::FLASH_PREMIUM_BPS,
};
use crate::{
    Account, Asset, Exactly, Tokens, WorldError,
    deployer::{Deployer, ask},
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolValue;

const PACKAGE: &str = "@aave/core-v3";
/// Identifier of this deployment in the registry.
const PROVIDER_ID: u64 = 1;
/// Name of this deployment.
const MARKET_ID: &str = "Devnet Aave Market";
/// The oracle's unit: a dollar, with 8 decimals.
const DOLLAR: u64 = 100_000_000;
/// The libraries of the pool and its configurator. The flash loan library calls the borrow library, which comes first.
const LIBRARIES: [&str; 8] = [
    "SupplyLogic",
    "BorrowLogic",
    "LiquidationLogic",
    "EModeLogic",
    "BridgeLogic",
    "FlashLoanLogic",
    "PoolLogic",
    "ConfiguratorLogic",
];

/// Deploys all of it, administered by the deployer, and supplies the depositor's liquidity.
pub(crate) fn deploy(on: &mut Deployer<'_>, tokens: &Tokens, exactly: &Exactly) -> Result<Aave, WorldError> {
    let owner = Account::DEPLOYER.0;
    let registry = create(on, "protocol/configuration/PoolAddressesProviderRegistry", &(owner,).abi_encode_params())?;
    let arguments = (MARKET_ID, owner).abi_encode_params();
    let provider = create(on, "protocol/configuration/PoolAddressesProvider", &arguments)?;
    on.call(registry, IRegistry::registerAddressesProviderCall { provider, id: U256::from(PROVIDER_ID) })?;

    let acl = appoint_admins(on, provider)?;
    let (pool, configurator) = deploy_pool(on, provider)?;
    let oracle = deploy_oracle(on, tokens, exactly, provider)?;
    let data_provider = create(on, "misc/AaveProtocolDataProvider", &(provider,).abi_encode_params())?;
    on.call(provider, IAddressesProvider::setPoolDataProviderCall { newDataProvider: data_provider })?;
    let premium = IConfigurator::updateFlashloanPremiumTotalCall { newFlashloanPremiumTotal: FLASH_PREMIUM_BPS };
    on.call(configurator, premium)?;

    let mut aave = Aave { registry, provider, acl, pool, configurator, oracle, data_provider, reserves: Vec::new() };
    aave.reserves = listing::list(on, tokens, &aave)?;
    listing::supply_liquidity(on, &aave)?;
    Ok(aave)
}

/// Creates a contract of Aave's package.
pub(super) fn create(on: &mut Deployer<'_>, contract: &str, arguments: &[u8]) -> Result<Address, WorldError> {
    on.create(PACKAGE, &file(contract), arguments)
}

fn file(contract: &str) -> String {
    let name = contract.rsplit('/').next().unwrap_or(contract);
    format!("artifacts/contracts/{contract}.sol/{name}.json")
}

/// The owner may do everything, as the deployer of a real market may before it hands over.
fn appoint_admins(on: &mut Deployer<'_>, provider: Address) -> Result<Address, WorldError> {
    let admin = Account::DEPLOYER.0;
    on.call(provider, IAddressesProvider::setACLAdminCall { newAclAdmin: admin })?;
    let acl = create(on, "protocol/configuration/ACLManager", &(provider,).abi_encode_params())?;
    on.call(provider, IAddressesProvider::setACLManagerCall { newAclManager: acl })?;
    on.call(acl, IAclManager::addPoolAdminCall { admin })?;
    on.call(acl, IAclManager::addEmergencyAdminCall { admin })?;
    Ok(acl)
}

/// Deploys the libraries, and the pool and its configurator behind the provider's proxies.
fn deploy_pool(on: &mut Deployer<'_>, provider: Address) -> Result<(Address, Address), WorldError> {
    let mut libraries = Vec::with_capacity(LIBRARIES.len());
    for library in LIBRARIES {
        let address = create_linked(on, &format!("protocol/libraries/logic/{library}"), &libraries, &[])?;
        libraries.push((library, address));
    }
    let arguments = (provider,).abi_encode_params();
    let pool = create_linked(on, "protocol/pool/Pool", &libraries, &arguments)?;
    on.call(provider, IAddressesProvider::setPoolImplCall { newPoolImpl: pool })?;
    let configurator = create_linked(on, "protocol/pool/PoolConfigurator", &libraries, &[])?;
    let set = IAddressesProvider::setPoolConfiguratorImplCall { newPoolConfiguratorImpl: configurator };
    on.call(provider, set)?;
    let pool = ask(on.chain, provider, IAddressesProvider::getPoolCall {});
    let configurator = ask(on.chain, provider, IAddressesProvider::getPoolConfiguratorCall {});
    Ok((pool, configurator))
}

fn create_linked(
    on: &mut Deployer<'_>,
    contract: &str,
    libraries: &[(&str, Address)],
    arguments: &[u8],
) -> Result<Address, WorldError> {
    let code = on.fixtures.linked(PACKAGE, &file(contract), libraries)?;
    on.create_code(contract, &code, arguments)
}

/// Deploys the oracle over the feeds that the rest of the world reads.
fn deploy_oracle(
    on: &mut Deployer<'_>,
    tokens: &Tokens,
    exactly: &Exactly,
    provider: Address,
) -> Result<Address, WorldError> {
    let assets = Asset::ALL.map(|asset| tokens.of(asset).address).to_vec();
    let feeds = Asset::ALL.map(|asset| exactly.market(asset).price_feed).to_vec();
    let no_fallback = Address::ZERO;
    let in_dollars = Address::ZERO;
    let arguments = (provider, assets, feeds, no_fallback, in_dollars, U256::from(DOLLAR)).abi_encode_params();
    let oracle = create(on, "misc/AaveOracle", &arguments)?;
    on.call(provider, IAddressesProvider::setPriceOracleCall { newPriceOracle: oracle })?;
    Ok(oracle)
}
