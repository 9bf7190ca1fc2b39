//! Debts of fixed maturity by a signed allowance of shares, of which the fee takes its part.

use crate::stage::{Stage, times, usdc};
use alloy_primitives::{Address, U256};
use debt_manager::abi::IDebtManager::{Authorization, AuthorizationKind, Market, Migrate};
use devnet::{Receipt, Tx};
use protocols::{
    manager::{self, Order, Verb},
    signing::{self, eip2612},
};

/// Somebody with a key and 100 USDC who has approved the asset, but not the shares. Returns their address.
fn carol(stage: &mut Stage) -> Address {
    let carol = stage.chain.config().signers()[1].address();
    stage.welcome(carol);
    let (market, dm) = (stage.market(), stage.dm.address);
    market.approve(&mut stage.chain, carol, dm, U256::ZERO).unwrap();
    carol
}

/// Carol's permit of so many shares.
fn permit(stage: &Stage, shares: U256) -> Authorization {
    let (key, market) = (&stage.chain.config().signers()[1], stage.market().address);
    let signature = eip2612::sign(&stage.chain, market, key, stage.dm.address, shares, U256::MAX);
    let signature = signing::bytes(&signature);
    manager::authorization(AuthorizationKind::Eip2612, market, shares, U256::MAX, signature)
}

fn sends<O: Verb>(stage: &mut Stage, carol: Address, order: Order<O>) -> Receipt {
    let tx: Tx = stage.dm.send(carol, order);
    stage.send(tx)
}

/// The shares that an order takes of an allowance, if it is sent next.
fn shares_taken<O: Verb>(stage: &Stage, carol: Address, order: &Order<O>) -> U256 {
    let (mut trial, counted, dm) = (stage.clone(), U256::MAX - U256::from(1), stage.dm.address);
    let time = trial.chain.next_timestamp();
    // The approval is a block of its own, in the same second.
    trial.chain.set_next_timestamp(time).unwrap();
    trial.market().approve(&mut trial.chain, carol, dm, counted).unwrap();
    trial.chain.set_next_timestamp(time).unwrap();
    assert!(sends(&mut trial, carol, order.clone()).success);
    counted - trial.market().allowance(&trial.chain, carol, dm)
}

/// With one share too few it is refused; with as many as it takes, and with more, it goes through and none are left.
fn takes_what_it_needs<O: Verb>(stage: &Stage, carol: Address, order: &Order<O>) {
    let needed = shares_taken(stage, carol, order);
    assert!(needed > usdc(79), "{needed}");
    for (shares, goes_through) in
        [(needed - U256::from(1), false), (needed, true), (needed + U256::from(1), true), (needed + usdc(10), true)]
    {
        let mut stage = stage.clone();
        let order = order.clone().authorized(permit(&stage, shares));
        assert_eq!(sends(&mut stage, carol, order).success, goes_through, "{shares} of {needed}");
        assert_eq!(stage.market().allowance(&stage.chain, carol, stage.dm.address), U256::ZERO);
    }
}

fn rolls(stage: &Stage, from: U256, to: U256) -> Order<Migrate> {
    let market = stage.market().address;
    let position = |maturity| Market { maturity, ..manager::position(market, market) };
    manager::migrate(position(from), position(to))
}

#[test]
fn a_leverage_takes_the_fee_too() {
    let mut stage = Stage::new();
    let (carol, maturity) = (carol(&mut stage), stage.maturity(2));
    let order = manager::leverage(stage.market().address, usdc(100), times(2)).maturing(maturity);
    takes_what_it_needs(&stage, carol, &order);
}

#[test]
fn so_do_rolls_to_a_maturity() {
    let mut stage = Stage::new();
    let (carol, market) = (carol(&mut stage), stage.market());
    market.token.mint(&mut stage.chain, carol, usdc(900)).unwrap();
    market.deposit(&mut stage.chain, carol, usdc(900)).unwrap();
    stage.world.exactly.enter_market(&mut stage.chain, carol, &market).unwrap();
    market.borrow(&mut stage.chain, carol, usdc(100)).unwrap();
    let [first, second] = [1, 2].map(|nth| stage.maturity(nth));
    takes_what_it_needs(&stage, carol, &rolls(&stage, U256::ZERO, first));
    market.borrow_at_maturity(&mut stage.chain, carol, first, usdc(100)).unwrap();
    takes_what_it_needs(&stage, carol, &rolls(&stage, first, second));
    takes_what_it_needs(&stage, carol, &rolls(&stage, first, U256::ZERO));
}

#[test]
fn near_the_largest_leverage_what_is_too_much_goes_while_the_debt_is_repaid() {
    let mut stage = Stage::new();
    let (carol, market, first) = (carol(&mut stage), stage.market(), stage.maturity(1));
    market.deposit(&mut stage.chain, carol, usdc(100)).unwrap();
    stage.world.exactly.enter_market(&mut stage.chain, carol, &market).unwrap();
    // Some 82 are the most.
    market.borrow_at_maturity(&mut stage.chain, carol, first, usdc(80)).unwrap();
    takes_what_it_needs(&stage, carol, &rolls(&stage, first, U256::ZERO));
}
