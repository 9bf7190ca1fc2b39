//! Lists the reserves and supplies the first liquidity.

use super::{
    Aave, Reserve,
    abi::{IConfigurator, IDataProvider},
    deploy::create,
    params::{Collateral, ETHER_CATEGORY, ETHER_COLLATERAL, LIQUIDATION_PROTOCOL_FEE_BPS, LISTINGS, Listing, Rates},
};
use crate::{
    Account, Token, Tokens, WorldError,
    deployer::{Deployer, ask},
};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolValue;

/// What Aave counts as one in a rate, divided into hundredths of a percent: 10^27 / 10^4.
const RAY_PER_BPS: u128 = 100_000_000_000_000_000_000_000;
/// The part of the debt that would be at a stable rate; nothing can be borrowed at one.
const OPTIMAL_STABLE_BPS: u64 = 2_000;

/// Lists every reserve and opens the ether category.
pub(super) fn list(on: &mut Deployer<'_>, tokens: &Tokens, aave: &Aave) -> Result<Vec<Reserve>, WorldError> {
    let pool = (aave.pool,).abi_encode_params();
    let mut inputs = Vec::with_capacity(LISTINGS.len());
    let implementations = [
        create(on, "protocol/tokenization/AToken", &pool)?,
        create(on, "protocol/tokenization/StableDebtToken", &pool)?,
        create(on, "protocol/tokenization/VariableDebtToken", &pool)?,
    ];
    for listing in &LISTINGS {
        let strategy = deploy_rates(on, aave.provider, listing.rates)?;
        inputs.push(reserve_input(tokens.of(listing.asset), listing, implementations, strategy));
    }
    on.call(aave.configurator, IConfigurator::initReservesCall { input: inputs })?;
    open_ether_category(on, aave.configurator)?;
    for listing in &LISTINGS {
        set_parameters(on, aave.configurator, tokens.of(listing.asset).address, listing)?;
    }
    Ok(LISTINGS.iter().map(|listing| reserve(on, aave, tokens.of(listing.asset))).collect())
}

/// Supplies every reserve's liquidity for the depositor.
pub(super) fn supply_liquidity(on: &mut Deployer<'_>, aave: &Aave) -> Result<(), WorldError> {
    let depositor = Account::DEPOSITOR.0;
    for listing in &LISTINGS {
        let units = listing.asset.units(listing.liquidity);
        aave.reserve(listing.asset).token.mint(on.chain, depositor, units)?;
        aave.supply(on.chain, depositor, listing.asset, units)?;
    }
    Ok(())
}

/// Deploys the rate strategy. Its stable rates follow the variable ones, and are nowhere enabled.
fn deploy_rates(on: &mut Deployer<'_>, provider: Address, rates: Rates) -> Result<Address, WorldError> {
    let ray = |bps: u64| U256::from(bps) * U256::from(RAY_PER_BPS);
    let base = U256::ZERO;
    let (slope1, slope2) = (ray(rates.slope1_bps), ray(rates.slope2_bps));
    let (offset, excess_offset) = (ray(100), ray(800));
    let arguments = (
        provider,
        ray(rates.optimal_usage_bps),
        base,
        slope1,
        slope2,
        slope1,
        slope2,
        offset,
        excess_offset,
        ray(OPTIMAL_STABLE_BPS),
    )
        .abi_encode_params();
    create(on, "protocol/pool/DefaultReserveInterestRateStrategy", &arguments)
}

fn reserve_input(
    token: Token,
    listing: &Listing,
    [a_token, stable_debt, variable_debt]: [Address; 3],
    strategy: Address,
) -> IConfigurator::InitReserveInput {
    let symbol = listing.asset.symbol();
    IConfigurator::InitReserveInput {
        aTokenImpl: a_token,
        stableDebtTokenImpl: stable_debt,
        variableDebtTokenImpl: variable_debt,
        underlyingAssetDecimals: listing.asset.decimals(),
        interestRateStrategyAddress: strategy,
        underlyingAsset: token.address,
        treasury: Account::DEPLOYER.0,
        incentivesController: Address::ZERO,
        aTokenName: format!("Aave Devnet {symbol}"),
        aTokenSymbol: format!("aDev{symbol}"),
        variableDebtTokenName: format!("Aave Devnet Variable Debt {symbol}"),
        variableDebtTokenSymbol: format!("variableDebtDev{symbol}"),
        stableDebtTokenName: format!("Aave Devnet Stable Debt {symbol}"),
        stableDebtTokenSymbol: format!("stableDebtDev{symbol}"),
        params: Bytes::new(),
    }
}

fn open_ether_category(on: &mut Deployer<'_>, configurator: Address) -> Result<(), WorldError> {
    let Collateral { ltv_bps, liquidation_threshold_bps, liquidation_bonus_bps } = ETHER_COLLATERAL;
    let category = IConfigurator::setEModeCategoryCall {
        categoryId: ETHER_CATEGORY,
        ltv: ltv_bps,
        liquidationThreshold: liquidation_threshold_bps,
        liquidationBonus: liquidation_bonus_bps,
        oracle: Address::ZERO,
        label: "ETH correlated".to_owned(),
    };
    on.call(configurator, category).map(drop)
}

fn set_parameters(
    on: &mut Deployer<'_>,
    configurator: Address,
    asset: Address,
    listing: &Listing,
) -> Result<(), WorldError> {
    let Collateral { ltv_bps, liquidation_threshold_bps, liquidation_bonus_bps } = listing.collateral;
    let collateral = IConfigurator::configureReserveAsCollateralCall {
        asset,
        ltv: U256::from(ltv_bps),
        liquidationThreshold: U256::from(liquidation_threshold_bps),
        liquidationBonus: U256::from(liquidation_bonus_bps),
    };
    on.call(configurator, collateral)?;
    on.call(configurator, IConfigurator::setReserveBorrowingCall { asset, enabled: true })?;
    on.call(configurator, IConfigurator::setReserveFlashLoaningCall { asset, enabled: true })?;
    let factor = U256::from(listing.reserve_factor_bps);
    on.call(configurator, IConfigurator::setReserveFactorCall { asset, newReserveFactor: factor })?;
    let supply_cap = U256::from(listing.supply_cap);
    on.call(configurator, IConfigurator::setSupplyCapCall { asset, newSupplyCap: supply_cap })?;
    let borrow_cap = U256::from(listing.borrow_cap);
    on.call(configurator, IConfigurator::setBorrowCapCall { asset, newBorrowCap: borrow_cap })?;
    let fee = U256::from(LIQUIDATION_PROTOCOL_FEE_BPS);
    on.call(configurator, IConfigurator::setLiquidationProtocolFeeCall { asset, newFee: fee })?;
    if listing.follows_ether {
        let join = IConfigurator::setAssetEModeCategoryCall { asset, newCategoryId: ETHER_CATEGORY };
        on.call(configurator, join)?;
    }
    Ok(())
}

fn reserve(on: &Deployer<'_>, aave: &Aave, token: Token) -> Reserve {
    let lookup = IDataProvider::getReserveTokensAddressesCall { asset: token.address };
    let tokens = ask(on.chain, aave.data_provider, lookup);
    let of = |address| Token::new(address, token.asset);
    Reserve {
        token,
        a_token: of(tokens.aTokenAddress),
        variable_debt: of(tokens.variableDebtTokenAddress),
        stable_debt: of(tokens.stableDebtTokenAddress),
    }
}
