//! A preview is what happens: for every verb and every kind of position, to the last unit, and without a trace.

use crate::{
    debts::{DAY, WEEK, percent},
    pairs::{LONG_ETH, LONG_WSTETH, Pair, SHORT_ETH, stake, tenths},
    previewer::own,
    rolls::{Roll, WHOLE},
    signatory::Signatory,
    stage::{ALICE, ATTACKER, Stage, times, usdc},
};
use alloy_primitives::{Address, Bytes, U256, address};
use alloy_sol_types::SolCall;
use debt_manager::abi::{
    IDebtManager::{Authorization, AuthorizationKind, FlashSource, Signed},
    IDebtPreview::{AnotherAccount, Preview, Reason, isValidSignatureCall, rehearseCall, weighCall},
};
use devnet::{Chain, Tx};
use protocols::{
    Asset::{Usdc, Weth, WstEth},
    DebtPreview,
    manager::{self, Fee},
};

/// The floating rate, in place of a maturity.
const FLOATING: U256 = U256::ZERO;

fn stage() -> (Stage, DebtPreview) {
    let mut stage = Stage::new();
    let preview = stage.preview();
    (stage, preview)
}

fn crossing() -> (Stage, DebtPreview) {
    let mut stage = Stage::at_uneven_prices();
    let preview = stage.preview();
    (stage, preview)
}

/// What the wallet pays and gets of the first asset.
fn moved(said: &Preview) -> [U256; 2] {
    [said.wallet[0].paid, said.wallet[0].received]
}

#[test]
fn leverage_from_the_wallet_from_a_deposit_and_by_an_amount() {
    let (mut stage, preview) = stage();
    let market = stage.market().address;
    let said = stage.happens(preview, &manager::leverage(market, usdc(60), times(3)));
    assert_eq!((moved(&said), said.before.to.collateral), ([usdc(60), U256::ZERO], U256::ZERO));
    stage.passes(WEEK);
    stage.happens(preview, &manager::leverage(market, U256::ZERO, times(4)));
    stage.happens(preview, &manager::leverage(market, usdc(7), times(1)).adding(usdc(11)));
    stage.passes(DAY);
    let more = stage.previews(preview, &manager::leverage(market, usdc(1), times(4))).afterwards;
    assert!(more.healthFactor < stage.world.exactly.health_factor(&stage.chain, ALICE) && more.healthFactor > times(1));
}

#[test]
fn leverage_that_only_supplies() {
    let (mut stage, preview) = stage();
    let said = stage.happens(preview, &manager::leverage(stage.market().address, usdc(60), times(1)));
    assert_eq!((said.afterwards.healthFactor, said.afterwards.to.ratio), (U256::MAX, times(1)));
}

#[test]
fn leverage_from_less_than_nothing() {
    let (mut stage, preview) = crossing();
    let (weth, market) = (stage.of(Weth), stage.market());
    weth.deposit(&mut stage.chain, ALICE, Weth.units(1)).unwrap();
    market.borrow(&mut stage.chain, ALICE, usdc(50)).unwrap();
    let said = stage.happens(preview, &manager::leverage(market.address, usdc(100), times(3)));
    assert_eq!((said.before.to.ratio, said.before.to.collateral), (U256::ZERO, U256::ZERO));
}

#[test]
fn deleverage_of_a_part_with_a_withdrawal_and_in_full() {
    let (mut stage, preview) = stage();
    let market = stage.market().address;
    stage.alice_leverages(usdc(100), times(4));
    stage.passes(WEEK);
    stage.happens(preview, &manager::deleverage(market, U256::ZERO, times(3)));
    stage.happens(preview, &manager::deleverage(market, usdc(20), times(2)));
    stage.happens(preview, &manager::deleverage(market, usdc(1), times(1)).repaying(usdc(5)));
    stage.passes(30 * DAY);
    let said = stage.happens(preview, &manager::deleverage(market, manager::ALL, times(1)));
    assert_eq!((said.afterwards.to.collateral, said.afterwards.to.debt), (U256::ZERO, U256::ZERO));
    assert!(moved(&said)[1] > usdc(70));
}

#[test]
fn loops_and_a_source_that_is_not_free() {
    let (mut stage, preview) = stage();
    stage.vault_holds(usdc(61));
    stage.world.balancer.set_flash_fee(&mut stage.chain, percent(1)).unwrap();
    let market = stage.market().address;
    let said = stage.happens(preview, &manager::leverage(market, usdc(80), times(3)));
    assert_eq!(said.flashLiquidity, usdc(61));
    stage.happens(preview, &manager::deleverage(market, usdc(3), tenths(15)));
    stage.happens(preview, &manager::deleverage(market, manager::ALL, times(1)));
}

#[test]
fn debts_of_fixed_maturity_early_and_late() {
    for late in [None, Some(0), Some(1), Some(WEEK)] {
        let (mut stage, preview) = stage();
        let (market, maturity) = (stage.market().address, stage.maturity(2));
        stage.happens(preview, &manager::leverage(market, usdc(50), times(2)).maturing(maturity));
        stage.happens(preview, &manager::leverage(market, U256::ZERO, times(3)).maturing(maturity));
        match late {
            None => stage.passes(WEEK),
            Some(late) => stage.late_by(maturity, late),
        }
        stage.happens(preview, &manager::deleverage(market, usdc(1), times(2)).maturing(maturity));
        stage.happens(preview, &manager::deleverage(market, manager::ALL, times(1)).maturing(maturity));
    }
}

#[test]
fn rolls_of_all_kinds_early_and_late() {
    for late in [None, Some(DAY)] {
        let (stage, preview) = stage();
        let (first, second) = (stage.maturity(2), stage.maturity(3));
        for (from, to) in [(first, second), (first, FLOATING), (FLOATING, second)] {
            for portion in [percent(30), WHOLE] {
                let mut stage = stage.clone();
                stage.alice_owes_until(from);
                match late {
                    None => stage.passes(WEEK),
                    Some(late) => stage.late_by(first, late),
                }
                let order = Roll { from, to, portion }.order(&stage);
                stage.happens(preview, &order);
            }
        }
    }
}

#[test]
fn every_pair_is_opened_lowered_and_closed() {
    for pair in Pair::all() {
        let (mut stage, preview) = crossing();
        stage.happens(preview, &pair.raises(&stage, stake(pair.collateral), times(2)));
        stage.passes(WEEK);
        stage.happens(preview, &pair.lowers(&stage, stake(pair.collateral) / U256::from(9), tenths(15)));
        stage.happens(preview, &pair.closes(&stage));
    }
}

#[test]
fn swaps_by_way_of_others_and_with_a_loan() {
    let (mut stage, preview) = crossing();
    let order = SHORT_ETH.raises_by(&stage, &[WstEth], stake(Usdc), times(2)).flashing(FlashSource::BalancerV2);
    let said = stage.happens(preview, &order);
    assert_eq!(said.flashLiquidity, stage.of(Usdc).token.balance_of(&stage.chain, stage.world.balancer.vault));
}

#[test]
fn migrations_of_the_collateral_of_the_debt_and_of_both() {
    for (from, to) in
        [(SHORT_ETH, LONG_WSTETH), (LONG_WSTETH, SHORT_ETH), (SHORT_ETH, LONG_ETH), (LONG_ETH, LONG_WSTETH)]
    {
        for portion in [percent(33), WHOLE] {
            let (mut stage, preview) = crossing();
            stage.succeeds(stage.dm.send(ALICE, from.raises(&stage, stake(from.collateral), times(2))));
            stage.passes(WEEK);
            let path = |sold, bought| match sold == bought {
                true => Bytes::new(),
                false => stage.world.uniswap.path(&[sold, bought]),
            };
            let order = manager::migrate(from.market(&stage), to.market(&stage))
                .portions(portion, portion)
                .swapping(path(to.debt, from.debt))
                .swapping_collateral(path(from.collateral, to.collateral));
            stage.happens(preview, &order);
        }
    }
}

#[test]
fn no_allowance_and_no_signature_is_needed() {
    let (mut stage, preview) = stage();
    let (market, dm) = (stage.market(), stage.dm.address);
    let order = manager::leverage(market.address, usdc(100), times(3));
    let allowed = stage.previews(preview, &order).afterwards.to;
    market.token.approve(&mut stage.chain, ALICE, dm, U256::ZERO).unwrap();
    market.approve(&mut stage.chain, ALICE, dm, U256::ZERO).unwrap();
    let said = stage.previews(preview, &order);
    // Two seconds have passed.
    assert!(said.reason as u8 == Reason::None as u8 && said.afterwards.to.debt.abs_diff(allowed.debt) < usdc(1));
}

/// What a permit will be, before it is signed.
fn unsigned(given: Authorization) -> Authorization {
    Authorization { signature: vec![0; 65].into(), ..given }
}

#[test]
fn approvals_by_signature_count_for_what_they_give_before_they_are_signed() {
    let (mut stage, preview) = stage();
    let carol = Signatory::with_key(&mut stage);
    let market = stage.market();
    let given =
        [carol.permit(&stage, market.token.address, usdc(100)), carol.permit(&stage, market.address, usdc(230))];
    let order = |given: [Authorization; 2]| {
        let order = manager::leverage(market.address, usdc(100), times(3));
        given.into_iter().fold(order, |order, given| order.authorized(given))
    };
    let asked = own(carol.account, &order(given.clone().map(unsigned)));
    let tx = stage.dm.send(carol.account, order(given.clone()));
    stage.clone().happens_by(preview, &asked, tx);
    // Too little is too little in the preview as well.
    let [asset, shares] = given;
    let little = Authorization { value: usdc(150), ..shares };
    let said = preview.ask(&stage.chain, stage.dm, carol.account, &order([asset, little]), U256::ZERO);
    assert!(said.reason as u8 == Reason::Other as u8 && !said.failure.is_empty());
}

#[test]
fn a_transfer_by_permit2_is_taken_as_signed() {
    let (mut stage, preview) = stage();
    let carol = Signatory::with_key(&mut stage);
    let market = stage.market();
    let transfer =
        manager::authorization(AuthorizationKind::Permit2, market.token.address, usdc(100), U256::MAX, Bytes::new());
    let order = manager::leverage(market.address, usdc(100), times(3)).authorized(transfer);
    let said = preview.ask(&stage.chain, stage.dm, carol.account, &order, U256::ZERO);
    assert_eq!((said.reason as u8, moved(&said)), (Reason::None as u8, [usdc(100), U256::ZERO]), "{}", said.failure);
}

#[test]
fn the_longest_operations_are_previewed_too() {
    let (stage, preview) = stage();
    let (market, long) = (stage.market(), Bytes::from(vec![7; 2_048]));
    let order = manager::leverage(market.address, usdc(100), times(3));
    let order = (0..6).fold(order, |order, _| {
        let (token, kind) = (market.token.address, AuthorizationKind::Eip7598);
        order.authorized(manager::authorization(kind, token, usdc(100), U256::MAX, long.clone()))
    });
    assert!(order.calldata().len() > 14_000);
    let said = preview.ask(&stage.chain, stage.dm, ALICE, &order, percent(120));
    assert_eq!((said.reason as u8, moved(&said)), (Reason::None as u8, [usdc(100), U256::ZERO]), "{}", said.failure);
    assert!(said.maxRatio > times(2));
}

/// Who is paid for sending.
const PAYEE: Address = address!("fee0000000000000000000000000000000000fee");

#[test]
fn an_operation_that_is_to_be_signed_is_what_is_sent_then() {
    for has_wallet in [false, true] {
        let (mut stage, preview) = stage();
        let carol = match has_wallet {
            true => Signatory::with_wallet(&mut stage).0,
            false => Signatory::with_key(&mut stage),
        };
        let (market, dm) = (stage.market(), stage.dm);
        market.approve(&mut stage.chain, carol.account, dm.address, U256::MAX).unwrap();
        let order = manager::leverage(market.address, usdc(90), times(3));
        let fee = Fee { token: market.token.address, units: usdc(2), recipient: PAYEE };
        let signed = carol.signs(&stage, &order, U256::ONE, fee);
        let unsigned = Signed { signature: Bytes::new(), ..signed.clone() };
        let asked = crate::previewer::Asked { calldata: order.calldata_for(unsigned), ..own(carol.account, &order) };
        let (said, _) = stage.happens_by(preview, &asked, dm.relay(ATTACKER, &order, signed));
        assert_eq!(moved(&said), [usdc(92), U256::ZERO]);
    }
}

#[test]
fn an_operation_of_another_account_is_not_previewed() {
    let (mut stage, preview) = stage();
    let carol = Signatory::with_key(&mut stage);
    let order = manager::leverage(stage.market().address, usdc(90), times(3));
    let signed = carol.signs(&stage, &order, U256::ONE, Fee::default());
    let said = preview.ask_of(&stage.chain, stage.dm, ALICE, order.calldata_for(signed), U256::ZERO);
    let error = alloy_sol_types::SolError::abi_encode(&AnotherAccount { account: carol.account });
    assert_eq!((said.reason as u8, said.failure.to_vec()), (Reason::Other as u8, error));
}

/// The chain with Alice's account given over to the preview, as a signed delegation does.
fn delegated(stage: &Stage, preview: DebtPreview) -> Chain {
    let mut chain = stage.chain.clone();
    chain.set_code(ALICE, preview.delegation());
    chain
}

#[test]
fn nothing_persists_of_what_an_account_does_that_really_delegates() {
    let (mut stage, preview) = stage();
    let market = stage.market();
    stage.alice_leverages(usdc(50), times(2));
    market.token.approve(&mut stage.chain, ALICE, stage.dm.address, U256::ONE).unwrap();
    let operation = Bytes::from(manager::leverage(market.address, usdc(20), times(3)).calldata());
    let (manager, steps) = (stage.dm.address, U256::from(50));
    let entries = [
        DebtPreview::question_of(stage.dm, operation.clone(), times(1)),
        rehearseCall { manager, operation: operation.clone(), minHealthFactor: U256::ZERO }.abi_encode(),
        weighCall { manager, operation: operation.clone(), steps }.abi_encode(),
        // The account may be told to call anything as its manager: an approval of the attacker's, for one.
        DebtPreview::question_of(protocols::DebtManager { address: market.token.address }, operation, U256::ZERO),
    ];
    for (from, data) in [ALICE, ATTACKER].into_iter().flat_map(|from| entries.clone().map(|data| (from, data))) {
        let mut chain = delegated(&stage, preview);
        let before = chain.state().clone();
        let receipt = chain.send(Tx::call(from, ALICE, data)).unwrap();
        assert!(receipt.logs.is_empty(), "something happened");
        let changes = chain.state().changes_since(&before);
        // Whoever sends it pays for it.
        assert!(
            changes.iter().all(|change| change.slots.is_empty() && !change.code && change.address == from),
            "{changes:?}"
        );
    }
}

#[test]
fn nobody_signs_for_an_account_that_really_delegates() {
    let (mut stage, preview) = stage();
    let chain = delegated(&stage, preview);
    let question = isValidSignatureCall { hash: Default::default(), signature: Bytes::new() }.abi_encode();
    let answer = chain.call(Tx::call(ATTACKER, ALICE, question)).unwrap();
    assert!(answer.success && answer.output.iter().all(|byte| *byte == 0), "{}", answer.output);
    let order = manager::leverage(stage.market().address, usdc(20), times(3));
    let signed = Signed {
        account: ALICE,
        nonce: U256::ONE,
        feeToken: Address::ZERO,
        fee: U256::ZERO,
        feeRecipient: Address::ZERO,
        signature: vec![0; 65].into(),
    };
    stage.chain = chain;
    let token = stage.market().token;
    token.approve(&mut stage.chain, ALICE, stage.world.permit2, U256::MAX).unwrap();
    let receipt = stage.send(stage.dm.relay(ATTACKER, &order, signed));
    assert!(!receipt.success);
}
