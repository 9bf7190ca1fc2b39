//! What is left of what an account has allowed: nothing of a permit, however old; all but what was used of an approval.

use crate::{
    signatory::Signatory,
    stage::{ATTACKER, Stage, times, usdc},
};
use alloy_primitives::{Address, U256};
use debt_manager::abi::IDebtManager::{Deleverage, Leverage};
use devnet::Receipt;
use protocols::{
    Asset, ExactlyMarket,
    manager::{self, Order, Verb},
};
use std::sync::OnceLock;

const DAY: u64 = 24 * 60 * 60;
const YEAR: u64 = 365 * DAY;
/// Seconds between signing and sending.
const AGES: [u64; 6] = [0, 60, 60 * 60, DAY, 30 * DAY, YEAR];

/// Somebody with 100 USDC at a ratio, who has given nothing.
fn leveraged(ratio_wad: U256) -> (Stage, Signatory) {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    allow(&mut stage, &carol, usdc(100), U256::MAX);
    let order = manager::leverage(stage.market().address, usdc(100), ratio_wad);
    stage.succeeds(stage.dm.send(carol.account, order));
    allow(&mut stage, &carol, U256::ZERO, U256::ZERO);
    (stage, carol)
}

/// Sets what the contract may take of an account's USDC and of its shares.
fn allow(stage: &mut Stage, who: &Signatory, assets: U256, shares: U256) {
    let (market, dm) = (stage.market(), stage.dm.address);
    market.token.approve(&mut stage.chain, who.account, dm, assets).unwrap();
    market.approve(&mut stage.chain, who.account, dm, shares).unwrap();
}

/// Lets time pass. A program expires after a year; anyone may activate it again.
pub(crate) fn age(stage: &mut Stage, seconds: u64) {
    stage.chain.advance_time(seconds);
    if seconds >= YEAR {
        stage.chain.set_balance(ATTACKER, stage.chain.config().funds());
        assert!(stage.chain.activate(stage.dm.address, ATTACKER).unwrap().success);
    }
}

/// At every age of its permits, the operation succeeds, and nothing is left of them.
fn at_every_age<O: Verb>(stage: &Stage, who: &Signatory, order: &Order<O>) {
    for seconds in AGES {
        let mut stage = stage.clone();
        age(&mut stage, seconds);
        let receipt = stage.send(stage.dm.send(who.account, order.clone()));
        assert!(receipt.success, "after {seconds} s: {}", receipt.output);
        who.has_given_nothing(&stage);
    }
}

/// Makes an account's USDC count as collateral for what it borrows elsewhere.
fn enters(stage: &mut Stage, who: &Signatory) {
    let market = stage.market();
    stage.world.exactly.enter_market(&mut stage.chain, who.account, &market).unwrap();
}

/// A market's shares, permitted.
fn permitting<O: Verb>(stage: &Stage, who: &Signatory, order: Order<O>, shares: Address, value: U256) -> Order<O> {
    order.authorized(who.permit(stage, shares, value))
}

/// With a tenth more than these.
fn margin(shares: U256) -> U256 {
    shares + shares / U256::from(10)
}

fn deleverage(stage: &Stage, withdraw: U256, ratio: u64) -> Order<Deleverage> {
    manager::deleverage(stage.market().address, withdraw, times(ratio))
}

/// The largest ratio to which the 100 USDC of somebody new can be leveraged, but for a billionth of it.
fn largest_ratio() -> U256 {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    allow(&mut stage, &carol, usdc(100), U256::MAX);
    let order = |ratio_wad| manager::leverage(stage.market().address, usdc(100), ratio_wad);
    let (mut low, mut high) = (times(2), times(20));
    while high - low > U256::from(1_000_000_000) {
        let middle = (low + high) / U256::from(2);
        let receipt = stage.clone().send(stage.dm.send(carol.account, order(middle)));
        *(if receipt.success { &mut low } else { &mut high }) = middle;
    }
    low - U256::from(1_000_000_000)
}

/// Goes to the second at which all is sent that is to be compared: interest accrues in each.
fn at_one_time(stage: &mut Stage) {
    static SECOND: OnceLock<u64> = OnceLock::new();
    let second = *SECOND.get_or_init(|| Stage::new().chain.next_timestamp() + 60 * 60);
    stage.chain.set_next_timestamp(second).unwrap();
}

/// What an operation uses of the shares' allowance is what is not left of an approval.
fn used<O: Verb>(stage: &Stage, who: &Signatory, order: &Order<O>, shares: ExactlyMarket) -> U256 {
    let mut stage = stage.clone();
    let (given, dm) = (U256::MAX >> 1, stage.dm.address);
    shares.approve(&mut stage.chain, who.account, dm, given).unwrap();
    at_one_time(&mut stage);
    stage.succeeds(stage.dm.send(who.account, order.clone()));
    given - shares.allowance(&stage.chain, who.account, dm)
}

#[test]
fn nothing_is_left_of_a_permit_to_borrow() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let (market, token) = (stage.market().address, stage.market().token.address);
    let order = manager::leverage(market, usdc(100), times(3)).authorized(carol.permit(&stage, token, usdc(100)));
    at_every_age(&stage, &carol, &permitting(&stage, &carol, order, market, margin(usdc(200))));
}

#[test]
fn nothing_is_left_of_a_permit_to_borrow_more() {
    let (stage, carol) = leveraged(times(2));
    let market = stage.market().address;
    let order: Order<Leverage> = manager::leverage(market, U256::ZERO, times(4));
    at_every_age(&stage, &carol, &permitting(&stage, &carol, order, market, margin(usdc(200))));
}

#[test]
fn nothing_is_left_of_a_permit_to_repay_a_part() {
    let (stage, carol) = leveraged(times(4));
    let market = stage.market();
    for (order, value) in [
        (deleverage(&stage, U256::ZERO, 2), margin(usdc(230))),
        (deleverage(&stage, usdc(40), 2), margin(usdc(280))),
        (deleverage(&stage, U256::ZERO, 1), margin(usdc(300))),
        (deleverage(&stage, U256::ZERO, 1).repaying(usdc(10)), usdc(20)),
    ] {
        at_every_age(&stage, &carol, &permitting(&stage, &carol, order, market.address, value));
    }
}

#[test]
fn nothing_is_left_of_a_permit_to_close() {
    let (stage, carol) = leveraged(times(4));
    let market = stage.market();
    let shares = market.shares(&stage.chain, carol.account);
    for value in [shares, shares + U256::ONE, margin(shares), shares + shares] {
        let order = permitting(&stage, &carol, deleverage(&stage, manager::ALL, 1), market.address, value);
        at_every_age(&stage, &carol, &order);
    }
}

#[test]
fn nothing_is_left_near_the_largest_leverage() {
    let largest = largest_ratio();
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let (market, token) = (stage.market(), stage.market().token.address);
    let order =
        manager::leverage(market.address, usdc(100), largest).authorized(carol.permit(&stage, token, usdc(100)));
    let borrowed = usdc(100) * (largest - times(1)) / times(1);
    let order = permitting(&stage, &carol, order, market.address, margin(borrowed));
    at_every_age(&stage, &carol, &order);

    stage.succeeds(stage.dm.send(carol.account, order));
    let factor = stage.world.exactly.health_factor(&stage.chain, carol.account);
    assert!(factor >= times(1) && factor < times(1) + times(1) / U256::from(100_000), "{factor}");
    let shares = market.shares(&stage.chain, carol.account);
    let close = permitting(&stage, &carol, deleverage(&stage, manager::ALL, 1), market.address, margin(shares));
    at_every_age(&stage, &carol, &close);
    let lower = permitting(&stage, &carol, deleverage(&stage, U256::ZERO, 2), market.address, margin(borrowed));
    at_every_age(&stage, &carol, &lower);
}

/// 100 USDC against WETH that is borrowed, at twice: by a permit of WETH's shares, of which there are none.
fn short(stage: &Stage, who: &Signatory) -> Order<Leverage> {
    let (market, weth) = (stage.market(), stage.world.exactly.market(Asset::Weth));
    manager::leverage(market.address, usdc(100), times(2))
        .owing(weth.address)
        .swapping(stage.world.uniswap.path(&[Asset::Weth, Asset::Usdc]))
        .authorized(who.permit(stage, market.token.address, usdc(100)))
        .authorized(who.permit(stage, weth.address, Asset::Weth.units(1)))
}

#[test]
fn nothing_is_left_with_two_assets_if_what_cannot_be_used_up_is_taken_back() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    enters(&mut stage, &carol);
    let weth = stage.world.exactly.market(Asset::Weth);
    let order = short(&stage, &carol);
    at_every_age(&stage, &carol, &order.clone().authorized(carol.revocation(&stage, weth.address)));
    let receipt = stage.clone().send(stage.dm.send(carol.account, order.clone()));
    assert!(!receipt.success);
    // With enough shares of WETH's market, it can be used up.
    weth.token.mint(&mut stage.chain, carol.account, Asset::Weth.units(1)).unwrap();
    weth.deposit(&mut stage.chain, carol.account, Asset::Weth.units(1)).unwrap();
    at_every_age(&stage, &carol, &order);
}

#[test]
fn nothing_is_left_of_a_permit_to_close_with_two_assets() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    enters(&mut stage, &carol);
    let (market, weth) = (stage.market(), stage.world.exactly.market(Asset::Weth).address);
    let order = short(&stage, &carol).authorized(carol.revocation(&stage, weth));
    stage.succeeds(stage.dm.send(carol.account, order));
    let path = stage.world.uniswap.path(&[Asset::Usdc, Asset::Weth]);
    let close = deleverage(&stage, manager::ALL, 1).owing(weth).swapping(path);
    let shares = market.shares(&stage.chain, carol.account);
    at_every_age(&stage, &carol, &permitting(&stage, &carol, close, market.address, margin(shares)));
}

#[test]
fn d4_a_surplus_of_shares_is_used_up_or_taken_back() {
    let (mut stage, carol) = leveraged(times(2));
    let market = stage.market();
    let order = manager::leverage(market.address, U256::ZERO, times(3));
    let exact = used(&stage, &carol, &order, market);
    at_one_time(&mut stage);
    for value in [exact, exact + U256::ONE, exact + exact / U256::from(100), exact + exact, U256::MAX] {
        let given = permitting(&stage, &carol, order.clone(), market.address, value);
        let taken_back = given.clone().authorized(carol.revocation(&stage, market.address));
        for order in [given, taken_back] {
            // Without limit, nothing of it can be used up.
            let is_hopeless = value == U256::MAX && order.authorizations.len() == 1;
            let mut stage = stage.clone();
            let receipt = stage.send(stage.dm.send(carol.account, order));
            assert_eq!(receipt.success, !is_hopeless, "{}", receipt.output);
            carol.has_given_nothing(&stage);
        }
    }
    let less = permitting(&stage, &carol, order, market.address, exact - U256::ONE);
    assert!(!stage.send(stage.dm.send(carol.account, less)).success);
}

/// Sends with an approval of exactly so much of the shares.
fn with_approval<O: Verb>(stage: &Stage, who: &Signatory, order: &Order<O>, shares: U256) -> (Receipt, Vec<U256>) {
    let mut stage = stage.clone();
    allow(&mut stage, who, usdc(1_000), shares);
    at_one_time(&mut stage);
    let receipt = stage.send(stage.dm.send(who.account, order.clone()));
    (receipt, who.allowances(&stage))
}

/// An approval falls by exactly what is used: by no less, since one less is not enough; and it is not used up.
fn falls_by_what_is_used<O: Verb>(stage: &Stage, who: &Signatory, order: &Order<O>, deposit: U256) {
    let mut ready = stage.clone();
    allow(&mut ready, who, usdc(1_000), U256::ZERO);
    let exact = used(&ready, who, order, stage.market());
    for (spare, left) in [(U256::ZERO, U256::ZERO), (U256::from(7), U256::from(7)), (usdc(500), usdc(500))] {
        let (receipt, allowances) = with_approval(stage, who, order, exact + spare);
        assert!(receipt.success, "{}", receipt.output);
        assert_eq!(allowances[..2], [usdc(1_000) - deposit, left]);
    }
    let (receipt, allowances) = with_approval(stage, who, order, U256::MAX);
    assert!(receipt.success && allowances[1] == U256::MAX);
    if !exact.is_zero() {
        assert!(!with_approval(stage, who, order, exact - U256::ONE).0.success);
    }
}

#[test]
fn an_approval_falls_by_exactly_what_is_used() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let market = stage.market().address;
    falls_by_what_is_used(&stage, &carol, &manager::leverage(market, usdc(100), times(3)), usdc(100));
    falls_by_what_is_used(&stage, &carol, &manager::leverage(market, usdc(30), times(1)), usdc(30));
    let (stage, carol) = leveraged(times(4));
    falls_by_what_is_used(&stage, &carol, &deleverage(&stage, usdc(20), 2), U256::ZERO);
    falls_by_what_is_used(&stage, &carol, &deleverage(&stage, manager::ALL, 1), U256::ZERO);
    let shares = stage.market().shares(&stage.chain, carol.account);
    assert_eq!(used(&stage, &carol, &deleverage(&stage, manager::ALL, 1), stage.market()), shares);
}

#[test]
fn a_permit_of_the_asset_leaves_an_approval_of_the_shares() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    allow(&mut stage, &carol, U256::ZERO, usdc(1_000));
    let (market, token) = (stage.market(), stage.market().token.address);
    let order = manager::leverage(market.address, usdc(100), times(3));
    let exact = {
        let mut ready = stage.clone();
        allow(&mut ready, &carol, usdc(100), U256::ZERO);
        used(&ready, &carol, &order, market)
    };
    at_one_time(&mut stage);
    stage.succeeds(stage.dm.send(carol.account, permitting(&stage, &carol, order, token, usdc(100))));
    assert_eq!(carol.allowances(&stage)[..2], [U256::ZERO, usdc(1_000) - exact]);
}
