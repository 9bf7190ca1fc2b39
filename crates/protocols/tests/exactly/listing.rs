//! Markets of tokens with other decimals and manners, on demand.

use crate::{ALICE, succeed, times, world};
use alloy_primitives::{Address, I256, U256};
use devnet::Chain;
use protocols::{
    Account, Erc20, ExactlyMarket, Fixtures, World,
    exactly::{LeveragePermits, Terms, fixed::maturity},
    stand_ins::{Manner, StandIn},
};

/// A token, of which the depositor has supplied a market with 1,000,000 and Balancer's vault has as many.
fn list(chain: &mut Chain, world: &World, manner: Manner, whole: U256, dollars: u32) -> ExactlyMarket<StandIn> {
    let fixtures = Fixtures::open().unwrap();
    let million = U256::from(1_000_000) * whole;
    let holder = Account::DEPOSITOR.0;
    let token = StandIn::deploy(chain, &fixtures, manner, holder, million * U256::from(3)).unwrap();
    token.transfer(chain, holder, world.balancer.vault, million).unwrap();
    let terms = Terms::at("ODD", dollars);
    world.exactly.list_market(chain, &fixtures, token, &terms, million).unwrap()
}

fn give(chain: &mut Chain, token: impl Into<Erc20>, to: Address, units: U256) {
    token.into().transfer(chain, Account::DEPOSITOR.0, to, units).unwrap();
}

/// Exactly's own manager works in the market, both ways, at any number of decimals and with any manners.
#[test]
fn a_market_of_any_token_is_a_market_like_the_others() {
    let manners = [
        (Manner::DaiLike, 18),
        (Manner::CircleLike, 18),
        (Manner::TetherLike { decimals: 6 }, 6),
        (Manner::TetherLike { decimals: 8 }, 8),
    ];
    let (chain, world) = world();
    for (manner, decimals) in manners {
        let mut chain = chain.clone();
        let whole = U256::from(10).pow(U256::from(decimals));
        let market = list(&mut chain, &world, manner, whole, 2);
        let manager = world.exactly.manager();
        let hundred = U256::from(100) * whole;
        give(&mut chain, market.token, ALICE, hundred);
        market.token.approve(&mut chain, ALICE, manager.address, hundred).unwrap();
        market.approve(&mut chain, ALICE, manager.address, U256::MAX).unwrap();
        let tx = manager.leverage(ALICE, market.address, hundred, times(3), LeveragePermits::None);
        succeed(&mut chain, tx);
        let debt = market.position(&chain, ALICE).debt;
        assert!(debt.abs_diff(U256::from(2) * hundred) <= U256::from(1), "{debt} {manner:?}");
        // Two dollars each, of which 86 hundredths count.
        let collateral = world.exactly.liquidity(&chain, ALICE).collateral;
        assert!(collateral.abs_diff(times(516)) < times(1) / U256::from(1_000), "{collateral} {manner:?}");

        let withdraw = hundred - whole / U256::from(1_000);
        succeed(&mut chain, manager.deleverage(ALICE, market.address, withdraw, times(1), None));
        assert_eq!(market.token.balance_of(&chain, ALICE), withdraw);
        assert_eq!(market.position(&chain, ALICE).debt, U256::ZERO);
    }
}

#[test]
fn a_listed_market_has_pools_and_a_price() {
    let (mut chain, world) = world();
    let whole = times(1);
    let market = list(&mut chain, &world, Manner::DaiLike, whole, 1);
    give(&mut chain, market.token, ALICE, whole);
    market.deposit(&mut chain, ALICE, whole).unwrap();
    world.exactly.enter_market(&mut chain, ALICE, &market).unwrap();
    chain.advance_time(60 * 60);
    let (first, half) = (maturity(&chain, 1), whole / U256::from(2));
    assert!(market.borrow_at_maturity(&mut chain, ALICE, first, half).unwrap() > half);
    let healthy = world.exactly.health_factor(&chain, ALICE);
    market.set_price_exact(&mut chain, I256::unchecked_from(1)).unwrap();
    assert!(world.exactly.health_factor(&chain, ALICE) <= healthy);
    let earlier = market.position(&chain, Account::DEPOSITOR.0).debt;
    chain.advance_time(60 * 60);
    chain.mine();
    assert!(market.position(&chain, Account::DEPOSITOR.0).debt > earlier, "interest accrues");
}
