//! A6: whoever sends a signed operation can change nothing of it.

use crate::{
    signatory::Signatory,
    stage::{ATTACKER, BYSTANDER, Holdings, Stage, times, usdc},
};
use alloy_primitives::{Address, U256};
use devnet::Tx;
use protocols::{
    Asset,
    manager::{self, Fee, Order, Signable},
};

const NONCE: U256 = U256::from_limbs([5, 0, 0, 0]);
/// Bytes of a word, and of the selector before them.
const WORD: usize = 32;
const SELECTOR: usize = 4;

/// Somebody of whose operation nothing but the signature says what it is to be: the contract may use all that it has.
fn trusting() -> (Stage, Signatory) {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    for market in stage.world.exactly.markets {
        let (chain, dm, account) = (&mut stage.chain, stage.dm.address, carol.account);
        market.approve(chain, account, dm, U256::MAX).unwrap();
        market.token.approve(chain, account, dm, U256::MAX).unwrap();
        market.token.approve(chain, account, protocols::permit2::PERMIT2, U256::MAX).unwrap();
    }
    let market = stage.market();
    stage.world.exactly.enter_market(&mut stage.chain, carol.account, &market).unwrap();
    (stage, carol)
}

/// What a call did to who signed, and to who sent it.
#[derive(Debug, PartialEq)]
struct Effect {
    output: Vec<u8>,
    belongings: [Holdings; 2],
}

/// Sends a call that succeeds.
fn effect(stage: &Stage, who: &Signatory, tx: Tx) -> Effect {
    let mut stage = stage.clone();
    let output = stage.succeeds(tx).output.to_vec();
    Effect { output, belongings: [who.account, ATTACKER].map(|account| stage.belongings(account)) }
}

/// The words that a relayer may put in the place of one.
fn instead_of(word: &[u8]) -> Vec<[u8; WORD]> {
    let is = U256::from_be_slice(word);
    let addresses = [ATTACKER, BYSTANDER, Address::ZERO].map(|address| address.into_word().into());
    let near = [is ^ U256::ONE, is ^ U256::from(2), is.wrapping_add(U256::ONE), is.wrapping_sub(U256::ONE), is << 1];
    let far = [U256::ZERO, U256::ONE, U256::MAX, is ^ (U256::ONE << 255), is ^ (U256::ONE << 160), is >> 1];
    let mut words: Vec<U256> = [&near[..], &far[..], &addresses[..]].concat();
    words.retain(|word| *word != is);
    words.iter().map(U256::to_be_bytes).collect()
}

/// Every word of the call, changed alone, makes it revert, or changes nothing of what it does.
fn withstands<O: Signable>(stage: &Stage, who: &Signatory, order: &Order<O>, fee: Fee) {
    let signed = who.signs(stage, order, NONCE, fee);
    let honest = stage.dm.relay(ATTACKER, order, signed);
    let whole = honest.input.to_vec();
    let expected = effect(stage, who, honest);
    let mut tried = 0;
    for at in (SELECTOR..whole.len()).step_by(WORD) {
        for word in instead_of(&whole[at..at + WORD]) {
            let mut changed = whole.clone();
            changed[at..at + WORD].copy_from_slice(&word);
            let tx = Tx::call(ATTACKER, stage.dm.address, changed);
            tried += 1;
            if stage.chain.call(tx.clone()).unwrap().success {
                let done = effect(stage, who, tx);
                assert_eq!(done, expected, "word {}: {word:02x?}", at / WORD);
            }
        }
    }
    assert!(tried > 300, "{tried}");
}

fn paying(stage: &Stage) -> Fee {
    Fee { token: stage.market().token.address, units: usdc(2), recipient: ATTACKER }
}

/// 100 USDC against WETH that is borrowed.
fn short(stage: &Stage) -> Order<debt_manager::abi::IDebtManager::Leverage> {
    manager::leverage(stage.market().address, usdc(90), times(2))
        .owing(stage.world.exactly.market(Asset::Weth).address)
        .swapping(stage.world.uniswap.path(&[Asset::Weth, Asset::Usdc]))
}

/// Somebody who has done that.
fn shorted() -> (Stage, Signatory) {
    let (mut stage, carol) = trusting();
    stage.succeeds(stage.dm.send(carol.account, short(&stage)));
    (stage, carol)
}

#[test]
fn a6_nothing_of_a_leverage_can_be_changed() {
    let (stage, carol) = trusting();
    withstands(&stage, &carol, &short(&stage), paying(&stage));
    let plain = manager::leverage(stage.market().address, usdc(90), times(2));
    withstands(&stage, &carol, &plain, Fee::default());
}

#[test]
fn a6_nothing_of_a_deleverage_can_be_changed() {
    let (stage, carol) = shorted();
    let order = manager::deleverage(stage.market().address, manager::ALL, times(1))
        .owing(stage.world.exactly.market(Asset::Weth).address)
        .swapping(stage.world.uniswap.path(&[Asset::Usdc, Asset::Weth]));
    withstands(&stage, &carol, &order, paying(&stage));
}

#[test]
fn a6_nothing_of_a_migration_can_be_changed() {
    let (stage, carol) = shorted();
    let [usdc, weth] = [Asset::Usdc, Asset::Weth].map(|asset| stage.world.exactly.market(asset).address);
    let order = manager::migrate(manager::position(usdc, weth), manager::position(usdc, usdc))
        .swapping(stage.world.uniswap.path(&[Asset::Usdc, Asset::Weth]));
    withstands(&stage, &carol, &order, paying(&stage));
}

#[test]
fn a6_nor_of_the_approvals_that_go_with_it() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let shares = stage.market().address;
    let order = manager::leverage(shares, usdc(90), times(3))
        .authorized(carol.permit(&stage, shares, usdc(200)))
        .authorized(carol.revocation(&stage, shares));
    withstands(&stage, &carol, &order, paying(&stage));
}
