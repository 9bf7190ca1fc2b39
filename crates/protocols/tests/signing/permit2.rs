//! Transfers through Permit2.

use crate::{RELAYER, SPENDER, accept, refuse, signers, soon, world};
use alloy::signers::local::PrivateKeySigner;
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{SolStruct, eip712_domain, sol};
use devnet::Chain;
use protocols::{
    Asset, Token, World,
    deployer::execute,
    permit2::{PERMIT2, invalidate_unordered_nonces, is_nonce_used},
    signing::{
        self,
        permit2::{Permit, Permitted, TokenPermissions, TransferDetails, Witness},
    },
};

sol! {
    /// An operation with a struct inside, as a relayed call would be signed.
    struct Order {
        address market;
        Limits limits;
    }
    /// Sorts before `Order`.
    struct Limits {
        uint256 debtMax;
    }
    /// Sorts behind `TokenPermissions`.
    struct Zeal {
        uint256 level;
    }
}

const AMOUNT: U256 = U256::from_limbs([5_000_000, 0, 0, 0]);
/// The 7th bit of the second word.
const NONCE: U256 = U256::from_limbs([256 + 7, 0, 0, 0]);

fn order() -> Order {
    Order { market: RELAYER, limits: Limits { debtMax: AMOUNT } }
}

/// A world in which the owner, and somebody else, have both tokens and have approved Permit2 for them.
fn ready() -> (Chain, World, PrivateKeySigner) {
    let (mut chain, world) = world();
    let [owner, other] = signers();
    for (token, account) in tokens(&world).into_iter().flat_map(|token| [(token, &owner), (token, &other)]) {
        token.mint(&mut chain, account.address(), AMOUNT * U256::from(10)).expect("funds");
        token.approve(&mut chain, account.address(), PERMIT2, U256::MAX).expect("an approval");
    }
    (chain, world, owner)
}

fn tokens(world: &World) -> [Token; 2] {
    [Asset::Usdc, Asset::Weth].map(|asset| world.tokens.of(asset))
}

fn details(amounts: &[U256]) -> Vec<TransferDetails> {
    amounts.iter().map(|&amount| TransferDetails { to: SPENDER, requestedAmount: amount }).collect()
}

/// A permit of each form, with what is taken under it.
fn forms(world: &World) -> [(Permit, Vec<TransferDetails>); 3] {
    let [usdc, weth] = tokens(world).map(|token| TokenPermissions { token: token.address, amount: AMOUNT });
    let many =
        |tokens| Permit { permitted: Permitted::Many(tokens), spender: SPENDER, nonce: NONCE, deadline: U256::MAX };
    [
        (Permit::one(usdc.token, AMOUNT, SPENDER, NONCE, U256::MAX), details(&[AMOUNT])),
        (many(vec![usdc.clone()]), details(&[AMOUNT])),
        (many(vec![usdc, weth]), details(&[AMOUNT, AMOUNT - U256::ONE])),
    ]
}

fn witnesses() -> [Option<Witness>; 3] {
    [None, Some(Witness::of(&order())), Some(Witness::of(&Zeal { level: AMOUNT }))]
}

#[test]
fn every_form_is_accepted_as_signed_and_once() {
    let (chain, world, owner) = ready();
    for (permit, details) in forms(&world) {
        for witness in witnesses() {
            let signature = permit.sign(&chain, &owner, witness.as_ref());
            for signature in [signing::bytes(&signature), signing::compact_bytes(&signature)] {
                let mut chain = chain.clone();
                let input = permit.transfer(owner.address(), &details, witness.as_ref(), signature);
                assert!(!is_nonce_used(&chain, owner.address(), NONCE));
                accept(&mut chain, SPENDER, PERMIT2, input.clone());
                assert!(is_nonce_used(&chain, owner.address(), NONCE));
                for (token, details) in tokens(&world).into_iter().zip(&details) {
                    assert_eq!(token.balance_of(&chain, SPENDER), details.requestedAmount);
                }
                refuse(&mut chain, "a second use", SPENDER, PERMIT2, input);
            }
        }
    }
}

#[test]
fn what_was_not_signed_is_refused() {
    let (mut chain, world, owner) = ready();
    let [_, other] = signers();
    for (permit, details) in forms(&world) {
        for witness in witnesses() {
            let witness = witness.as_ref();
            let signature = signing::bytes(&permit.sign(&chain, &owner, witness));
            let submit = |permit: &Permit, owner: Address, signature: &Bytes| {
                permit.transfer(owner, &details, witness, signature.clone())
            };
            let wrong = signing::bytes(&permit.sign(&chain, &other, witness));
            refuse(&mut chain, "another signer", SPENDER, PERMIT2, submit(&permit, owner.address(), &wrong));
            refuse(&mut chain, "another owner", SPENDER, PERMIT2, submit(&permit, other.address(), &signature));
            refuse(&mut chain, "another spender", RELAYER, PERMIT2, submit(&permit, owner.address(), &signature));
            let changed = [
                ("another nonce", Permit { nonce: NONCE + U256::ONE, ..permit.clone() }),
                ("another deadline", Permit { deadline: U256::MAX - U256::ONE, ..permit.clone() }),
                ("another amount", Permit { permitted: more(&permit.permitted), ..permit.clone() }),
            ];
            for (what, changed) in changed {
                refuse(&mut chain, what, SPENDER, PERMIT2, submit(&changed, owner.address(), &signature));
            }
            let late = Permit { deadline: soon(&chain) - U256::ONE, ..permit.clone() };
            let signature = signing::bytes(&late.sign(&chain, &owner, witness));
            refuse(&mut chain, "a past deadline", SPENDER, PERMIT2, submit(&late, owner.address(), &signature));
        }
    }
    assert_eq!(world.tokens.usdc.balance_of(&chain, SPENDER), U256::ZERO);
}

fn more(permitted: &Permitted) -> Permitted {
    let more = |token: &TokenPermissions| TokenPermissions { amount: token.amount + U256::ONE, ..token.clone() };
    match permitted {
        Permitted::One(token) => Permitted::One(more(token)),
        Permitted::Many(tokens) => Permitted::Many(tokens.iter().map(more).collect()),
    }
}

#[test]
fn a_changed_witness_is_refused() {
    let (mut chain, world, owner) = ready();
    for (permit, details) in forms(&world) {
        let signed = Witness::of(&order());
        let signature = signing::bytes(&permit.sign(&chain, &owner, Some(&signed)));
        let other = Order { market: SPENDER, ..order() };
        let deeper = Order { limits: Limits { debtMax: AMOUNT + U256::ONE }, ..order() };
        let renamed = Witness { type_string: signed.type_string.replace("debtMax", "debtMin"), ..signed.clone() };
        let cases = [
            ("another field", Some(Witness::of(&other))),
            ("another field of the inner struct", Some(Witness::of(&deeper))),
            ("another type", Some(renamed)),
            ("another hash", Some(Witness { hash: B256::ZERO, ..signed.clone() })),
            ("no witness", None),
        ];
        for (what, witness) in cases {
            let input = permit.transfer(owner.address(), &details, witness.as_ref(), signature.clone());
            refuse(&mut chain, what, SPENDER, PERMIT2, input);
        }
        let plain = signing::bytes(&permit.sign(&chain, &owner, None));
        let input = permit.transfer(owner.address(), &details, Some(&signed), plain);
        refuse(&mut chain, "a witness that was not signed", SPENDER, PERMIT2, input);
    }
}

/// What is signed is the standard's: the same as for a struct that is written out.
#[test]
fn witnesses_are_hashed_as_whole_structs() {
    sol! {
        struct PermitWitnessTransferFrom {
            TokenPermissions permitted;
            address spender;
            uint256 nonce;
            uint256 deadline;
            Order witness;
        }
    }
    let (chain, world, _) = ready();
    let token = world.tokens.usdc.address;
    let whole = PermitWitnessTransferFrom {
        permitted: TokenPermissions { token, amount: AMOUNT },
        spender: SPENDER,
        nonce: NONCE,
        deadline: U256::MAX,
        witness: order(),
    };
    let domain = eip712_domain! { name: "Permit2", chain_id: chain.chain_id(), verifying_contract: PERMIT2, };
    let permit = Permit::one(token, AMOUNT, SPENDER, NONCE, U256::MAX);
    assert_eq!(permit.digest(&chain, Some(&Witness::of(&order()))), whole.eip712_signing_hash(&domain));
    let expected = "Order witness)Limits(uint256 debtMax)Order(address market,Limits limits)\
                    TokenPermissions(address token,uint256 amount)";
    assert_eq!(Witness::of(&order()).type_string, expected);
    let expected = "Zeal witness)TokenPermissions(address token,uint256 amount)Zeal(uint256 level)";
    assert_eq!(Witness::of(&Zeal { level: AMOUNT }).type_string, expected);
}

#[test]
fn nonces_are_used_in_any_order_and_given_up_by_words() {
    let (mut chain, world, owner) = ready();
    let amount = details(&[AMOUNT]);
    let take = |chain: &Chain, nonce: U256| {
        let permit = Permit::one(world.tokens.usdc.address, AMOUNT, SPENDER, nonce, U256::MAX);
        permit.transfer(owner.address(), &amount, None, signing::bytes(&permit.sign(chain, &owner, None)))
    };
    let given_up = U256::from(2 * 256 + 5);
    let mask = U256::ONE << 5 | U256::ONE << 255;
    let giving_up = invalidate_unordered_nonces(owner.address(), U256::from(2), mask);
    execute(&mut chain, "give up", giving_up).expect("nonces are given up");
    let used = (0..1_024u64).filter(|&nonce| is_nonce_used(&chain, owner.address(), U256::from(nonce)));
    assert_eq!(used.collect::<Vec<_>>(), [2 * 256 + 5, 2 * 256 + 255]);
    let input = take(&chain, given_up);
    refuse(&mut chain, "a nonce that was given up", SPENDER, PERMIT2, input);
    for nonce in [U256::MAX, U256::ZERO, given_up - U256::ONE] {
        let input = take(&chain, nonce);
        accept(&mut chain, SPENDER, PERMIT2, input);
        assert!(is_nonce_used(&chain, owner.address(), nonce));
    }
}
