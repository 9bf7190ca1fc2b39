//! What can be called, and with which data.

use crate::stage::{ALICE, Stage, times, usdc};
use alloy_primitives::{Bytes, U256};
use alloy_sol_types::{SolCall, SolInterface};
use debt_manager::abi::IDebtManager::{IDebtManagerCalls, InvalidCalldata, NotPayable, UnknownSelector, leverageCall};
use devnet::Tx;
use protocols::manager;
use std::collections::BTreeSet;

fn call(stage: &Stage, data: impl Into<Bytes>) -> Tx {
    Tx::call(ALICE, stage.dm.address, data)
}

fn leverage(stage: &Stage) -> leverageCall {
    let operation = manager::leverage(stage.market().address, usdc(100), times(3));
    leverageCall { operation: operation.operation, swap: Bytes::new(), authorizations: Vec::new() }
}

#[test]
fn the_entry_points_are_those_of_the_interface() {
    let ours: BTreeSet<[u8; 4]> = debt_manager::selectors().collect();
    let interface: BTreeSet<[u8; 4]> = IDebtManagerCalls::selectors().collect();
    assert_eq!(ours, interface);
}

#[test]
fn an_unknown_selector_is_named() {
    let mut stage = Stage::new();
    for data in [&[][..], &[1, 2, 3], &[0xde, 0xad, 0xbe, 0xef], &[0xde, 0xad, 0xbe, 0xef, 0]] {
        let selector = data.first_chunk().copied().unwrap_or_default().into();
        let tx = call(&stage, data.to_vec());
        stage.reverts(tx, &UnknownSelector { selector });
    }
}

#[test]
fn ether_is_refused() {
    let mut stage = Stage::new();
    let value = U256::from(7);
    let tx = call(&stage, leverage(&stage).abi_encode()).value(value);
    stage.reverts(tx, &NotPayable { value });
    let tx = call(&stage, Bytes::new()).value(value);
    stage.reverts(tx, &NotPayable { value });
}

#[test]
fn calldata_that_ends_too_soon_or_too_late_is_refused_where_it_does() {
    let mut stage = Stage::new();
    let whole = leverage(&stage).abi_encode();
    for length in 4..whole.len() {
        let offset = U256::from((length - 4) / 32 * 32);
        let tx = call(&stage, whole[..length].to_vec());
        let receipt = stage.send(tx);
        let error = <InvalidCalldata as alloy_sol_types::SolError>::abi_decode(&receipt.output).unwrap();
        assert!(!receipt.success && error.offset <= offset, "{length}: {}", error.offset);
    }
    let tx = call(&stage, [&whole[..], &[0]].concat());
    stage.reverts(tx, &InvalidCalldata { offset: U256::from(whole.len() - 4) });
}

#[test]
fn dirty_bits_are_refused() {
    let mut stage = Stage::new();
    let whole = leverage(&stage).abi_encode();
    // Words of the lender, both markets, the target and the flash source: none of them uses its highest byte.
    for word in [0, 1, 2, 4, 7] {
        let mut dirty = whole.clone();
        dirty[4 + 32 * word] = 1;
        let tx = call(&stage, dirty);
        stage.reverts(tx, &InvalidCalldata { offset: U256::from(32 * word) });
    }
}

#[test]
fn an_unknown_variant_is_refused() {
    let mut stage = Stage::new();
    let whole = leverage(&stage).abi_encode();
    for (word, variants) in [(0, 1), (4, 2), (7, 2)] {
        let mut unknown = whole.clone();
        unknown[4 + 32 * word + 31] = variants;
        let tx = call(&stage, unknown);
        stage.reverts(tx, &InvalidCalldata { offset: U256::from(32 * word) });
    }
}
