//! Permits in Dai's way, on a stand-in.

use crate::{RELAYER, SPENDER, accept, refuse, signers, soon};
use alloy_primitives::{Address, U256};
use devnet::{Chain, ChainConfig};
use protocols::{
    Erc20, Fixtures,
    signing::{self, dai},
    stand_ins::{Manner, StandIn},
};

fn ready() -> (Chain, Address) {
    let mut chain = Chain::new(ChainConfig::default());
    let [owner, _] = signers();
    let fixtures = Fixtures::open().expect("the packages are downloaded");
    let token = StandIn::deploy(&mut chain, &fixtures, Manner::DaiLike, owner.address(), U256::from(100))
        .expect("a token")
        .address;
    for account in [SPENDER, RELAYER] {
        chain.set_balance(account, ChainConfig::default().funds());
    }
    (chain, token)
}

#[test]
fn a_permit_allows_all_and_then_nothing() {
    let (mut chain, token) = ready();
    let [owner, _] = signers();
    let allowance = |chain: &Chain| Erc20 { address: token }.allowance(chain, owner.address(), SPENDER);
    let all = U256::from(u128::MAX);
    for (nonce, (allowed, expected)) in [(true, all), (false, U256::ZERO), (true, all)].into_iter().enumerate() {
        let permit = dai::permit(&chain, token, owner.address(), SPENDER, soon(&chain), allowed);
        assert_eq!(permit.nonce, U256::from(nonce));
        let signature = dai::sign(&chain, token, &owner, &permit);
        accept(&mut chain, RELAYER, token, dai::call(&permit, &signature));
        assert_eq!(allowance(&chain), expected);
        assert_eq!(signing::nonce(&chain, token, owner.address()), U256::from(nonce + 1));
        refuse(&mut chain, "a second use", RELAYER, token, dai::call(&permit, &signature));
    }
}

#[test]
fn an_expiry_of_zero_is_no_limit() {
    let (mut chain, token) = ready();
    let [owner, _] = signers();
    let permit = dai::permit(&chain, token, owner.address(), SPENDER, U256::ZERO, true);
    let signature = dai::sign(&chain, token, &owner, &permit);
    accept(&mut chain, RELAYER, token, dai::call(&permit, &signature));
}

#[test]
fn a_permit_that_is_not_what_was_signed_is_refused() {
    let (mut chain, token) = ready();
    let [owner, other] = signers();
    let signed = dai::permit(&chain, token, owner.address(), SPENDER, U256::MAX, true);
    let signature = dai::sign(&chain, token, &owner, &signed);
    let cases = [
        ("another holder", dai::Permit { holder: other.address(), ..signed.clone() }),
        ("another spender", dai::Permit { spender: RELAYER, ..signed.clone() }),
        ("another nonce", dai::Permit { nonce: U256::ONE, ..signed.clone() }),
        ("another expiry", dai::Permit { expiry: U256::MAX - U256::ONE, ..signed.clone() }),
        ("the opposite", dai::Permit { allowed: false, ..signed.clone() }),
    ];
    for (what, permit) in cases {
        refuse(&mut chain, what, RELAYER, token, dai::call(&permit, &signature));
    }
    let wrong = [
        ("another signer", &other, signed.clone()),
        ("the next nonce", &owner, dai::Permit { nonce: U256::ONE, ..signed.clone() }),
        ("a past expiry", &owner, dai::Permit { expiry: soon(&chain) - U256::ONE, ..signed.clone() }),
    ];
    for (what, signer, permit) in wrong {
        let signature = dai::sign(&chain, token, signer, &permit);
        refuse(&mut chain, what, RELAYER, token, dai::call(&permit, &signature));
    }
    accept(&mut chain, RELAYER, token, dai::call(&signed, &signature));
}
