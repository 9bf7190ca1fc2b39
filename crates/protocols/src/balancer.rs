//! Balancer V2: the vault, whose flash loans cost nothing unless its authorizer lets someone say otherwise.

use crate::{
    deployer::{Account, Deployer, WorldError, ask, execute},
    tokens::{Asset, Token, Tokens},
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolValue, sol};
use devnet::{Chain, Tx};

sol! {
    #[allow(missing_docs)]
    interface IVault {
        function getAuthorizer() external view returns (address);
        function getProtocolFeesCollector() external view returns (address);
    }
    #[allow(missing_docs)]
    interface IAuthorizer {
        function grantRole(bytes32 role, address account) external;
    }
    #[allow(missing_docs)]
    interface IProtocolFeesCollector {
        function getActionId(bytes4 selector) external view returns (bytes32);
        function setFlashLoanFeePercentage(uint256 newFlashLoanFeePercentage) external;
    }
}

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

    /// Where flash loan fees go.
    #[must_use]
    pub fn fees_collector(&self, chain: &Chain) -> Address {
        ask(chain, self.vault, IVault::getProtocolFeesCollectorCall {})
    }

    /// Sets what flash loans cost, at 18 decimals: at most a hundredth. The vault rounds each fee up. The deployer takes
    /// the role for it.
    pub fn set_flash_fee(&self, chain: &mut Chain, fee_wad: U256) -> Result<(), WorldError> {
        let (admin, collector) = (Account::DEPLOYER.0, self.fees_collector(chain));
        let authorizer = ask(chain, self.vault, IVault::getAuthorizerCall {});
        let set = IProtocolFeesCollector::setFlashLoanFeePercentageCall { newFlashLoanFeePercentage: fee_wad };
        let selector = IProtocolFeesCollector::setFlashLoanFeePercentageCall::SELECTOR.into();
        let role = ask(chain, collector, IProtocolFeesCollector::getActionIdCall { selector });
        let grant = IAuthorizer::grantRoleCall { role, account: admin };
        execute(chain, IAuthorizer::grantRoleCall::SIGNATURE, Tx::call(admin, authorizer, grant.abi_encode()))?;
        execute(chain, "set the flash loan fee", Tx::call(admin, collector, set.abi_encode())).map(|_| ())
    }

    /// Leaves the vault exactly so many units to lend, minting or moving away the difference.
    pub fn set_liquidity(&self, chain: &mut Chain, token: Token, units: U256) -> Result<(), WorldError> {
        let held = token.balance_of(chain, self.vault);
        match units.checked_sub(held) {
            // Not every token can be minted none of.
            Some(U256::ZERO) => Ok(()),
            Some(missing) => token.mint(chain, self.vault, missing),
            None => {
                // In its own name, which costs gas.
                chain.set_balance(self.vault, chain.config().funds());
                token.transfer(chain, self.vault, Account::DEPOSITOR.0, held - units)
            }
        }
    }
}
