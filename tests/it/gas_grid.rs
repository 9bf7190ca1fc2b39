//! G6: with whatever gas an operation is sent, it is carried out as with plenty, or nothing of it is. In particular no
//! step that may fail is skipped for want of gas: somebody else may choose how much there is.

use crate::{
    repertoire::{Scene, scenes},
    signatory::Signatory,
    stage::{ATTACKER, Stage, times, usdc},
    wallet::{self, Mode, WALLET},
};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::SolInterface;
use debt_manager::abi::IDebtManager::IDebtManagerErrors;
use devnet::Tx;
use protocols::manager;

/// What a transaction without data costs.
const LEAST: u64 = 21_000;
/// Levels between the least gas and twice what an operation takes.
const LEVELS: u64 = 60;

/// What an operation came to.
#[derive(Debug, PartialEq)]
struct End {
    output: Bytes,
    state: B256,
}

/// All that is stored anywhere, but for ether and nonces, which sending changes.
fn state(stage: &Stage) -> B256 {
    let state = stage.chain.state();
    let of = |address: Address| {
        let slots = state.slots(address).filter(|(_, value)| !value.is_zero());
        let hash = |(slot, value): (U256, U256)| {
            let words = [address.into_word(), slot.into(), value.into(), state.code_hash(address)];
            U256::from_be_bytes(keccak256(words.concat()).0)
        };
        slots.map(hash).fold(U256::ZERO, U256::wrapping_add)
    };
    state.addresses().map(of).fold(U256::ZERO, U256::wrapping_add).into()
}

/// How it ends with so much gas; nothing if there is too little to begin.
fn end(scene: &Scene, gas: u64) -> Option<(bool, End)> {
    let mut stage = scene.stage.clone();
    let receipt = stage.chain.send(scene.tx.clone().gas(gas)).ok()?;
    Some((receipt.success, End { output: receipt.output, state: state(&stage) }))
}

/// From far too little to more than enough, and closely around what it took.
fn levels(used: u64) -> impl Iterator<Item = u64> {
    let even = (0..=LEVELS).map(move |level| LEAST + (2 * used - LEAST) * level / LEVELS);
    let near = (3..17).flat_map(move |shift| [used - (used >> shift), used + (used >> shift)]);
    even.chain(near).chain([used, 3 * used, 30 * used])
}

/// Carried out or not at all at every level. Returns how often it was each.
fn whole_or_nothing(scene: &Scene) -> [usize; 2] {
    let Scene { title, stage, tx, .. } = scene;
    let mut full = stage.clone();
    let receipt = full.succeeds(tx.clone());
    let (done, untouched) = (End { output: receipt.output, state: state(&full) }, state(stage));
    assert_ne!(done.state, untouched, "{title}");
    let mut times = [0; 2];
    for gas in levels(receipt.gas_used) {
        let Some((success, end)) = end(scene, gas) else { continue };
        times[usize::from(success)] += 1;
        if success {
            assert_eq!(end, done, "{title} with {gas}");
        } else {
            assert_eq!(end.state, untouched, "{title} with {gas}");
            let reason = &end.output;
            assert!(reason.is_empty() || IDebtManagerErrors::abi_decode_validate(reason).is_ok(), "{title}: {reason}");
        }
    }
    times
}

/// Permits that are valid, of an account that has approved as much before: without them it would go as well.
fn needless_permits() -> Scene {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let (market, dm) = (stage.market(), stage.dm.address);
    market.token.approve(&mut stage.chain, carol.account, dm, usdc(100)).unwrap();
    market.approve(&mut stage.chain, carol.account, dm, usdc(230)).unwrap();
    let order = manager::leverage(market.address, usdc(100), times(3))
        .authorized(carol.permit(&stage, market.token.address, usdc(100)))
        .authorized(carol.permit(&stage, market.address, usdc(230)));
    let tx: Tx = stage.dm.send(carol.account, order);
    Scene { title: "raises with permits that it could do without", account: carol.account, tx, stage }
}

#[test]
fn g6_with_any_gas_an_operation_is_carried_out_whole_or_not_at_all() {
    for scene in scenes().into_iter().chain([needless_permits()]) {
        let [failed, done] = whole_or_nothing(&scene);
        assert!(failed > 30 && done > 20, "{}: {failed} {done}", scene.title);
    }
}

/// A wallet that goes on when the contract has not had enough gas: what the contract itself must never do.
#[test]
#[should_panic(expected = "goes on without")]
fn a_step_that_is_skipped_for_want_of_gas_is_noticed() {
    let mut stage = Stage::new();
    wallet::deploy(&mut stage);
    let (dm, market) = (stage.dm.address, stage.market());
    let opens: Bytes = manager::leverage(market.address, usdc(100), times(3)).calldata().into();
    let tx = wallet::performing(ATTACKER, &[(Mode::May, dm, opens)]);
    whole_or_nothing(&Scene { title: "goes on without", account: WALLET, tx, stage });
}
