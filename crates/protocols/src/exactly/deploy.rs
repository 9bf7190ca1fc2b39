//! Exactly's deployment, with the parameters that it has on Optimism.

use super::{Exactly, ExactlyMarket, IAuditor, IDebtManagerSolidity, IMarket, PRICE, WAD};
use crate::{
    deployer::{Account, Deployer, WorldError},
    permit2::PERMIT2,
    tokens::{Asset, Token, Tokens},
};
use alloy_primitives::{Address, Bytes, I256, U256};
use alloy_sol_types::{SolCall, SolValue, sol};

const PACKAGE: &str = "@exactly/protocol";
const FOLDER: &str = "deployments/optimism";
/// The proxy's administrator, and the Auditor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Foundation {
    proxy_admin: Address,
    pub(crate) auditor: Address,
}

sol! {
    struct RateParameters {
        uint256 minRate;
        uint256 naturalRate;
        uint256 maxUtilization;
        uint256 naturalUtilization;
        uint256 growthSpeed;
        uint256 sigmoidSpeed;
        uint256 spreadFactor;
        uint256 maturitySpeed;
        int256 timePreference;
        uint256 fixedAllocation;
        uint256 maxRate;
    }
}

/// Hundredths, at 18 decimals.
fn percent(hundredths: u64) -> U256 {
    U256::from(hundredths) * U256::from(WAD) / U256::from(100)
}

fn create(deployer: &mut Deployer<'_>, name: &str, arguments: &[u8]) -> Result<Address, WorldError> {
    deployer.create(PACKAGE, &format!("{FOLDER}/{name}.json"), arguments)
}

/// Puts a proxy before an implementation and initialises it.
fn proxy(
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
    let [usdc, weth, wsteth] = tokens.all().map(|token| market(deployer, foundation, token));
    let markets = [usdc?, weth?, wsteth?];
    for market in &markets {
        liquidity(deployer, foundation.auditor, market)?;
    }
    let auditor = foundation.auditor;
    let manager = create(deployer, "DebtManager_Implementation", &(auditor, PERMIT2, vault).abi_encode_params())?;
    let initialize = IDebtManagerSolidity::initializeCall {}.abi_encode();
    let manager_proxy = proxy(deployer, "DebtManager_Proxy", manager, foundation.proxy_admin, initialize)?;
    for market in &markets {
        deployer.call(manager_proxy, IDebtManagerSolidity::approveCall { market: market.address })?;
    }
    let debt_previewer = create(deployer, "DebtPreviewer_Implementation", &manager_proxy.abi_encode())?;
    Ok(Exactly { auditor, markets, solidity_manager: [manager_proxy, manager], debt_previewer })
}

/// The interest rate model of Optimism's USDC or WETH market.
fn rate_model(deployer: &mut Deployer<'_>, asset: Asset, market: Address) -> Result<Address, WorldError> {
    let (min_rate, natural_rate, growth) = match asset {
        Asset::Usdc => (percent(5), percent(11), percent(130)),
        Asset::Weth | Asset::WstEth => (percent(195) / U256::from(100), percent(4), percent(110)),
    };
    let parameters = RateParameters {
        minRate: min_rate,
        naturalRate: natural_rate,
        maxUtilization: percent(130),
        naturalUtilization: percent(88),
        growthSpeed: growth,
        sigmoidSpeed: percent(250),
        spreadFactor: percent(30),
        maturitySpeed: percent(50),
        timePreference: I256::from_raw(percent(20)),
        fixedAllocation: percent(60),
        maxRate: percent(1_825),
    };
    create(deployer, &format!("InterestRateModel{}", model_name(asset)), &(parameters, market).abi_encode_params())
}

/// All models have the same code.
const fn model_name(asset: Asset) -> &'static str {
    match asset {
        Asset::Usdc => "USDC",
        Asset::Weth => "WETH",
        Asset::WstEth => "wstETH",
    }
}

/// Deploys a market with its feed and its interest rate model, and lists it.
fn market(deployer: &mut Deployer<'_>, foundation: Foundation, token: Token) -> Result<ExactlyMarket, WorldError> {
    let Foundation { proxy_admin, auditor } = foundation;
    let asset = token.asset;
    let model = rate_model(deployer, asset, Address::ZERO)?;
    let implementation = create(
        deployer,
        &format!("Market{}_Implementation", asset.symbol()),
        &(token.address, auditor).abi_encode_params(),
    )?;
    let initialize = IMarket::initializeCall {
        assetSymbol: asset.symbol().to_owned(),
        maxFuturePools_: 7,
        earningsAccumulatorSmoothFactor_: 2 * WAD as u128,
        interestRateModel_: model,
        penaltyRate_: U256::from(0xc_2068_98d5_u64),
        backupFeeRate_: percent(10),
        reserveFactor_: WAD as u128 / 20,
        dampSpeedUp_: U256::from(4_600_000_000_000_000_u64),
        dampSpeedDown_: percent(40),
    };
    let proxy_name = format!("Market{}_Proxy", asset.symbol());
    let address = proxy(deployer, &proxy_name, implementation, proxy_admin, initialize.abi_encode())?;
    let model = rate_model(deployer, asset, address)?;
    deployer.call(address, IMarket::setInterestRateModelCall { interestRateModel_: model })?;
    deployer
        .call(address, IMarket::setTreasuryCall { treasury_: Account::DEPLOYER.0, treasuryFeeRate_: percent(10) })?;
    let price = I256::unchecked_from(asset.dollars()) * I256::unchecked_from(PRICE);
    let feed = (U256::from(8), price).abi_encode_params();
    let price_feed = deployer.create(PACKAGE, "deployments/op-sepolia/PriceFeedesEXA.json", &feed)?;
    let adjust_factor = match asset {
        Asset::Usdc => 91,
        Asset::Weth => 86,
        Asset::WstEth => 82,
    };
    let adjust_factor = percent(adjust_factor).to::<u128>();
    deployer.call(
        auditor,
        IAuditor::enableMarketCall { market: address, priceFeed: price_feed, adjustFactor: adjust_factor },
    )?;
    Ok(ExactlyMarket { address, token, price_feed })
}

/// Supplies what others borrow, and borrows a little, so that interest accrues from the beginning.
fn liquidity(deployer: &mut Deployer<'_>, auditor: Address, market: &ExactlyMarket) -> Result<(), WorldError> {
    let asset = market.token.asset;
    let whole = 6_000_000 / asset.dollars();
    let account = Account::DEPOSITOR;
    market.token.mint(deployer.chain, account.0, asset.units(whole))?;
    market.deposit(deployer.chain, account.0, asset.units(whole))?;
    deployer.call_as(account, auditor, IAuditor::enterMarketCall { market: market.address })?;
    let borrow = IMarket::borrowCall { assets: asset.units(whole / 10), receiver: account.0, borrower: account.0 };
    deployer.call_as(account, market.address, borrow)?;
    Ok(())
}
