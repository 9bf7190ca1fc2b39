//! Exactly's deployment, with the parameters that it has on Optimism.

use super::{
    Exactly, IAuditor, IDebtManagerSolidity, PRICE, WAD,
    listing::{self, Rates, Terms},
};
use crate::{
    deployer::{Account, Deployer, WorldError},
    permit2::PERMIT2,
    tokens::{Asset, Tokens},
};
use alloy_primitives::{Address, Bytes, I256, U256};
use alloy_sol_types::{SolCall, SolValue};

pub(super) const PACKAGE: &str = "@exactly/protocol";
const FOLDER: &str = "deployments/optimism";
/// The proxy's administrator, and the Auditor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Foundation {
    pub(super) proxy_admin: Address,
    pub(crate) auditor: Address,
}

/// Hundredths, at 18 decimals.
pub(super) fn percent(hundredths: u64) -> U256 {
    U256::from(hundredths) * U256::from(WAD) / U256::from(100)
}

pub(super) fn create(deployer: &mut Deployer<'_>, name: &str, arguments: &[u8]) -> Result<Address, WorldError> {
    deployer.create(PACKAGE, &artifact(name), arguments)
}

fn artifact(name: &str) -> String {
    format!("{FOLDER}/{name}.json")
}

/// Puts a proxy before an implementation and initialises it.
pub(super) fn proxy(
    deployer: &mut Deployer<'_>,
    name: &str,
    implementation: Address,
    admin: Address,
    initialize: Vec<u8>,
) -> Result<Address, WorldError> {
    let arguments = (implementation, admin, Bytes::from(initialize)).abi_encode_params();
    create(deployer, name, &arguments)
}

/// Deploys the Auditor: the first of all, so that its address never moves.
pub(crate) fn auditor(deployer: &mut Deployer<'_>) -> Result<Foundation, WorldError> {
    const PRICE_DECIMALS: u64 = 8;
    let proxy_admin = create(deployer, "ProxyAdmin", &[])?;
    let implementation = create(deployer, "Auditor_Implementation", &U256::from(PRICE_DECIMALS).abi_encode())?;
    let incentive = IAuditor::LiquidationIncentive { liquidator: WAD as u128 / 20, lenders: WAD as u128 / 400 };
    let initialize = IAuditor::initializeCall { liquidationIncentive_: incentive }.abi_encode();
    let auditor = proxy(deployer, "Auditor_Proxy", implementation, proxy_admin, initialize)?;
    Ok(Foundation { proxy_admin, auditor })
}

/// Deploys everything else.
pub(crate) fn complete(
    deployer: &mut Deployer<'_>,
    foundation: Foundation,
    tokens: &Tokens,
    vault: Address,
) -> Result<Exactly, WorldError> {
    let [usdc, weth, wsteth] =
        tokens.all().map(|token| listing::market(deployer, foundation, token, &terms(token.asset)));
    let markets = [usdc?, weth?, wsteth?];
    for market in &markets {
        let asset = market.token.asset;
        let units = asset.units(6_000_000 / asset.dollars());
        market.token.mint(deployer.chain, Account::DEPOSITOR.0, units)?;
        listing::supply(deployer, foundation, market, units)?;
    }
    let Foundation { proxy_admin, auditor } = foundation;
    let manager = create(deployer, "DebtManager_Implementation", &(auditor, PERMIT2, vault).abi_encode_params())?;
    let initialize = IDebtManagerSolidity::initializeCall {}.abi_encode();
    let manager_proxy = proxy(deployer, "DebtManager_Proxy", manager, proxy_admin, initialize)?;
    for market in &markets {
        deployer.call(manager_proxy, IDebtManagerSolidity::approveCall { market: market.address })?;
    }
    let debt_previewer = create(deployer, "DebtPreviewer_Implementation", &manager_proxy.abi_encode())?;
    Ok(Exactly { foundation, auditor, markets, solidity_manager: [manager_proxy, manager], debt_previewer })
}

/// Puts the previewer behind its proxy. It came to the world after other things, so it is another account's, on whose
/// transactions no address depends.
pub(crate) fn previewer_proxy(deployer: &mut Deployer<'_>, exactly: &mut Exactly) -> Result<(), WorldError> {
    let arguments = (exactly.debt_previewer, exactly.foundation.proxy_admin, Bytes::new()).abi_encode_params();
    let file = artifact("DebtPreviewer_Proxy");
    let code = deployer.fixtures.bytecode(PACKAGE, &file)?;
    exactly.debt_previewer = deployer.create_as(Account::LATECOMER, &file, &code, &arguments)?;
    Ok(())
}

/// The terms of a market of the world.
fn terms(asset: Asset) -> Terms<'static> {
    let (adjust_factor, rates) = match asset {
        Asset::Usdc => (91, Rates { min: percent(5), natural: percent(11), growth: percent(130) }),
        Asset::Weth => (86, Rates::of_ether()),
        Asset::WstEth => (82, Rates::of_ether()),
    };
    Terms {
        symbol: asset.symbol(),
        artifacts: asset.symbol(),
        price: I256::unchecked_from(asset.dollars()) * I256::unchecked_from(PRICE),
        adjust_factor: percent(adjust_factor).to(),
        rates,
    }
}
