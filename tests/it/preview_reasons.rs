//! Why an operation would fail, each made so in the world: the preview names the reason, and the transaction has the error.

use crate::{
    debts::{WEEK, percent},
    pairs::{LONG_ETH, SHORT_ETH, stake},
    stage::{ALICE, Stage, times, usdc},
};
use alloy_primitives::{Address, U256, address, hex};
use alloy_sol_types::{SolCall, SolError};
use debt_manager::abi::{
    IDebtManager::{Bounds, InvalidCalldata, MarketNotListed},
    IDebtPreview::Reason,
    IExactlyMarket::{borrowCall, depositCall, withdrawCall},
    IExactlyMarketState::{InsufficientProtocolLiquidity, MaxSupplyExceeded},
};
use devnet::Tx;
use protocols::{
    Asset::{Usdc, Weth},
    DebtPreview,
    manager::{self, Order},
};

fn stage() -> (Stage, DebtPreview) {
    let mut stage = Stage::new();
    let preview = stage.preview();
    (stage, preview)
}

fn leverage(stage: &Stage, ratio: U256) -> Order<debt_manager::abi::IDebtManager::Leverage> {
    manager::leverage(stage.market().address, usdc(100), ratio)
}

#[test]
fn a_market_that_is_not_listed() {
    let (mut stage, preview) = stage();
    let market = stage.market().token.address;
    let order = manager::leverage(market, usdc(1), times(2));
    let said = stage.would_fail(preview, &order, Reason::Unlisted);
    assert_eq!(said.failure.to_vec(), MarketNotListed { market }.abi_encode());
}

#[test]
fn collateral_in_a_market_that_was_not_entered() {
    let mut stage = Stage::crossing();
    let preview = stage.preview();
    let usdc_market = stage.of(Usdc);
    stage.world.exactly.exit_market(&mut stage.chain, ALICE, &usdc_market).unwrap();
    let order = SHORT_ETH.raises(&stage, stake(Usdc), times(2));
    stage.would_fail(preview, &order, Reason::NotEntered);
    stage.world.exactly.enter_market(&mut stage.chain, ALICE, &usdc_market).unwrap();
    stage.happens(preview, &order);
}

#[test]
fn too_little_collateral() {
    let (mut stage, preview) = stage();
    let order = leverage(&stage, times(20));
    stage.would_fail(preview, &order, Reason::Shortfall);
    let mut stage = Stage::crossing();
    let preview = stage.preview();
    let order = SHORT_ETH.raises(&stage, stake(Usdc), times(20));
    stage.would_fail(preview, &order, Reason::Shortfall);
}

/// Somebody with so much collateral in the WETH market that any loan of another market is small.
fn whale(stage: &mut Stage) -> Address {
    let (whale, weth) = (address!("00000000000000000000000000000000000a1e00"), stage.of(Weth));
    stage.chain.set_balance(whale, stage.chain.config().funds());
    weth.token.mint(&mut stage.chain, whale, Weth.units(10_000_000)).unwrap();
    weth.deposit(&mut stage.chain, whale, Weth.units(10_000_000)).unwrap();
    stage.world.exactly.enter_market(&mut stage.chain, whale, &weth).unwrap();
    whale
}

#[test]
fn what_a_market_lends_is_told_to_the_unit() {
    let mut stage = Stage::crossing();
    let (preview, whale, market) = (stage.preview(), whale(&mut stage), stage.market());
    stage.passes(WEEK);
    let order = LONG_ETH.raises(&stage, stake(Weth), times(2));
    let available = stage.previews(preview, &order).marketLiquidity;
    let borrow =
        |assets| Tx::call(whale, market.address, borrowCall { assets, receiver: whale, borrower: whale }.abi_encode());
    let refused = stage.clone().chain.send(borrow(available + U256::ONE)).unwrap();
    assert_eq!(refused.output.to_vec(), InsufficientProtocolLiquidity {}.abi_encode());
    assert!(stage.chain.send(borrow(available)).unwrap().success);
    // Nothing is left for others.
    stage.would_fail(preview, &order, Reason::Liquidity);
}

#[test]
fn what_a_market_pays_out_is_told_to_the_unit() {
    let mut stage = Stage::crossing();
    let (preview, whale, market) = (stage.preview(), whale(&mut stage), stage.market());
    let plenty = usdc(1_000_000_000);
    market.token.mint(&mut stage.chain, ALICE, plenty).unwrap();
    market.deposit(&mut stage.chain, ALICE, plenty).unwrap();
    // Late debts leave earnings that are paid out little by little.
    let maturity = stage.maturity(2);
    market.borrow_at_maturity(&mut stage.chain, ALICE, maturity, usdc(50)).unwrap();
    stage.passes(20 * WEEK);
    market.repay_at_maturity(&mut stage.chain, ALICE, maturity, U256::MAX).unwrap();
    market.borrow(&mut stage.chain, whale, plenty / U256::from(2)).unwrap();
    stage.passes(WEEK);
    let order = manager::deleverage(market.address, U256::ONE, times(1));
    let available = stage.previews(preview, &order).marketLiquidity;
    let withdraw =
        |assets| Tx::call(ALICE, market.address, withdrawCall { assets, receiver: ALICE, owner: ALICE }.abi_encode());
    let refused = stage.clone().chain.send(withdraw(available + U256::ONE)).unwrap();
    assert_eq!(refused.output.to_vec(), InsufficientProtocolLiquidity {}.abi_encode());
    assert!(stage.chain.send(withdraw(available)).unwrap().success);
}

#[test]
fn a_vault_that_holds_too_little() {
    let (mut stage, preview) = stage();
    stage.vault_holds(U256::from(9));
    let order = leverage(&stage, times(3));
    let said = stage.would_fail(preview, &order, Reason::Liquidity);
    assert_eq!(said.flashLiquidity, U256::from(9));
}

#[test]
fn a_market_that_is_paused_or_frozen() {
    let (mut stage, preview) = stage();
    let (market, order) = (stage.market(), leverage(&stage, times(3)));
    market.set_paused(&mut stage.chain, true).unwrap();
    stage.would_fail(preview, &order, Reason::Paused);
    market.set_paused(&mut stage.chain, false).unwrap();
    market.set_frozen(&mut stage.chain, true).unwrap();
    stage.would_fail(preview, &order, Reason::Paused);
    market.set_frozen(&mut stage.chain, false).unwrap();
    stage.happens(preview, &order);
}

#[test]
fn a_maturity_that_is_not_open() {
    let (mut stage, preview) = stage();
    for maturity in [stage.maturity(2) + U256::ONE, stage.maturity(9), stage.maturity(2) - U256::from(8 * 7 * 86_400)] {
        let order = leverage(&stage, times(2)).maturing(maturity);
        stage.would_fail(preview, &order, Reason::Maturity);
    }
}

/// Where a market's own code is, while other code stands before it.
const BEHIND: Address = address!("00000000000000000000000000000000000c0de0");

/// A market of the version that limits its deposits, with the limit reached: refuses `deposit`, and does all else.
fn reaches_its_cap(stage: &mut Stage, market: Address) {
    let own = stage.chain.state().code(market).clone();
    stage.chain.set_code(BEHIND, own);
    let (refused, error) = (depositCall::SELECTOR, MaxSupplyExceeded::SELECTOR);
    // Compares the selector; jumps to a revert with the error, or delegates the call and passes on what comes back.
    let code = [
        &hex!("5f3560e01c63")[..],
        &refused,
        &hex!("14603b57365f5f375f5f365f73"),
        BEHIND.as_slice(),
        &hex!("5af43d5f5f3e6037573d5ffd5b3d5ff35b63"),
        &error,
        &hex!("60e01b5f5260045ffd"),
    ]
    .concat();
    stage.chain.set_code(market, code.into());
}

#[test]
fn a_market_that_takes_no_more() {
    let (mut stage, preview) = stage();
    let (market, order) = (stage.market().address, leverage(&stage, times(3)));
    reaches_its_cap(&mut stage, market);
    let said = stage.would_fail(preview, &order, Reason::Cap);
    assert!(said.failure.windows(4).any(|bytes| bytes == MaxSupplyExceeded::SELECTOR));
}

#[test]
fn a_wallet_that_holds_too_little() {
    let (mut stage, preview) = stage();
    let order = manager::leverage(stage.market().address, usdc(100) + U256::ONE, times(2));
    stage.would_fail(preview, &order, Reason::Wallet);
    stage.happens(preview, &leverage(&stage, times(2)));
}

#[test]
fn bounds_and_sizes() {
    let (mut stage, preview) = stage();
    let loose = Stage::loose();
    for bounds in [
        Bounds { deadline: U256::ONE, ..loose.clone() },
        Bounds { debtMax: usdc(199), ..loose.clone() },
        Bounds { collateralMin: usdc(301), ..loose.clone() },
        Bounds { healthFactorMin: times(2), ..loose.clone() },
    ] {
        let order = leverage(&stage, times(3)).within(bounds);
        stage.would_fail(preview, &order, Reason::Bounds);
    }
    let market = stage.market().address;
    let order = leverage(&stage, percent(99));
    stage.would_fail(preview, &order, Reason::Size);
    let order = manager::deleverage(market, manager::ALL, times(2));
    stage.would_fail(preview, &order, Reason::Size);
    let position = manager::position(market, market);
    stage.would_fail(preview, &manager::migrate(position.clone(), position), Reason::Size);
}

#[test]
fn calldata_that_is_none_has_the_contracts_own_error() {
    let (stage, preview) = stage();
    let mut calldata = leverage(&stage, times(2)).calldata();
    calldata.truncate(100);
    let said = preview.ask_of(&stage.chain, stage.dm, ALICE, calldata.clone(), U256::ZERO);
    let receipt = stage.clone().send(Tx::call(ALICE, stage.dm.address, calldata));
    assert_eq!((said.reason as u8, &said.failure), (Reason::Other as u8, &receipt.output));
    assert!(InvalidCalldata::abi_decode(&said.failure).is_ok());
}
