//! Approvals by signature: every kind does what it says, nobody is hurt by one that fails, and nothing is left of them.

use crate::{
    signatory::{Signatory, front_run, list},
    stage::{ATTACKER, BYSTANDER, Stage, near, times, usdc},
};
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::Revert;
use debt_manager::abi::{
    IDebtManager::{AllowanceLeft, Authorization, AuthorizationForeign, AuthorizationKind, InvalidCalldata, Leverage},
    IERC20::transferFromCall,
};
use protocols::{
    Asset,
    manager::{self, Order},
    signing::wallet::Answer,
    stand_ins::Manner,
};

/// 100 USDC at three times.
fn order(stage: &Stage) -> Order<Leverage> {
    manager::leverage(stage.market().address, usdc(100), times(3))
}

/// More shares than the 200 USDC that it borrows are worth.
fn plenty() -> U256 {
    usdc(230)
}

fn asset(stage: &Stage) -> Address {
    stage.market().token.address
}

/// The account has 100 USDC at three times, and has given nothing.
fn leveraged(stage: &Stage, who: &Signatory) {
    let position = stage.market().position(&stage.chain, who.account);
    assert!(near(position.deposit, usdc(300)) && near(position.debt, usdc(200)), "{position:?}");
    who.has_given_nothing(stage);
}

/// A permit of the shares, with this one.
fn with_shares(stage: &Stage, who: &Signatory, given: Authorization) -> Order<Leverage> {
    order(stage).authorized(given).authorized(who.permit(stage, stage.market().address, plenty()))
}

#[test]
fn a_permit_of_the_asset_and_one_of_the_shares_do_without_approvals() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let order = with_shares(&stage, &carol, carol.permit(&stage, asset(&stage), usdc(100)));
    stage.succeeds(stage.dm.send(carol.account, order));
    leveraged(&stage, &carol);
}

#[test]
fn so_do_those_of_a_token_of_18_decimals() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let (market, ten) = (stage.world.exactly.market(Asset::WstEth), Asset::WstEth.units(10));
    market.token.mint(&mut stage.chain, carol.account, ten).unwrap();
    let order = manager::leverage(market.address, ten, times(3))
        .authorized(carol.permit(&stage, market.token.address, ten))
        .authorized(carol.permit(&stage, market.address, Asset::WstEth.units(25)));
    stage.succeeds(stage.dm.send(carol.account, order));
    let position = market.position(&stage.chain, carol.account);
    assert!(near(position.deposit, Asset::WstEth.units(30)) && near(position.debt, Asset::WstEth.units(20)));
    carol.has_given_nothing(&stage);
}

#[test]
fn a_signature_of_bytes_may_be_a_keys_or_a_wallets() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let order_of_key = with_shares(&stage, &carol, carol.bytes_permit(&stage, asset(&stage), usdc(100)));
    stage.succeeds(stage.dm.send(carol.account, order_of_key));
    leveraged(&stage, &carol);

    let mut stage = Stage::new();
    let (safe, _) = Signatory::with_wallet(&mut stage);
    let (market, dm) = (stage.market(), stage.dm.address);
    market.approve(&mut stage.chain, safe.account, dm, U256::MAX).unwrap();
    let order = order(&stage).authorized(safe.bytes_permit(&stage, asset(&stage), usdc(100)));
    stage.succeeds(stage.dm.send(safe.account, order));
    assert_eq!(market.token.allowance(&stage.chain, safe.account, dm), U256::ZERO);
    assert_eq!(market.allowance(&stage.chain, safe.account, dm), U256::MAX);
}

#[test]
fn a_permit_in_dais_way_is_of_everything_and_has_to_be_taken_back() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let market = list(&mut stage, Manner::DaiLike, carol.account);
    let whole = Asset::Weth.units(1);
    let [given, taken_back] = carol.dai_permits(&stage, market.token.address);
    let order = manager::leverage(market.address, whole, times(2)).authorized(given).authorized(carol.permit(
        &stage,
        market.address,
        whole * U256::from(2),
    ));
    stage.succeeds(stage.dm.send(carol.account, order.authorized(taken_back)));
    carol.has_given_nothing(&stage);
}

#[test]
fn an_approval_that_was_given_by_transaction_may_be_taken_back_by_signature() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let (market, dm) = (stage.market(), stage.dm.address);
    market.token.approve(&mut stage.chain, carol.account, dm, U256::MAX).unwrap();
    market.approve(&mut stage.chain, carol.account, dm, U256::MAX).unwrap();
    let mut order = order(&stage);
    for token in [market.token.address, market.address] {
        order = order.authorized(carol.permit(&stage, token, U256::ZERO));
    }
    stage.succeeds(stage.dm.send(carol.account, order));
    leveraged(&stage, &carol);
}

#[test]
fn any_number_of_them_is_one_call() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let (asset, shares) = (asset(&stage), stage.market().address);
    let permit = carol.permit(&stage, shares, plenty());
    let mut order = order(&stage).authorized(carol.permit(&stage, asset, usdc(130)));
    for _ in 0..5 {
        order = order.authorized(permit.clone()).authorized(carol.revocation(&stage, asset));
    }
    stage.succeeds(stage.dm.send(carol.account, order));
    leveraged(&stage, &carol);
}

#[test]
fn d1_a_permit_that_somebody_submitted_first_is_as_good() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let (asset, shares) = (asset(&stage), stage.market().address);
    let permits = [carol.permit(&stage, asset, usdc(100)), carol.bytes_permit(&stage, asset, usdc(100))];
    for permit in permits {
        let mut stage = stage.clone();
        let order = with_shares(&stage, &carol, permit);
        for given in &order.authorizations {
            stage.succeeds(front_run(&stage, ATTACKER, carol.account, given));
        }
        assert_eq!(stage.market().allowance(&stage.chain, carol.account, stage.dm.address), plenty());
        stage.succeeds(stage.dm.send(carol.account, order));
        leveraged(&stage, &carol);
    }
    // What takes back cannot come first; if it comes before the call, so has what it takes back.
    let permit = carol.permit(&stage, shares, plenty());
    let revocation = carol.revocation(&stage, shares);
    let early = front_run(&stage, ATTACKER, carol.account, &revocation);
    assert!(!stage.send(early).success);
    let order = with_shares(&stage, &carol, carol.permit(&stage, asset, usdc(100))).authorized(revocation.clone());
    for given in [&permit, &revocation] {
        stage.succeeds(front_run(&stage, ATTACKER, carol.account, given));
    }
    let tx = stage.dm.send(carol.account, order);
    assert!(!stage.send(tx).success, "without an allowance nothing can be borrowed");
    carol.has_given_nothing(&stage);
}

#[test]
fn d1_so_is_one_in_dais_way() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let market = list(&mut stage, Manner::DaiLike, carol.account);
    let whole = Asset::Weth.units(1);
    let [given, taken_back] = carol.dai_permits(&stage, market.token.address);
    stage.succeeds(front_run(&stage, ATTACKER, carol.account, &given));
    let order = manager::leverage(market.address, whole, times(1)).authorized(given).authorized(taken_back);
    stage.succeeds(stage.dm.send(carol.account, order));
    carol.has_given_nothing(&stage);
}

#[test]
fn d2_a_token_that_takes_any_permit_gives_nobody_elses_approvals() {
    let mut stage = Stage::new();
    let market = stage.world.exactly.market(Asset::Weth);
    let (weth, ten, dm) = (market.token, Asset::Weth.units(10), stage.dm.address);
    for account in [BYSTANDER, ATTACKER] {
        weth.approve(&mut stage.chain, account, dm, U256::MAX).unwrap();
        market.approve(&mut stage.chain, account, dm, U256::MAX).unwrap();
    }
    weth.mint(&mut stage.chain, BYSTANDER, ten).unwrap();
    // WETH9 answers every call that it does not know with success.
    let carol = Signatory::with_key(&mut stage);
    let signature = carol.sign(B256::repeat_byte(1));
    let phantom = manager::authorization(AuthorizationKind::Eip2612, weth.address, ten, U256::MAX, signature);
    let order = manager::leverage(market.address, ten, times(2)).authorized(phantom);
    let tx = stage.dm.send(ATTACKER, order.clone());
    assert!(!stage.send(tx).success);
    // With tokens of its own, the attacker's own approval is what is left.
    weth.mint(&mut stage.chain, ATTACKER, ten).unwrap();
    let tx = stage.dm.send(ATTACKER, order);
    stage.reverts(tx, &AllowanceLeft { token: weth.address, allowance: U256::MAX });
}

#[test]
fn a_permit_of_a_token_without_a_part_is_refused() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let weth = stage.world.exactly.market(Asset::Weth);
    let given = carol.permit(&stage, asset(&stage), usdc(100));
    let kinds = [AuthorizationKind::Eip2612, AuthorizationKind::DaiLike, AuthorizationKind::Permit2];
    for token in [weth.token.address, weth.address, stage.dm.address, ATTACKER, Address::ZERO] {
        for (kind, value) in kinds.iter().flat_map(|kind| [(kind, U256::ZERO), (kind, U256::MAX)]) {
            let foreign = Authorization { kind: *kind, token, value, ..given.clone() };
            let tx = stage.dm.send(carol.account, with_shares(&stage, &carol, given.clone()).authorized(foreign));
            stage.reverts(tx, &AuthorizationForeign { token });
        }
    }
}

/// Signatures of 65 bytes that no key has made, from one that a key has.
fn forgeries(good: &Bytes) -> Vec<Bytes> {
    let half = |at: usize| &good[at..at + 32];
    let order = U256::from_be_slice(&alloy_primitives::hex!(
        "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
    ));
    let high = (order - U256::from_be_slice(half(32))).to_be_bytes::<32>();
    let zero = [0; 32];
    let joined = |r: &[u8], s: &[u8], v: u8| Bytes::from([r, s, &[v]].concat());
    let ids = [0, 1, 29, 255].map(|v| joined(half(0), half(32), v));
    let flipped = 27 + 28 - good[64];
    let others = [joined(half(0), &high, flipped), joined(&zero, &zero, 27), joined(&zero, half(32), 28)];
    ids.into_iter().chain(others).chain([joined(half(0), half(32), flipped)]).collect()
}

#[test]
fn a10_bad_signatures_give_nothing_and_take_nothing() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let (asset, dm) = (asset(&stage), stage.dm.address);
    let token = stage.market().token;
    let good = carol.permit(&stage, asset, usdc(100));
    let kinds = [AuthorizationKind::Eip2612, AuthorizationKind::Eip7598];
    let bad = kinds.iter().flat_map(|kind| forgeries(&good.signature).into_iter().map(|signature| (*kind, signature)));
    let lengths = [0, 64, 66].map(|length| {
        let bytes = [&good.signature[..], &[0]].concat();
        (AuthorizationKind::Eip7598, Bytes::from(bytes[..length].to_vec()))
    });
    for (kind, signature) in bad.chain(lengths) {
        let order = with_shares(&stage, &carol, Authorization { kind, signature, ..good.clone() });
        let tx = stage.dm.send(carol.account, order.clone());
        let reason = Revert::from("ERC20: transfer amount exceeds allowance");
        stage.refused_in_loan::<transferFromCall>(tx, asset, &reason);
        // It is passed over where there is an allowance: as if somebody had submitted it before.
        let mut allowed = stage.clone();
        token.approve(&mut allowed.chain, carol.account, dm, usdc(100)).unwrap();
        allowed.succeeds(allowed.dm.send(carol.account, order));
        leveraged(&allowed, &carol);
    }
}

#[test]
fn a10_a_keys_signature_has_65_bytes() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let good = carol.permit(&stage, asset(&stage), usdc(100));
    for kind in [AuthorizationKind::Eip2612, AuthorizationKind::DaiLike] {
        for length in [0, 1, 64, 66, 96] {
            let signature = Bytes::from(vec![1; length]);
            let order = order(&stage).authorized(Authorization { kind, signature, ..good.clone() });
            let tx = stage.dm.send(carol.account, order);
            // 13 words of the operation, 2 of the head, an empty swap, one approval's offset and its 6 words.
            stage.reverts(tx, &InvalidCalldata { offset: U256::from(32 * (13 + 2 + 1 + 2 + 6)) });
        }
    }
}

#[test]
fn a11_a_wallets_permit_is_what_the_token_takes_for_one() {
    let mut stage = Stage::new();
    let (safe, wallet) = Signatory::with_wallet(&mut stage);
    let (market, dm) = (stage.market(), stage.dm.address);
    market.approve(&mut stage.chain, safe.account, dm, U256::MAX).unwrap();
    let order = order(&stage).authorized(safe.bytes_permit(&stage, asset(&stage), usdc(100)));
    let tx = stage.dm.send(safe.account, order);
    for answer in Answer::ALL {
        let mut stage = stage.clone();
        wallet.answer(&mut stage.chain, answer);
        // Without its permit it is as if it had been submitted before: what is allowed counts.
        let mut allowed = stage.clone();
        market.token.approve(&mut allowed.chain, safe.account, dm, usdc(100)).unwrap();
        allowed.succeeds(tx.clone());
        let before = stage.belongings(safe.account);
        let receipt = stage.send(tx.clone());
        let is_right = matches!(answer, Answer::True | Answer::Long | Answer::Bomb);
        assert_eq!(receipt.success, is_right, "{answer:?}: {}", receipt.output);
        assert!(is_right || stage.belongings(safe.account) == before);
        for stage in [stage, allowed] {
            assert_eq!(wallet.writes(&stage.chain), U256::ZERO);
            assert!(market.token.allowance(&stage.chain, safe.account, dm).is_zero());
        }
    }
}
