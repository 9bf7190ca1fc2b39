//! Markets: the three of the world, and one more of any token, for tests of tokens with other decimals or manners.

use super::{
    Exactly, ExactlyMarket, IAuditor, IDebtManagerSolidity, IMarket, WAD,
    deploy::{Foundation, PACKAGE, create, percent, proxy},
};
use crate::{
    deployer::{Account, Deployer, WorldError},
    fixtures::Fixtures,
    tokens::Erc20,
};
use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::{SolCall, SolValue, sol};
use devnet::Chain;

/// What a market charges a second for a fixed debt past its maturity, at 18 decimals: 0.45 percent a day.
const PENALTY_RATE: u64 = 0xc_2068_98d5;

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

/// What differs between the interest rate models, each at 18 decimals.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// A year's interest at no utilization.
    pub min: U256,
    /// A year's interest at 88 percent.
    pub natural: U256,
    /// How fast it grows beyond.
    pub growth: U256,
}

impl Rates {
    /// Those of Optimism's WETH market.
    #[must_use]
    pub fn of_ether() -> Self {
        Self { min: percent(195) / U256::from(100), natural: percent(4), growth: percent(110) }
    }
}

/// What a market is listed with.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// Behind "exa" in the symbol of its shares.
    pub symbol: &'a str,
    /// Of a whole token, in dollars at 8 decimals.
    pub price: I256,
    /// The share of a deposit that counts as collateral, at 18 decimals.
    pub adjust_factor: u128,
    /// Its interest.
    pub rates: Rates,
    /// Which of Optimism's markets it has the code of. Only the proxies differ: USDC's is of another version.
    pub(super) artifacts: &'a str,
}

impl<'a> Terms<'a> {
    /// Those of a token that is worth so many dollars; for the rest, like WETH.
    #[must_use]
    pub fn at(symbol: &'a str, dollars: u32) -> Self {
        let price = I256::try_from(dollars).unwrap_or_default() * I256::unchecked_from(super::PRICE);
        Self { symbol, price, adjust_factor: percent(86).to(), rates: Rates::of_ether(), artifacts: "WETH" }
    }
}

impl Exactly {
    /// Lists a market of one more token, which must have `decimals`, and supplies it: the depositor of the world
    /// deposits so many units, which it must have, as collateral, and borrows a tenth of them. Exactly's own manager may
    /// use it. Its fixed pools lend by the average of the deposits, which is low at first: let an hour pass for them.
    /// Balancer's vault lends the token as soon as someone has transferred some to it.
    pub fn list_market<T: Copy + Into<Erc20>>(
        &self,
        chain: &mut Chain,
        fixtures: &Fixtures,
        token: T,
        terms: &Terms<'_>,
        liquidity: U256,
    ) -> Result<ExactlyMarket<T>, WorldError> {
        let mut deployer = Deployer { chain, fixtures };
        let market = market(&mut deployer, self.foundation, token, terms)?;
        supply(&mut deployer, self.foundation, &market, liquidity)?;
        deployer.call(self.manager().address, IDebtManagerSolidity::approveCall { market: market.address })?;
        Ok(market)
    }
}

/// Deploys an interest rate model with the parameters that Optimism's have in common.
fn rate_model(deployer: &mut Deployer<'_>, terms: &Terms<'_>, market: Address) -> Result<Address, WorldError> {
    let parameters = RateParameters {
        minRate: terms.rates.min,
        naturalRate: terms.rates.natural,
        maxUtilization: percent(130),
        naturalUtilization: percent(88),
        growthSpeed: terms.rates.growth,
        sigmoidSpeed: percent(250),
        spreadFactor: percent(30),
        maturitySpeed: percent(50),
        timePreference: I256::from_raw(percent(20)),
        fixedAllocation: percent(60),
        maxRate: percent(1_825),
    };
    create(deployer, &format!("InterestRateModel{}", terms.artifacts), &(parameters, market).abi_encode_params())
}

/// Deploys a market with its feed and its interest rate model, and lists it.
pub(super) fn market<T: Copy + Into<Erc20>>(
    deployer: &mut Deployer<'_>,
    foundation: Foundation,
    token: T,
    terms: &Terms<'_>,
) -> Result<ExactlyMarket<T>, WorldError> {
    let Foundation { proxy_admin, auditor } = foundation;
    // The model asks the market for its averages, and the market starts with a model: so the first one knows no market.
    let model = rate_model(deployer, terms, Address::ZERO)?;
    let arguments = (token.into().address, auditor).abi_encode_params();
    let implementation = create(deployer, &format!("Market{}_Implementation", terms.artifacts), &arguments)?;
    let initialize = IMarket::initializeCall {
        assetSymbol: terms.symbol.to_owned(),
        maxFuturePools_: 7,
        earningsAccumulatorSmoothFactor_: 2 * WAD as u128,
        interestRateModel_: model,
        penaltyRate_: U256::from(PENALTY_RATE),
        backupFeeRate_: percent(10),
        reserveFactor_: WAD as u128 / 20,
        dampSpeedUp_: U256::from(4_600_000_000_000_000_u64),
        dampSpeedDown_: percent(40),
    };
    let proxy_name = format!("Market{}_Proxy", terms.artifacts);
    let address = proxy(deployer, &proxy_name, implementation, proxy_admin, initialize.abi_encode())?;
    let model = rate_model(deployer, terms, address)?;
    deployer.call(address, IMarket::setInterestRateModelCall { interestRateModel_: model })?;
    deployer
        .call(address, IMarket::setTreasuryCall { treasury_: Account::DEPLOYER.0, treasuryFeeRate_: percent(10) })?;
    let feed = (U256::from(8), terms.price).abi_encode_params();
    let price_feed = deployer.create(PACKAGE, "deployments/op-sepolia/PriceFeedesEXA.json", &feed)?;
    deployer.call(
        auditor,
        IAuditor::enableMarketCall { market: address, priceFeed: price_feed, adjustFactor: terms.adjust_factor },
    )?;
    Ok(ExactlyMarket { address, token, price_feed })
}

/// Supplies what others borrow, and borrows a little, so that interest accrues from the beginning.
pub(super) fn supply<T: Copy + Into<Erc20>>(
    deployer: &mut Deployer<'_>,
    foundation: Foundation,
    market: &ExactlyMarket<T>,
    units: U256,
) -> Result<(), WorldError> {
    let account = Account::DEPOSITOR;
    market.deposit(deployer.chain, account.0, units)?;
    deployer.call_as(account, foundation.auditor, IAuditor::enterMarketCall { market: market.address })?;
    market.borrow(deployer.chain, account.0, units / U256::from(10))
}
