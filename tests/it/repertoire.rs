//! Operations of every verb, door and way of paying, each about to be sent. Together they make every call that the
//! contract can make of others: what must hold at each of these calls, or of each of these calldata, is tested on them.

use crate::{
    debts::{WEEK, percent},
    pairs::{LONG_ETH, SHORT_ETH, stake},
    rolls::{Roll, WHOLE},
    signatory::{Signatory, list},
    stage::{ALICE, ATTACKER, Stage, times, usdc},
};
use alloy_primitives::{Address, U256};
use debt_manager::abi::IDebtManager::{Bounds, FlashSource};
use devnet::Tx;
use protocols::{
    Asset::{self, Usdc, Weth, WstEth},
    manager::{self, Fee, Order, Signable, Verb},
    signing::permit2::Permit,
    stand_ins::Manner,
};

/// An operation that is about to be sent.
#[derive(Clone)]
pub(crate) struct Scene {
    /// What it does.
    pub(crate) title: &'static str,
    pub(crate) stage: Stage,
    /// Whose position it is.
    pub(crate) account: Address,
    pub(crate) tx: Tx,
}

/// The floating rate, in place of a maturity.
const FLOATING: U256 = U256::ZERO;
const NONCE: U256 = U256::from_limbs([77, 0, 0, 0]);

/// All of them.
pub(crate) fn scenes() -> Vec<Scene> {
    let (mut one, mut other) = (Stage::new(), Stage::new());
    let (carol, (safe, _)) = (Signatory::with_key(&mut one), Signatory::with_wallet(&mut other));
    let mut all = vec![raises_with_permits(&one, &carol), raises_through_permit2(&one, &carol)];
    all.extend([raises_in_dais_way(&one, &carol), raises_with_a_wallets_permit(&other, &safe)]);
    all.extend([lowers_with_a_permit(&one, &carol), rolls_in_rounds(), repays_beside_another_debt()]);
    all.extend([raises_for(&other, &safe), closes_for(&other, &safe), rolls_late_for(&one, &carol)]);
    all.extend([buys_through_two_pools(), buys_with_a_loan(), repays_with_a_swap(), sells_the_collateral()]);
    all
}

fn scene<O: Verb>(title: &'static str, stage: &Stage, account: Address, order: impl Into<Order<O>>) -> Scene {
    Scene { title, account, tx: stage.dm.send(account, order), stage: stage.clone() }
}

/// Sent by somebody else for a fee.
fn signed<O: Signable>(title: &'static str, stage: &Stage, who: &Signatory, order: &Order<O>) -> Scene {
    let fee = Fee { token: stage.market().token.address, units: usdc(2), recipient: ATTACKER };
    let signed = who.signs(stage, order, NONCE, fee);
    Scene { title, account: who.account, tx: stage.dm.relay(ATTACKER, order, signed), stage: stage.clone() }
}

/// With limits on everything, the health factor too.
fn bounded() -> Bounds {
    Bounds { healthFactorMin: U256::ONE, ..Stage::loose() }
}

/// The contract may use an account's shares of the USDC market.
fn trusting(stage: &Stage, who: &Signatory) -> Stage {
    let mut stage = stage.clone();
    let (market, dm) = (stage.market(), stage.dm.address);
    market.approve(&mut stage.chain, who.account, dm, U256::MAX).unwrap();
    stage
}

/// 90 USDC of the account's 100 at three times, for which it needs to give nothing more.
fn leveraged(stage: &Stage, who: &Signatory) -> Stage {
    let mut stage = trusting(stage, who);
    let (token, dm) = (stage.market().token, stage.dm.address);
    token.approve(&mut stage.chain, who.account, dm, usdc(90)).unwrap();
    let order = manager::leverage(stage.market().address, usdc(90), times(3));
    stage.succeeds(stage.dm.send(who.account, order));
    stage
}

fn raises_with_permits(stage: &Stage, carol: &Signatory) -> Scene {
    let (shares, asset) = (stage.market().address, stage.market().token.address);
    let order = manager::leverage(shares, usdc(100), times(3))
        .authorized(carol.permit(stage, asset, usdc(100)))
        .authorized(carol.permit(stage, shares, usdc(230)));
    scene("raises with permits", stage, carol.account, order.within(bounded()))
}

fn raises_through_permit2(stage: &Stage, carol: &Signatory) -> Scene {
    let (shares, asset) = (stage.market().address, stage.market().token.address);
    let permit = Permit::one(asset, usdc(100), stage.dm.address, NONCE, U256::MAX);
    let order = manager::leverage(shares, usdc(100), times(3))
        .authorized(carol.permit(stage, shares, usdc(230)))
        .authorized(carol.transfer(stage, &permit, asset, usdc(100)));
    scene("raises through Permit2", stage, carol.account, order)
}

fn raises_in_dais_way(stage: &Stage, carol: &Signatory) -> Scene {
    let mut stage = stage.clone();
    let market = list(&mut stage, Manner::DaiLike, carol.account);
    let whole = Asset::Weth.units(1);
    let [given, taken_back] = carol.dai_permits(&stage, market.token.address);
    let shares = carol.permit(&stage, market.address, whole * U256::from(2));
    let order = manager::leverage(market.address, whole, times(2)).authorized(given).authorized(shares);
    scene("raises in Dai's way", &stage, carol.account, order.authorized(taken_back))
}

fn raises_with_a_wallets_permit(stage: &Stage, safe: &Signatory) -> Scene {
    let stage = trusting(stage, safe);
    let permit = safe.bytes_permit(&stage, stage.market().token.address, usdc(100));
    let order = manager::leverage(stage.market().address, usdc(100), times(3)).authorized(permit);
    scene("raises with a wallet's permit", &stage, safe.account, order)
}

fn raises_for(stage: &Stage, safe: &Signatory) -> Scene {
    let stage = trusting(stage, safe);
    let order = manager::leverage(stage.market().address, usdc(90), times(3));
    signed("raises for a wallet", &stage, safe, &order)
}

fn lowers_with_a_permit(stage: &Stage, carol: &Signatory) -> Scene {
    let stage = leveraged(stage, carol);
    let shares = stage.market().address;
    let order = manager::deleverage(shares, usdc(10), times(2)).authorized(carol.permit(&stage, shares, usdc(200)));
    scene("lowers with a permit", &stage, carol.account, order)
}

fn closes_for(stage: &Stage, safe: &Signatory) -> Scene {
    let stage = leveraged(stage, safe);
    let order = manager::deleverage(stage.market().address, manager::ALL, times(1));
    signed("closes for a wallet", &stage, safe, &order)
}

/// A debt of 100 USDC of Alice's, of which the vault holds a third.
fn rolls_in_rounds() -> Scene {
    let mut stage = Stage::new();
    stage.alice_leverages(usdc(100), times(2));
    stage.vault_holds(usdc(40));
    let roll = Roll { from: FLOATING, to: stage.maturity(2), portion: WHOLE };
    scene("rolls to a maturity in rounds", &stage, ALICE, roll.order(&stage))
}

/// A floating debt of Alice's is repaid in part, beside one of fixed maturity.
fn repays_beside_another_debt() -> Scene {
    let mut stage = Stage::new();
    stage.alice_leverages(usdc(100), times(3));
    let roll = Roll { from: FLOATING, to: stage.maturity(2), portion: percent(50) };
    stage.succeeds(roll.ours(&stage));
    let order = manager::deleverage(stage.market().address, usdc(3), times(1)).repaying(usdc(30));
    scene("repays beside another debt", &stage, ALICE, order)
}

fn rolls_late_for(stage: &Stage, carol: &Signatory) -> Scene {
    let mut stage = leveraged(stage, carol);
    let roll = Roll { from: FLOATING, to: stage.maturity(1), portion: WHOLE };
    stage.succeeds(stage.dm.send(carol.account, roll.order(&stage)));
    stage.late_by(roll.to, WEEK);
    let back = Roll { from: roll.to, to: FLOATING, portion: percent(50) };
    signed("rolls late for who signed", &stage, carol, &back.order(&stage))
}

fn buys_through_two_pools() -> Scene {
    let stage = Stage::crossing();
    let order = SHORT_ETH.raises_by(&stage, &[WstEth], stake(Usdc), times(2));
    scene("buys through two pools", &stage, ALICE, order.within(bounded()))
}

fn buys_with_a_loan() -> Scene {
    let stage = Stage::crossing();
    let order = LONG_ETH.raises(&stage, stake(Weth), times(2)).flashing(FlashSource::BalancerV2);
    scene("buys with a loan", &stage, ALICE, order)
}

fn shorted() -> Stage {
    let mut stage = Stage::crossing();
    stage.succeeds(stage.dm.send(ALICE, SHORT_ETH.raises(&stage, stake(Usdc), times(2))));
    stage
}

fn repays_with_a_swap() -> Scene {
    let stage = shorted();
    let order = SHORT_ETH.closes(&stage);
    scene("closes with a swap", &stage, ALICE, order)
}

/// The debt is moved as well: both in one operation, with two flash swaps.
fn sells_the_collateral() -> Scene {
    let stage = shorted();
    let (from, to) = (SHORT_ETH.market(&stage), manager::position(stage.of(WstEth).address, stage.of(Usdc).address));
    let path = |route: &[Asset]| stage.world.uniswap.path(route);
    let order = manager::migrate(from, to).swapping(path(&[Usdc, Weth])).swapping_collateral(path(&[Usdc, WstEth]));
    scene("moves both sides", &stage, ALICE, order)
}
