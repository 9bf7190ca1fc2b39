//! D9: the deposit through Permit2, as signed for this contract, this token and this amount, once and in time.

use crate::{
    signatory::Signatory,
    stage::{ATTACKER, Stage, near, times, usdc},
};
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{Revert, SolError, sol};
use debt_manager::abi::{
    IDebtManager::{Authorization, Leverage},
    IERC20::transferFromCall,
    IPermit2::permitTransferFromCall,
};
use protocols::{
    Asset,
    manager::{self, Fee, Order},
    permit2::{PERMIT2, invalidate_unordered_nonces, is_nonce_used},
    signing::permit2::{Permit, Witness},
};

sol! {
    /// What Permit2 refuses with.
    error SignatureExpired(uint256 signatureDeadline);
    error InvalidNonce();
    error InvalidAmount(uint256 maxAmount);
    error InvalidSigner();
    error InvalidSignature();
    error InvalidSignatureLength();
    error InvalidContractSignature();
}

/// In the middle of some word.
const NONCE: U256 = U256::from_limbs([300, 0, 0, 0]);

fn asset(stage: &Stage) -> Address {
    stage.market().token.address
}

/// A transfer of so much USDC to the contract.
fn usual(stage: &Stage, value: U256) -> Permit {
    Permit::one(asset(stage), value, stage.dm.address, NONCE, U256::MAX)
}

/// 100 USDC at three times, of which the deposit comes by this transfer.
fn order(stage: &Stage, who: &Signatory, transfer: Authorization) -> Order<Leverage> {
    let shares = stage.market().address;
    manager::leverage(shares, usdc(100), times(3)).authorized(who.permit(stage, shares, usdc(230))).authorized(transfer)
}

/// The operation with this transfer reverts, for this reason of Permit2's.
fn refused(stage: &mut Stage, who: &Signatory, transfer: Authorization, reason: &impl SolError) {
    let tx = stage.dm.send(who.account, order(stage, who, transfer));
    stage.refused::<permitTransferFromCall>(tx, PERMIT2, reason);
}

#[test]
fn permit2_brings_the_deposit_and_no_more_than_it() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    stage.market().token.mint(&mut stage.chain, carol.account, usdc(70)).unwrap();
    for value in [usdc(100), usdc(100) + U256::ONE, usdc(150), U256::MAX] {
        let mut stage = stage.clone();
        let transfer = carol.transfer(&stage, &usual(&stage, value), asset(&stage), value);
        stage.succeeds(stage.dm.send(carol.account, order(&stage, &carol, transfer)));
        let position = stage.market().position(&stage.chain, carol.account);
        assert!(near(position.deposit, usdc(300)) && near(position.debt, usdc(200)), "{position:?}");
        assert_eq!(stage.market().token.balance_of(&stage.chain, carol.account), usdc(70));
        assert!(is_nonce_used(&stage.chain, carol.account, NONCE));
        carol.has_given_nothing(&stage);
    }
}

#[test]
fn a_deposit_that_the_operation_was_signed_for_is_not_brought_twice() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    stage.market().token.mint(&mut stage.chain, carol.account, usdc(100)).unwrap();
    let transfer = carol.transfer(&stage, &usual(&stage, usdc(100)), asset(&stage), usdc(100));
    let order = order(&stage, &carol, transfer);
    let signed = carol.signs(&stage, &order, NONCE + U256::ONE, Fee::default());
    stage.succeeds(stage.dm.relay(ATTACKER, &order, signed));
    let position = stage.market().position(&stage.chain, carol.account);
    assert!(near(position.deposit, usdc(300)) && near(position.debt, usdc(200)), "{position:?}");
    assert_eq!(stage.market().token.balance_of(&stage.chain, carol.account), usdc(100));
    assert!(!is_nonce_used(&stage.chain, carol.account, NONCE), "the other signature has been used up too");
}

#[test]
fn d9_another_token_amount_or_spender_was_not_signed() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let (asset, weth) = (asset(&stage), stage.world.tokens.of(Asset::Weth).address);
    let (hundred, good) = (usdc(100), usual(&stage, usdc(100)));
    let others = [
        Permit::one(weth, hundred, stage.dm.address, NONCE, U256::MAX),
        usual(&stage, hundred + U256::ONE),
        Permit { spender: ATTACKER, ..good.clone() },
        Permit { nonce: NONCE, deadline: U256::MAX - U256::ONE, ..good.clone() },
    ];
    for other in others {
        let transfer = carol.transfer(&stage, &other, asset, hundred);
        refused(&mut stage, &carol, Authorization { deadline: U256::MAX, ..transfer }, &InvalidSigner {});
    }
    let other_nonce = Authorization { nonce: NONCE + U256::ONE, ..carol.transfer(&stage, &good, asset, hundred) };
    refused(&mut stage, &carol, other_nonce, &InvalidSigner {});
    // One that was signed along with something else is not one that was signed alone.
    let witness = Witness { hash: B256::ZERO, type_string: "Nothing witness)Nothing()".to_owned() };
    let signature = carol.sign(good.digest(&stage.chain, Some(&witness)));
    let witnessed = Authorization { signature, ..carol.transfer(&stage, &good, asset, hundred) };
    refused(&mut stage, &carol, witnessed, &InvalidSigner {});
}

#[test]
fn d9_less_than_the_deposit_is_not_enough() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let less = usdc(100) - U256::ONE;
    let transfer = carol.transfer(&stage, &usual(&stage, less), asset(&stage), less);
    refused(&mut stage, &carol, transfer, &InvalidAmount { maxAmount: less });
}

#[test]
fn d9_a_nonce_is_used_once_and_can_be_given_up() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let transfer = carol.transfer(&stage, &usual(&stage, usdc(100)), asset(&stage), usdc(100));
    let mut given_up = stage.clone();
    given_up.succeeds(invalidate_unordered_nonces(carol.account, NONCE >> 8, U256::ONE << (300 - 256)));
    refused(&mut given_up, &carol, transfer.clone(), &InvalidNonce {});
    stage.succeeds(stage.dm.send(carol.account, order(&stage, &carol, transfer.clone())));
    stage.market().token.mint(&mut stage.chain, carol.account, usdc(100)).unwrap();
    refused(&mut stage, &carol, transfer, &InvalidNonce {});
}

#[test]
fn d9_its_deadline_is_the_last_second() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let now = U256::from(stage.chain.next_timestamp());
    let due = |deadline| {
        let permit = Permit { deadline, ..usual(&stage, usdc(100)) };
        carol.transfer(&stage, &permit, asset(&stage), usdc(100))
    };
    for deadline in [now, now + U256::ONE] {
        let mut stage = stage.clone();
        stage.succeeds(stage.dm.send(carol.account, order(&stage, &carol, due(deadline))));
    }
    let (late, past) = (due(now - U256::ONE), now - U256::ONE);
    refused(&mut stage, &carol, late, &SignatureExpired { signatureDeadline: past });
}

#[test]
fn d9_somebody_elses_transfer_is_not_ones_own() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let transfer = carol.transfer(&stage, &usual(&stage, usdc(100)), asset(&stage), usdc(100));
    let order = manager::leverage(stage.market().address, usdc(100), times(3)).authorized(transfer);
    let tx = stage.dm.send(ATTACKER, order);
    stage.refused::<permitTransferFromCall>(tx, PERMIT2, &InvalidSigner {});
    assert!(!is_nonce_used(&stage.chain, carol.account, NONCE));
}

#[test]
fn d9_one_of_the_shares_brings_no_deposit() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let shares = stage.market().address;
    let permit = Permit::one(shares, usdc(100), stage.dm.address, NONCE, U256::MAX);
    let transfer = carol.transfer(&stage, &permit, shares, usdc(100));
    let tx = stage.dm.send(carol.account, order(&stage, &carol, transfer));
    let reason = Revert::from("ERC20: transfer amount exceeds allowance");
    stage.refused_in_loan::<transferFromCall>(tx, asset(&stage), &reason);
}

#[test]
fn a10_permit2_takes_no_bad_signature() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let good = carol.transfer(&stage, &usual(&stage, usdc(100)), asset(&stage), usdc(100));
    let with = |signature: Vec<u8>| Authorization { signature: Bytes::from(signature), ..good.clone() };
    let of_id = |v: u8| [&good.signature[..64], &[v]].concat();
    for v in [0, 1, 29, 255] {
        refused(&mut stage, &carol, with(of_id(v)), &InvalidSignature {});
    }
    refused(&mut stage, &carol, with(of_id(27 + 28 - good.signature[64])), &InvalidSigner {});
    refused(&mut stage, &carol, with([&[0; 64][..], &[27]].concat()), &InvalidSignature {});
    for length in [0, 63, 66] {
        let bytes = [&good.signature[..], &[0]].concat();
        refused(&mut stage, &carol, with(bytes[..length].to_vec()), &InvalidSignatureLength {});
    }
    // 64 bytes are the compact form (EIP-2098), of another signature if the last one is only left out.
    let mut compact = good.signature[..64].to_vec();
    compact[32] ^= (28 - good.signature[64]) << 7;
    refused(&mut stage, &carol, with(compact.clone()), &InvalidSigner {});
    compact[32] ^= 0x80;
    stage.succeeds(stage.dm.send(carol.account, order(&stage, &carol, with(compact))));
}
