//! Operations that their accounts have signed and that somebody else sends.

use crate::{
    permit2::{InvalidContractSignature, InvalidNonce, InvalidSignature, InvalidSigner},
    pools::root_cause,
    signatory::Signatory,
    stage::{ATTACKER, Stage, near, times, usdc},
};
use alloy_primitives::{Address, Bytes, U256, address};
use alloy_sol_types::{Revert, SolCall, SolError};
use debt_manager::abi::{
    IDebtManager::{Bounds, DeadlinePassed, InvalidReturn, Leverage, Signed},
    IPermit2::permitWitnessTransferFromCall,
};
use devnet::Tx;
use protocols::{
    DebtManager,
    exactly::fixed,
    manager::{self, Fee, Order, Signable},
    permit2::{PERMIT2, invalidate_unordered_nonces, is_nonce_used},
    signing::wallet::Answer,
};

/// Who sends for others.
const RELAYER: Address = ATTACKER;
/// Who is paid for it.
const PAYEE: Address = address!("fee0000000000000000000000000000000000fee");
/// The third bit of the second word.
const NONCE: U256 = U256::from_limbs([256 + 2, 0, 0, 0]);

fn paying(stage: &Stage, units: U256) -> Fee {
    Fee { token: stage.market().token.address, units, recipient: PAYEE }
}

/// Without a fee.
fn free() -> Fee {
    Fee::default()
}

/// As its account signed it, by the relayer.
fn relayed<O: Signable>(stage: &Stage, who: &Signatory, order: &Order<O>, fee: Fee) -> Tx {
    stage.dm.relay(RELAYER, order, who.signs(stage, order, NONCE, fee))
}

/// A part of the 100 USDC at three times.
fn leverage(stage: &Stage, deposit: U256) -> Order<Leverage> {
    manager::leverage(stage.market().address, deposit, times(3))
}

/// Lets the contract use an account's shares.
fn trusting(stage: &mut Stage, who: &Signatory) {
    let (market, dm) = (stage.market(), stage.dm.address);
    market.approve(&mut stage.chain, who.account, dm, U256::MAX).unwrap();
}

/// Somebody with a key or with a wallet, who lets the contract use its shares.
fn signatories() -> Vec<(Stage, Signatory)> {
    let (mut one, mut other) = (Stage::new(), Stage::new());
    let (key, (wallet, _)) = (Signatory::with_key(&mut one), Signatory::with_wallet(&mut other));
    let mut both = vec![(one, key), (other, wallet)];
    both.iter_mut().for_each(|(stage, who)| trusting(stage, who));
    both
}

/// The same, of 90 USDC at three times, with 10 USDC in the wallet.
fn leveraged() -> Vec<(Stage, Signatory)> {
    let open = |(mut stage, who): (Stage, Signatory)| {
        stage.succeeds(relayed(&stage, &who, &leverage(&stage, usdc(90)), free()));
        (stage, who)
    };
    signatories().into_iter().map(open).collect()
}

fn wallet_of(stage: &Stage, account: Address) -> U256 {
    stage.market().token.balance_of(&stage.chain, account)
}

/// Somebody else sends it: the fee arrives to the unit, and the relayer is untouched.
fn is_relayed<O: Signable>(stage: &mut Stage, who: &Signatory, order: &Order<O>, nonce: U256, fee: U256) {
    let relayer = stage.belongings(RELAYER);
    let (wallet, paid) = (wallet_of(stage, who.account), wallet_of(stage, PAYEE));
    let offer = if fee.is_zero() { free() } else { paying(stage, fee) };
    let signed = who.signs(stage, order, nonce, offer);
    stage.succeeds(stage.dm.relay(RELAYER, order, signed));
    assert_eq!(wallet_of(stage, PAYEE), paid + fee);
    assert!(wallet_of(stage, who.account) + order.operation.deposit() + fee >= wallet);
    assert!(is_nonce_used(&stage.chain, who.account, nonce));
    assert_eq!(stage.belongings(RELAYER), relayer);
}

#[test]
fn leverage_is_raised_for_who_signed() {
    for (stage, who) in signatories() {
        for (deposit, fee) in [(usdc(90), U256::ZERO), (usdc(90), U256::ONE), (usdc(90), usdc(10))] {
            let mut stage = stage.clone();
            let order = leverage(&stage, deposit);
            is_relayed(&mut stage, &who, &order, NONCE, fee);
            let position = stage.market().position(&stage.chain, who.account);
            assert!(near(position.deposit, usdc(270)) && near(position.debt, usdc(180)), "{position:?}");
            assert_eq!(wallet_of(&stage, who.account), usdc(10) - fee);
        }
    }
}

#[test]
fn an_operation_without_a_deposit_is_signed_no_less() {
    for (stage, who) in leveraged() {
        for fee in [U256::ZERO, usdc(7)] {
            let mut stage = stage.clone();
            let order = manager::leverage(stage.market().address, U256::ZERO, times(4));
            is_relayed(&mut stage, &who, &order, U256::ZERO, fee);
            let position = stage.market().position(&stage.chain, who.account);
            assert!(near(position.deposit, usdc(360)) && near(position.debt, usdc(270)), "{position:?}");
        }
    }
}

#[test]
fn leverage_is_lowered_for_who_signed() {
    for (stage, who) in leveraged() {
        for fee in [U256::ZERO, usdc(7)] {
            let mut stage = stage.clone();
            let close = manager::deleverage(stage.market().address, manager::ALL, times(1));
            is_relayed(&mut stage, &who, &close, U256::MAX, fee);
            assert_eq!(stage.market().shares(&stage.chain, who.account), U256::ZERO);
            assert!(near(wallet_of(&stage, who.account), usdc(100) - fee));
        }
    }
}

#[test]
fn a_position_is_moved_for_who_signed() {
    for (stage, who) in leveraged() {
        for fee in [U256::ZERO, usdc(7)] {
            let mut stage = stage.clone();
            stage.chain.advance_time(60 * 60);
            let market = stage.market();
            let (floating, maturity) =
                (manager::position(market.address, market.address), fixed::maturity(&stage.chain, 1));
            let order = manager::migrate(floating.clone(), floating).maturing(maturity);
            is_relayed(&mut stage, &who, &order, NONCE + U256::ONE, fee);
            assert_eq!(market.floating_debt(&stage.chain, who.account), U256::ZERO);
            let fixed = market.fixed_borrow(&stage.chain, maturity, who.account);
            assert!(fixed.principal.abs_diff(usdc(180)) < usdc(1), "{fixed:?}");
        }
    }
}

#[test]
fn all_of_it_can_be_signed_and_nothing_is_left() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let order = leverage(&stage, usdc(90)).authorized(carol.permit(&stage, stage.market().address, usdc(200)));
    is_relayed(&mut stage, &carol, &order, NONCE, usdc(3));
    carol.has_given_nothing(&stage);
}

#[test]
fn the_fee_may_be_of_any_token() {
    for (mut stage, who) in signatories() {
        let weth = stage.world.tokens.weth;
        weth.mint(&mut stage.chain, who.account, U256::from(50)).unwrap();
        weth.approve(&mut stage.chain, who.account, PERMIT2, U256::MAX).unwrap();
        let fee = Fee { token: weth.address, units: U256::from(43), recipient: RELAYER };
        stage.succeeds(relayed(&stage, &who, &leverage(&stage, usdc(90)), fee));
        assert_eq!(weth.balance_of(&stage.chain, RELAYER), U256::from(43));
        assert_eq!(weth.balance_of(&stage.chain, who.account), U256::from(7));
    }
}

/// The signed operation reverts, for this reason of Permit2's.
fn refused(stage: &mut Stage, tx: Tx, reason: &impl SolError) {
    stage.refused::<permitWitnessTransferFromCall>(tx, PERMIT2, reason);
}

#[test]
fn a4_one_signature_does_not_do_for_another() {
    for (mut stage, who) in leveraged() {
        let (market, nonce) = (stage.market().address, NONCE + U256::ONE);
        let more = manager::leverage(market, U256::ZERO, times(4));
        let less = manager::deleverage(market, U256::ZERO, times(2));
        let (for_more, for_less) = (who.signs(&stage, &more, nonce, free()), who.signs(&stage, &less, nonce, free()));
        let wrong = |signature: Bytes| Signed { signature, ..for_more.clone() };
        // A permit of the shares, and a transfer without a witness: neither says who may do what.
        let permit = who.permit(&stage, market, usdc(500)).signature;
        let hundred = protocols::signing::permit2::Permit::one(market, usdc(100), stage.dm.address, nonce, U256::MAX);
        let transfer = who.sign(hundred.digest(&stage.chain, None));
        for signature in [for_less.signature, permit, transfer] {
            let tx = stage.dm.relay(RELAYER, &more, wrong(signature));
            let is_wallet = !stage.chain.state().code(who.account).is_empty();
            match is_wallet {
                true => refused(&mut stage, tx, &InvalidContractSignature {}),
                false => refused(&mut stage, tx, &InvalidSigner {}),
            }
        }
        stage.succeeds(stage.dm.relay(RELAYER, &more, for_more));
    }
}

#[test]
fn a4_a_permit_does_not_say_whose_position_it_is() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let market = stage.market();
    let deposit = carol.permit(&stage, market.token.address, usdc(100));
    let shares = carol.permit(&stage, market.address, usdc(500));
    let before = stage.belongings(carol.account);
    let order = manager::leverage(market.address, usdc(100), times(2)).authorized(deposit).authorized(shares);
    // In the attacker's name its own approvals count, and have to be used up; nothing of the signer's is.
    let tx = stage.dm.send(ATTACKER, order);
    assert!(!stage.send(tx).success);
    assert_eq!(stage.belongings(carol.account), before);
}

#[test]
fn a8_an_operation_is_carried_out_once() {
    for (mut stage, who) in signatories() {
        let order = leverage(&stage, usdc(40));
        let tx = relayed(&stage, &who, &order, free());
        stage.succeeds(tx.clone());
        refused(&mut stage, tx, &InvalidNonce {});
        let tx = stage.dm.relay(RELAYER, &order, who.signs(&stage, &order, NONCE + U256::ONE, free()));
        stage.succeeds(tx);
    }
}

#[test]
fn a8_another_deployment_takes_no_signature_for_this_one() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let order = leverage(&stage, usdc(40));
    let signed = carol.signs(&stage, &order, NONCE, free());
    // A program is activated by its code, wherever that is.
    let code = stage.chain.state().code(stage.dm.address);
    stage.dm = DebtManager { address: address!("00000000000000000000000000000000000000d2") };
    stage.chain.set_code(stage.dm.address, code);
    trusting(&mut stage, &carol);
    let tx = stage.dm.relay(RELAYER, &order, signed);
    refused(&mut stage, tx, &InvalidSigner {});
    stage.succeeds(relayed(&stage, &carol, &order, free()));
}

#[test]
fn a8_another_chain_takes_no_signature_for_this_one() {
    let mut here = Stage::new();
    let carol = Signatory::with_key(&mut here);
    let signed = carol.signs(&here, &leverage(&here, usdc(40)), NONCE, free());
    let mut there = Stage::elsewhere(42_161);
    assert_eq!(there.dm.address, here.dm.address);
    let carol = Signatory::with_key(&mut there);
    trusting(&mut there, &carol);
    let order = leverage(&there, usdc(40));
    let tx = there.dm.relay(RELAYER, &order, signed);
    refused(&mut there, tx, &InvalidSigner {});
    there.succeeds(relayed(&there, &carol, &order, free()));
}

#[test]
fn a11_a_wallets_answer_must_be_the_right_one() {
    let mut stage = Stage::new();
    let (safe, wallet) = Signatory::with_wallet(&mut stage);
    trusting(&mut stage, &safe);
    let tx = relayed(&stage, &safe, &leverage(&stage, usdc(90)), paying(&stage, usdc(3)));
    for answer in Answer::ALL {
        let mut stage = stage.clone();
        wallet.answer(&mut stage.chain, answer);
        let before = stage.belongings(safe.account);
        let receipt = stage.send(tx.clone());
        // More bytes than the answer has are no other answer.
        let is_right = matches!(answer, Answer::True | Answer::Long | Answer::Bomb);
        assert_eq!(receipt.success, is_right, "{answer:?}: {}", receipt.output);
        assert_eq!(wallet_of(&stage, PAYEE), if is_right { usdc(3) } else { U256::ZERO });
        assert_eq!(is_nonce_used(&stage.chain, safe.account, NONCE), is_right);
        assert!(is_right || stage.belongings(safe.account) == before, "{answer:?}");
        assert_eq!(wallet.writes(&stage.chain), U256::ZERO);
    }
}

#[test]
fn a14_a_relayers_own_position_is_not_the_subject() {
    for (mut stage, who) in leveraged() {
        let market = stage.market().address;
        stage.succeeds(stage.dm.send(RELAYER, manager::leverage(market, usdc(100), times(4))));
        let close = manager::deleverage(market, manager::ALL, times(1));
        is_relayed(&mut stage, &who, &close, NONCE + U256::ONE, usdc(1));
        let all = manager::deleverage(market, U256::ZERO, times(1)).repaying(U256::MAX);
        assert_eq!(stage.market().position(&stage.chain, who.account).debt, U256::ZERO);
        assert!(near(stage.market().position(&stage.chain, RELAYER).debt, usdc(300)));
        // Nor does it become it by taking the place of who signed.
        let tx = stage.dm.relay(RELAYER, &all, who.signs(&stage, &all, NONCE + U256::from(2), free()));
        stage.succeeds(tx);
        assert!(near(stage.market().position(&stage.chain, RELAYER).debt, usdc(300)));
    }
}

#[test]
fn f7_the_deadline_is_the_last_second() {
    for (stage, who) in signatories() {
        let now = U256::from(stage.chain.next_timestamp());
        let due = |deadline| leverage(&stage, usdc(90)).within(Bounds { deadline, ..Stage::loose() });
        for deadline in [now, now + U256::ONE] {
            stage.clone().succeeds(relayed(&stage, &who, &due(deadline), free()));
        }
        let mut stage = stage.clone();
        let deadline = now - U256::ONE;
        let tx = relayed(&stage, &who, &due(deadline), free());
        stage.reverts(tx, &DeadlinePassed { deadline, timestamp: now });
    }
}

#[test]
fn a_nonce_that_was_given_up_is_not_used() {
    for (mut stage, who) in signatories() {
        let order = leverage(&stage, usdc(90));
        let tx = relayed(&stage, &who, &order, free());
        // Its neighbours are others.
        let neighbours = U256::from(0b1010);
        stage.chain.send(invalidate_unordered_nonces(who.account, U256::ONE, neighbours)).unwrap();
        stage.clone().succeeds(tx.clone());
        stage.chain.send(invalidate_unordered_nonces(who.account, U256::ONE, U256::from(0b100))).unwrap();
        refused(&mut stage, tx, &InvalidNonce {});
    }
}

#[test]
fn a15_nobody_pays_for_somebody_elses_position() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    trusting(&mut stage, &carol);
    let token = stage.market().token;
    token.approve(&mut stage.chain, RELAYER, PERMIT2, U256::MAX).unwrap();
    // The relayer has 100 USDC, and has approved everyone; of the signer's it lacks one unit.
    token.transfer(&mut stage.chain, carol.account, PAYEE, usdc(10) + U256::ONE).unwrap();
    let order = leverage(&stage, usdc(90));
    let before = [carol.account, RELAYER].map(|account| stage.belongings(account));
    let tx = relayed(&stage, &carol, &order, free());
    refused(&mut stage, tx, &Revert::from("TRANSFER_FROM_FAILED"));
    assert_eq!([carol.account, RELAYER].map(|account| stage.belongings(account)), before);
    token.mint(&mut stage.chain, carol.account, U256::ONE).unwrap();
    stage.succeeds(relayed(&stage, &carol, &order, free()));
    assert_eq!(stage.belongings(RELAYER), before[1]);
}

#[test]
fn a10_nobody_signs_for_the_zero_address() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let order = manager::leverage(stage.market().address, U256::ZERO, times(1));
    let good = carol.signs(&stage, &order, NONCE, free());
    // Whoever fails to recover a key finds this one.
    for id in [0, 1, 26, 27, 28, 29, 255] {
        let mut signature = good.signature.to_vec();
        for zero in [0, 32, 64] {
            signature[..zero].fill(0);
            signature[64] = id;
            let signed = Signed { account: Address::ZERO, signature: signature.clone().into(), ..good.clone() };
            let receipt = stage.send(stage.dm.relay(RELAYER, &order, signed));
            let (who, reason) = root_cause(&receipt);
            let refusals = [InvalidSigner {}.abi_encode(), InvalidSignature {}.abi_encode()];
            assert!(who == PERMIT2 && refusals.contains(&reason), "{id} {zero}");
        }
    }
}

#[test]
fn nobody_is_let_in_where_permit2_has_no_code() {
    let mut stage = Stage::new();
    let (safe, _) = Signatory::with_wallet(&mut stage);
    trusting(&mut stage, &safe);
    let order = leverage(&stage, U256::ZERO);
    let market = stage.market();
    market.token.approve(&mut stage.chain, safe.account, market.address, U256::MAX).unwrap();
    market.deposit(&mut stage.chain, safe.account, usdc(100)).unwrap();
    let tx = relayed(&stage, &safe, &order, free());
    stage.clone().succeeds(tx.clone());
    stage.chain.set_code(PERMIT2, Bytes::new());
    // Nothing is moved from the wallet, and nobody else would notice.
    stage.reverts(tx, &InvalidReturn { target: PERMIT2, selector: permitWitnessTransferFromCall::SELECTOR.into() });
}
