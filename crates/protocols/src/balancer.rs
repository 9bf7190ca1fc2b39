//! Balancer V2: the vault, whose flash loans cost nothing.

use crate::{
    deployer::{Account, Deployer, WorldError},
    tokens::{Asset, Tokens},
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolValue;

const PACKAGE: &str = "@balancer-labs/v2-deployments";
/// Seconds for which the vault could be paused, and the buffer behind them: the longest it takes.
const PAUSE_WINDOW: u64 = 90 * 24 * 60 * 60;
const PAUSE_BUFFER: u64 = 30 * 24 * 60 * 60;

/// The vault.
#[derive(Clone, Copy, Debug)]
pub struct Balancer {
    /// Where it is.
    pub vault: Address,
}

/// Deploys the vault and its authorizer.
pub(crate) fn deploy(deployer: &mut Deployer<'_>, weth: Address) -> Result<Balancer, WorldError> {
    let authorizer = deployer.create(
        PACKAGE,
        "dist/tasks/20210418-authorizer/artifact/Authorizer.json",
        &(Account::DEPLOYER.0,).abi_encode_params(),
    )?;
    let arguments = (authorizer, weth, U256::from(PAUSE_WINDOW), U256::from(PAUSE_BUFFER)).abi_encode_params();
    let vault = deployer.create(PACKAGE, "dist/tasks/20210418-vault/artifact/Vault.json", &arguments)?;
    Ok(Balancer { vault })
}

impl Balancer {
    /// Gives the vault what it lends. Nobody owns it; it is there.
    pub(crate) fn fund(&self, deployer: &mut Deployer<'_>, tokens: &Tokens) -> Result<(), WorldError> {
        for (asset, whole) in [(Asset::Usdc, 10_000_000), (Asset::Weth, 10_000), (Asset::WstEth, 10_000)] {
            tokens.of(asset).mint(deployer.chain, self.vault, asset.units(whole))?;
        }
        Ok(())
    }
}
