//! The wallet for tests, as Circle's token and Permit2 see it.

use crate::{RELAYER, SPENDER, signers, world};
use alloy_primitives::{Address, B256, Bytes, U256, address, bytes};
use alloy_sol_types::{SolCall, sol};
use devnet::{Chain, Tx};
use protocols::{
    World,
    permit2::PERMIT2,
    signing::{
        self, eip2612, eip7598,
        permit2::{Permit, TransferDetails},
        wallet::{Answer, BOMB_BYTES, TestWallet},
    },
};

sol! {
    function isValidSignature(bytes32 hash, bytes signature) external view returns (bytes4);
}

const WALLET: Address = address!("0000000000000000000000000000000000001271");
const VALUE: U256 = U256::from_limbs([1_000_000, 0, 0, 0]);
const DIGEST: B256 = B256::repeat_byte(0xd1);
const MAGIC: Bytes = bytes!("1626ba7e00000000000000000000000000000000000000000000000000000000");
const REFUSAL: Bytes = bytes!("ffffffff00000000000000000000000000000000000000000000000000000000");

/// A wallet of the first signer's, with tokens and an approval for Permit2.
fn ready() -> (Chain, World, TestWallet) {
    let (mut chain, world) = world();
    let wallet = TestWallet::install(&mut chain, WALLET, signers()[0].address());
    chain.set_balance(WALLET, chain.config().funds());
    world.tokens.usdc.mint(&mut chain, WALLET, VALUE).expect("funds");
    world.tokens.usdc.approve(&mut chain, WALLET, PERMIT2, U256::MAX).expect("an approval");
    (chain, world, wallet)
}

fn question(signature: Bytes) -> Tx {
    Tx::call(RELAYER, WALLET, isValidSignatureCall { hash: DIGEST, signature }.abi_encode())
}

#[test]
fn it_accepts_its_owners_key_and_approved_digests() {
    let (mut chain, _, wallet) = ready();
    let [owner, other] = signers();
    let answer = |chain: &Chain, signature: &Bytes| chain.call(question(signature.clone())).expect("a call").output;
    let signature = signing::bytes(&signing::sign(&owner, DIGEST));
    assert_eq!(answer(&chain, &signature), MAGIC);
    let refused = [
        signing::bytes(&signing::sign(&other, DIGEST)),
        signing::bytes(&signing::sign(&owner, B256::ZERO)),
        signature.slice(..64),
        [&signature[..], &[0]].concat().into(),
        vec![0; 65].into(),
        Bytes::new(),
    ];
    refused.iter().for_each(|signature| assert_eq!(answer(&chain, signature), REFUSAL, "{signature}"));
    let mut ownerless = chain.clone();
    assert_eq!(TestWallet::install(&mut ownerless, WALLET, Address::ZERO), wallet);
    refused.iter().chain([&signature]).for_each(|signature| assert_eq!(answer(&ownerless, signature), REFUSAL));

    wallet.approve_digest(&mut chain, DIGEST);
    refused.iter().for_each(|signature| assert_eq!(answer(&chain, signature), MAGIC));
}

#[test]
fn it_takes_ether_and_nothing_else() {
    let (mut chain, ..) = ready();
    let before = chain.state().balance(WALLET);
    let receipt = chain.send(Tx::call(RELAYER, WALLET, Bytes::new()).value(VALUE)).expect("a transaction");
    assert!(receipt.success && receipt.output.is_empty());
    assert_eq!(chain.state().balance(WALLET), before + VALUE);
    let receipt = chain.send(Tx::call(RELAYER, WALLET, bytes!("1626ba7f"))).expect("a transaction");
    assert!(!receipt.success);
}

#[test]
fn each_answer_is_what_it_says() {
    let (mut chain, _, wallet) = ready();
    wallet.approve_digest(&mut chain, DIGEST);
    for answer in Answer::ALL {
        wallet.answer(&mut chain, answer);
        let result = chain.call(question(Bytes::new())).expect("a call");
        let (first, length, success) = match answer {
            Answer::True | Answer::StateChange => (&MAGIC[..], 32, true),
            Answer::NearMagic => (&[0x16, 0x26, 0xba, 0x7f][..], 32, true),
            Answer::DirtyPadding => (&MAGIC[..31], 32, true),
            Answer::Short => (&MAGIC[..31], 31, true),
            Answer::Long => (&MAGIC[..], 33, true),
            Answer::Nothing => (&[][..], 0, true),
            Answer::Bomb => (&MAGIC[..], BOMB_BYTES, true),
            Answer::Revert => (&MAGIC[..], 32, false),
            Answer::RevertBomb => (&MAGIC[..], BOMB_BYTES, false),
        };
        assert!(result.output.starts_with(first), "{answer:?}");
        assert_eq!((result.output.len(), result.success), (length, success), "{answer:?}");
        assert_eq!(result.output.get(..32) == Some(&MAGIC[..]), first.len() == 32, "{answer:?}");
    }
    assert_eq!(wallet.writes(&chain), U256::ZERO);
    chain.send(question(Bytes::new())).expect("a transaction that is not static");
    assert_eq!(wallet.writes(&chain), U256::ONE);
}

/// Circle's token and Permit2 agree: a long answer does no harm, everything else that is not the true one does.
#[test]
fn real_code_accepts_the_true_answer_and_longer_ones() {
    let (mut chain, world, wallet) = ready();
    let usdc = world.tokens.usdc.address;
    let allow = eip2612::permit(&chain, usdc, WALLET, SPENDER, VALUE, U256::MAX);
    let take = Permit::one(usdc, VALUE, SPENDER, U256::ZERO, U256::MAX);
    let details = [TransferDetails { to: SPENDER, requestedAmount: VALUE }];
    let [owner, other] = signers();
    for answer in Answer::ALL {
        wallet.answer(&mut chain, answer);
        let expected = matches!(answer, Answer::True | Answer::Long | Answer::Bomb);
        for (signer, expected) in [(&owner, expected), (&other, false)] {
            let signature = signing::bytes(&eip2612::sign_permit(&chain, usdc, signer, &allow));
            let result = chain.call(Tx::call(SPENDER, usdc, eip7598::call(&allow, signature)));
            assert_eq!(result.expect("a call").success, expected, "USDC, {answer:?}");
            let signature = signing::bytes(&take.sign(&chain, signer, None));
            let result = chain.call(Tx::call(SPENDER, PERMIT2, take.transfer(WALLET, &details, None, signature)));
            assert_eq!(result.expect("a call").success, expected, "Permit2, {answer:?}");
        }
    }
    wallet.answer(&mut chain, Answer::True);
    for digest in [take.digest(&chain, None), eip2612::digest(&chain, usdc, &allow)] {
        wallet.approve_digest(&mut chain, digest);
    }
    let input = take.transfer(WALLET, &details, None, bytes!("abcd"));
    assert!(chain.send(Tx::call(SPENDER, PERMIT2, input)).expect("a transaction").success);
    assert_eq!(world.tokens.usdc.balance_of(&chain, SPENDER), VALUE);
    let input = eip7598::call(&allow, Bytes::new());
    assert!(chain.send(Tx::call(RELAYER, usdc, input)).expect("a transaction").success);
    assert_eq!(world.tokens.usdc.allowance(&chain, WALLET, SPENDER), VALUE);
}
