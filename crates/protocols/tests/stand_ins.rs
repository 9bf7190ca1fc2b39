//! The stand-ins have the manners that they stand for.

use alloy::signers::{SignerSync, local::PrivateKeySigner};
use alloy_primitives::{Address, B256, Bytes, U256, address};
use alloy_sol_types::{SolCall, SolValue};
use devnet::{Chain, ChainConfig, Receipt, Tx};
use protocols::{
    Fixtures,
    signing::{self, eip2612, eip7598},
    stand_ins::{Hollow, IHollow, Manner, StandIn, wallet},
    tokens::IERC20,
};

const ALICE: Address = address!("00000000000000000000000000000000000a11ce");
const BOB: Address = address!("0000000000000000000000000000000000000b0b");

fn chain() -> (Chain, Fixtures) {
    let mut chain = Chain::new(ChainConfig::default());
    for account in [ALICE, BOB] {
        chain.set_balance(account, ChainConfig::default().funds());
    }
    (chain, Fixtures::open().unwrap())
}

/// With a wallet that is a contract, its owner's key, and somebody else's.
fn with_wallet() -> (Chain, Fixtures, Address, [PrivateKeySigner; 2]) {
    let (mut chain, fixtures) = chain();
    let keys = [1, 2].map(|byte| PrivateKeySigner::from_bytes(&B256::repeat_byte(byte)).unwrap());
    let owner = keys[0].address();
    chain.set_balance(owner, ChainConfig::default().funds());
    let wallet = wallet(&mut chain, &fixtures, owner).unwrap();
    (chain, fixtures, wallet, keys)
}

fn units(number: u64) -> U256 {
    U256::from(number)
}

fn send(chain: &mut Chain, from: Address, to: Address, call: impl SolCall) -> Receipt {
    chain.send(Tx::call(from, to, call.abi_encode())).unwrap()
}

#[test]
fn every_stand_in_moves_what_it_says() {
    for manner in [Manner::DaiLike, Manner::CircleLike, Manner::TetherLike { decimals: 6 }] {
        let (mut chain, fixtures) = chain();
        let token = StandIn::deploy(&mut chain, &fixtures, manner, ALICE, units(100)).unwrap();
        assert_eq!(token.balance_of(&chain, ALICE), units(100));
        token.transfer(&mut chain, ALICE, BOB, units(30)).unwrap();
        assert_eq!([ALICE, BOB].map(|account| token.balance_of(&chain, account)), [units(70), units(30)]);
        assert!(token.transfer(&mut chain, BOB, ALICE, units(31)).is_err(), "{manner:?}");
        token.approve(&mut chain, ALICE, BOB, units(5)).unwrap();
        assert_eq!(token.allowance(&chain, ALICE, BOB), units(5));
        let take = |value| IERC20::transferFromCall { from: ALICE, to: BOB, value };
        assert!(!send(&mut chain, BOB, token.address, take(units(6))).success);
        assert!(send(&mut chain, BOB, token.address, take(units(5))).success);
        assert_eq!(token.balance_of(&chain, BOB), units(35));
    }
}

#[test]
fn only_the_tether_like_one_keeps_its_answers_back() {
    let answer_of_true = Bytes::from(true.abi_encode());
    for (manner, answer) in [
        (Manner::DaiLike, answer_of_true.clone()),
        (Manner::CircleLike, answer_of_true),
        (Manner::TetherLike { decimals: 8 }, Bytes::new()),
    ] {
        let (mut chain, fixtures) = chain();
        let token = StandIn::deploy(&mut chain, &fixtures, manner, ALICE, units(100)).unwrap().address;
        let receipts = [
            send(&mut chain, ALICE, token, IERC20::transferCall { to: BOB, value: units(1) }),
            send(&mut chain, ALICE, token, IERC20::approveCall { spender: BOB, value: units(1) }),
            send(&mut chain, BOB, token, IERC20::transferFromCall { from: ALICE, to: BOB, value: units(1) }),
        ];
        for receipt in receipts {
            assert!(receipt.success);
            assert_eq!(receipt.output, answer, "{manner:?}");
        }
    }
}

#[test]
fn the_tether_like_one_changes_allowances_through_zero_only() {
    let (mut chain, fixtures) = chain();
    let token = StandIn::deploy(&mut chain, &fixtures, Manner::TetherLike { decimals: 6 }, ALICE, units(9)).unwrap();
    token.approve(&mut chain, ALICE, BOB, units(1)).unwrap();
    assert!(token.approve(&mut chain, ALICE, BOB, units(2)).is_err());
    assert!(token.approve(&mut chain, ALICE, BOB, units(1)).is_err());
    token.approve(&mut chain, BOB, ALICE, units(2)).unwrap();
    token.approve(&mut chain, ALICE, BOB, U256::ZERO).unwrap();
    token.approve(&mut chain, ALICE, BOB, U256::ZERO).unwrap();
    token.approve(&mut chain, ALICE, BOB, units(2)).unwrap();
    assert_eq!(token.allowance(&chain, ALICE, BOB), units(2));
}

#[test]
fn every_stand_in_takes_permits_of_eip_2612() {
    let owner = PrivateKeySigner::from_bytes(&B256::repeat_byte(1)).unwrap();
    for manner in [Manner::DaiLike, Manner::CircleLike, Manner::TetherLike { decimals: 6 }] {
        let (mut chain, fixtures) = chain();
        let token = StandIn::deploy(&mut chain, &fixtures, manner, ALICE, units(9)).unwrap();
        let permit = eip2612::permit(&chain, token.address, owner.address(), BOB, units(5), U256::MAX);
        let signature = eip2612::sign_permit(&chain, token.address, &owner, &permit);
        assert!(chain.send(Tx::call(ALICE, token.address, eip2612::call(&permit, &signature))).unwrap().success);
        assert_eq!(token.allowance(&chain, owner.address(), BOB), units(5), "{manner:?}");
    }
}

#[test]
fn the_circle_like_one_takes_a_wallets_permit_and_not_a_strangers() {
    let (mut chain, fixtures, wallet, [owner, other]) = with_wallet();
    let token = StandIn::deploy(&mut chain, &fixtures, Manner::CircleLike, ALICE, units(9)).unwrap();
    let permit = eip2612::permit(&chain, token.address, wallet, BOB, units(5), U256::MAX);
    for (signer, accepted) in [(&other, false), (&owner, true)] {
        let signature = eip2612::sign_permit(&chain, token.address, signer, &permit);
        let call = eip7598::call(&permit, signing::bytes(&signature));
        assert_eq!(chain.send(Tx::call(ALICE, token.address, call)).unwrap().success, accepted);
    }
    assert_eq!(token.allowance(&chain, wallet, BOB), units(5));
}

#[test]
fn hollow_tokens_answer_as_their_names_say() {
    let (mut chain, fixtures) = chain();
    let [silent, lying, through_zero] = [Hollow::NoReturn, Hollow::ReturnsFalse, Hollow::ThroughZeroApprove]
        .map(|hollow| hollow.deploy(&mut chain, &fixtures, ALICE).unwrap());
    let transfer = || IERC20::transferCall { to: BOB, value: units(1) };
    let approve = |value| IERC20::approveCall { spender: BOB, value: units(value) };

    let receipt = send(&mut chain, ALICE, silent.address, transfer());
    assert!(receipt.success && receipt.output.is_empty());
    assert!(send(&mut chain, ALICE, silent.address, IHollow::setAllowanceCall { allowance_: units(7) }).success);
    assert_eq!(silent.allowance(&chain, ALICE, BOB), units(7));

    let receipt = send(&mut chain, ALICE, lying.address, transfer());
    assert!(receipt.success);
    assert_eq!(receipt.output, Bytes::from(false.abi_encode()));

    let address = through_zero.address;
    assert!(send(&mut chain, ALICE, address, approve(1)).success);
    assert!(!send(&mut chain, ALICE, address, approve(2)).success);
    assert!(send(&mut chain, ALICE, address, approve(0)).success);
    assert!(send(&mut chain, ALICE, address, approve(2)).success);
    assert_eq!(through_zero.allowance(&chain, ALICE, BOB), units(2));
    assert!(send(&mut chain, ALICE, address, IHollow::setFailAfterZeroResetCall { fail: true }).success);
    assert!(send(&mut chain, ALICE, address, approve(0)).success);
    assert!(!send(&mut chain, ALICE, address, approve(1)).success);
}

#[test]
fn the_wallet_accepts_its_owners_signatures_and_no_others() {
    let (chain, _, wallet, [owner, other]) = with_wallet();
    let hash = B256::repeat_byte(7);
    let accepted = |signer: &PrivateKeySigner| {
        let signature = Bytes::from(signer.sign_hash_sync(&hash).unwrap().as_bytes());
        let input = [&[0x16, 0x26, 0xba, 0x7e][..], &(hash, signature).abi_encode_params()].concat();
        chain.call(Tx::call(BOB, wallet, input)).unwrap().output.starts_with(&[0x16, 0x26, 0xba, 0x7e])
    };
    assert!(accepted(&owner));
    assert!(!accepted(&other));
}
