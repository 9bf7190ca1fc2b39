//! Deploys Uniswap V3 and opens its pools at the feeds' prices.

use super::{
    Pool, Uniswap,
    abi::{IFactory, IPositionManager, IPriceFeed},
    price::{Side, sqrt_price_x96_down, widest_range},
};
use crate::{
    Account, Asset, Exactly, Tokens, WorldError,
    deployer::{Deployer, ask},
    fixtures::FixtureError,
};
use alloy_primitives::{
    Address, B256, U256,
    aliases::{I24, U24},
    b256, keccak256,
};
use alloy_sol_types::SolValue;

const CORE: &str = "@uniswap/v3-core";
const PERIPHERY: &str = "@uniswap/v3-periphery";
const ROUTER02: &str = "@uniswap/swap-router-contracts";
/// Hash of the pools' creation code, from which everyone computes their addresses.
const POOL_CODE_HASH: B256 = b256!("e34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54");
/// Dollars on either side of each pool, with the feeds' 8 decimals: 9 million.
const DEPTH: u64 = 9_000_000 * 100_000_000;
/// The pools: the pair, and the fee in millionths that its largest pool takes.
const POOLS: [(Asset, Asset, u32); 3] =
    [(Asset::Usdc, Asset::Weth, 500), (Asset::WstEth, Asset::Weth, 100), (Asset::Usdc, Asset::WstEth, 3_000)];

/// Deploys all of it, and mints each pool's liquidity to the depositor.
pub(crate) fn deploy(on: &mut Deployer<'_>, tokens: &Tokens, exactly: &Exactly) -> Result<Uniswap, WorldError> {
    check_pool_code(on)?;
    let weth = tokens.weth.address;
    let factory = on.create(CORE, &file("UniswapV3Factory"), &[])?;
    on.call(factory, IFactory::enableFeeAmountCall { fee: U24::from(100), tickSpacing: I24::ONE })?;
    let with_factory = (factory, weth).abi_encode_params();
    let router = on.create(PERIPHERY, &file("SwapRouter"), &with_factory)?;
    let no_descriptor = Address::ZERO;
    let arguments = (factory, weth, no_descriptor).abi_encode_params();
    let positions = on.create(PERIPHERY, &file("NonfungiblePositionManager"), &arguments)?;
    let quoter = on.create(PERIPHERY, &file("lens/QuoterV2"), &with_factory)?;
    let no_v2 = Address::ZERO;
    let arguments = (no_v2, factory, positions, weth).abi_encode_params();
    let router02 = on.create(ROUTER02, &file("SwapRouter02"), &arguments)?;

    let mut uniswap = Uniswap { factory, router, router02, quoter, positions, pools: Vec::with_capacity(POOLS.len()) };
    for (one, other, fee) in POOLS {
        let mut tokens = [tokens.of(one), tokens.of(other)];
        tokens.sort_by_key(|token| token.address);
        let sides = tokens.map(|token| side(on, exactly, token.asset));
        let planned = Pool { address: Address::ZERO, tokens, fee: U24::from(fee) };
        let pool = open_pool(on, &uniswap, planned, sides)?;
        uniswap.pools.push(pool);
    }
    Ok(uniswap)
}

/// What the feed of now says of an asset.
fn side(on: &Deployer<'_>, exactly: &Exactly, asset: Asset) -> Side {
    let price = ask(on.chain, exactly.market(asset).price_feed, IPriceFeed::latestAnswerCall {});
    Side { price: price.into_raw(), decimals: asset.decimals() }
}

/// A contract's file in packages that Hardhat built.
fn file(contract: &str) -> String {
    let name = contract.rsplit('/').next().unwrap_or(contract);
    format!("artifacts/contracts/{contract}.sol/{name}.json")
}

/// A pool of other code would lie at other addresses than the routers compute.
fn check_pool_code(on: &Deployer<'_>) -> Result<(), WorldError> {
    let file = file("UniswapV3Pool");
    let hash = keccak256(on.fixtures.bytecode(CORE, &file)?);
    if hash == POOL_CODE_HASH {
        return Ok(());
    }
    let reason = format!("the creation code's hash is {hash}, not {POOL_CODE_HASH}");
    Err(FixtureError::Content { package: CORE.to_owned(), file, reason }.into())
}

/// Makes the pool at the feeds' price and fills it over the widest range.
fn open_pool(on: &mut Deployer<'_>, uniswap: &Uniswap, pool: Pool, sides: [Side; 2]) -> Result<Pool, WorldError> {
    let [token0, token1] = pool.tokens.map(|token| token.address);
    let positions = uniswap.positions;
    let create = IPositionManager::createAndInitializePoolIfNecessaryCall {
        token0,
        token1,
        fee: pool.fee,
        sqrtPriceX96: sqrt_price_x96_down(sides[0], sides[1]),
    };
    on.call(positions, create)?;

    let depositor = Account::DEPOSITOR;
    let units = sides.map(|side| side.units_down(U256::from(DEPTH)));
    for (token, units) in pool.tokens.into_iter().zip(units) {
        token.mint(on.chain, depositor.0, units)?;
        token.approve(on.chain, depositor.0, positions, units)?;
    }
    let (low, high) = widest_range(pool.fee);
    let params = IPositionManager::MintParams {
        token0,
        token1,
        fee: pool.fee,
        tickLower: low,
        tickUpper: high,
        amount0Desired: units[0],
        amount1Desired: units[1],
        amount0Min: U256::ZERO,
        amount1Min: U256::ZERO,
        recipient: depositor.0,
        deadline: U256::MAX,
    };
    on.call_as(depositor, positions, IPositionManager::mintCall { params })?;
    let lookup = IFactory::getPoolCall { tokenA: token0, tokenB: token1, fee: pool.fee };
    Ok(Pool { address: ask(on.chain, uniswap.factory, lookup), ..pool })
}
