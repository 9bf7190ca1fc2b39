//! The tokens' own permits.

use crate::{RELAYER, SPENDER, accept, refuse, signers, soon, world};
use alloy_primitives::{Address, B256, Signature, U256, uint};
use alloy_sol_types::eip712_domain;
use protocols::{
    Asset, Erc20, World,
    signing::{self, eip2612, eip7598},
};

const VALUE: U256 = U256::from_limbs([1_234_567, 0, 0, 0]);

/// Every token of the world that takes EIP-2612's permits: Circle's, solmate's, Exactly's shares, Aave's deposits.
fn permit_tokens(world: &World) -> Vec<Erc20> {
    let plain = [Asset::Usdc, Asset::WstEth].map(|asset| world.tokens.of(asset).into());
    let shares = Asset::ALL.map(|asset| Erc20 { address: world.exactly.market(asset).address });
    let deposits = Asset::ALL.map(|asset| world.aave.reserve(asset).a_token.into());
    [&plain[..], &shares, &deposits].concat()
}

#[test]
fn a_permit_is_accepted_as_signed_and_once() {
    let (mut chain, world) = world();
    let [owner, _] = signers();
    for token in permit_tokens(&world) {
        let deadline = soon(&chain);
        let permit = eip2612::permit(&chain, token.address, owner.address(), SPENDER, VALUE, deadline);
        let signature = eip2612::sign(&chain, token.address, &owner, SPENDER, VALUE, deadline);
        assert_eq!(permit.nonce, U256::ZERO);
        accept(&mut chain, RELAYER, token.address, eip2612::call(&permit, &signature));
        assert_eq!(token.allowance(&chain, owner.address(), SPENDER), VALUE);
        assert_eq!(signing::nonce(&chain, token.address, owner.address()), U256::ONE);

        let later = eip2612::Permit { deadline: U256::MAX, ..permit };
        let signature = eip2612::sign_permit(&chain, token.address, &owner, &later);
        refuse(&mut chain, "a used nonce", RELAYER, token.address, eip2612::call(&later, &signature));
        let signature = eip2612::sign(&chain, token.address, &owner, SPENDER, VALUE, U256::MAX);
        accept(&mut chain, RELAYER, token.address, eip2612::call(&later, &signature));
    }
}

#[test]
fn a_permit_that_is_not_what_was_signed_is_refused() {
    let (mut chain, world) = world();
    let [owner, other] = signers();
    for Erc20 { address: token } in permit_tokens(&world) {
        let signed = eip2612::permit(&chain, token, owner.address(), SPENDER, VALUE, U256::MAX - U256::ONE);
        let signature = eip2612::sign_permit(&chain, token, &owner, &signed);
        let cases = [
            ("another owner", eip2612::Permit { owner: other.address(), ..signed.clone() }),
            ("another spender", eip2612::Permit { spender: RELAYER, ..signed.clone() }),
            ("another value", eip2612::Permit { value: VALUE + U256::ONE, ..signed.clone() }),
            ("another deadline", eip2612::Permit { deadline: U256::MAX, ..signed.clone() }),
        ];
        for (what, permit) in cases {
            refuse(&mut chain, what, RELAYER, token, eip2612::call(&permit, &signature));
        }
        let wrong = eip2612::sign_permit(&chain, token, &other, &signed);
        refuse(&mut chain, "another signer", RELAYER, token, eip2612::call(&signed, &wrong));
        let next = eip2612::Permit { nonce: U256::ONE, ..signed.clone() };
        let wrong = eip2612::sign_permit(&chain, token, &owner, &next);
        refuse(&mut chain, "the next nonce", RELAYER, token, eip2612::call(&next, &wrong));
        let past = eip2612::Permit { deadline: soon(&chain) - U256::ONE, ..signed.clone() };
        let late = eip2612::sign_permit(&chain, token, &owner, &past);
        refuse(&mut chain, "a past deadline", RELAYER, token, eip2612::call(&past, &late));
        let elsewhere =
            eip2612::sign_permit(&chain, world.aave.reserve(Asset::Usdc).variable_debt.address, &owner, &signed);
        refuse(&mut chain, "another token", RELAYER, token, eip2612::call(&signed, &elsewhere));
        accept(&mut chain, RELAYER, token, eip2612::call(&signed, &signature));
    }
}

#[test]
fn a_permit_of_bytes_is_accepted_as_signed_and_once() {
    let (mut chain, world) = world();
    let [owner, other] = signers();
    let usdc = world.tokens.usdc;
    let submit = |permit: &eip2612::Permit, signature: &Signature| eip7598::call(permit, signing::bytes(signature));
    let signed = eip2612::permit(&chain, usdc.address, owner.address(), SPENDER, VALUE, U256::MAX);
    let signature = eip2612::sign_permit(&chain, usdc.address, &owner, &signed);
    let wrong = eip2612::sign_permit(&chain, usdc.address, &other, &signed);
    refuse(&mut chain, "another signer", RELAYER, usdc.address, submit(&signed, &wrong));
    let changed = eip2612::Permit { spender: RELAYER, ..signed.clone() };
    refuse(&mut chain, "another spender", RELAYER, usdc.address, submit(&changed, &signature));
    let compact = eip7598::call(&signed, signing::compact_bytes(&signature));
    refuse(&mut chain, "64 bytes, which Circle's code does not read", RELAYER, usdc.address, compact);
    accept(&mut chain, RELAYER, usdc.address, submit(&signed, &signature));
    assert_eq!(usdc.allowance(&chain, owner.address(), SPENDER), VALUE);
    refuse(&mut chain, "a second use", RELAYER, usdc.address, submit(&signed, &signature));
}

/// The domain of Exactly's shares is that of what the proxy runs, which is why domains are asked for.
#[test]
fn domains_are_asked_for() {
    /// Where a proxy keeps what it runs (EIP-1967).
    const IMPLEMENTATION: U256 = uint!(0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc_U256);
    let (chain, world) = world();
    let separator = |name: &str, version: &str, contract: Address| -> B256 {
        let (name, version) = (name.to_owned(), version.to_owned());
        eip712_domain! { name: name, version: version, chain_id: chain.chain_id(), verifying_contract: contract, }
            .separator()
    };
    let usdc = world.tokens.usdc.address;
    assert_eq!(signing::domain_separator(&chain, usdc), separator("USD Coin", "2", usdc));
    let market = world.exactly.market(Asset::Usdc).address;
    let implementation = Address::from_word(chain.state().storage(market, IMPLEMENTATION).into());
    assert_eq!(signing::domain_separator(&chain, market), separator("", "1", implementation));
}
