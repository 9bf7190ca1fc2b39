//! The preview as a front end asks for it: `eth_call` with a state override, within a node's default limit of gas.

use crate::{
    debts::percent,
    stage::{ALICE, Stage, times, usdc},
};
use alloy_primitives::{Bytes, U256, hex};
use alloy_sol_types::{SolCall, SolError, SolInterface};
use debt_manager::abi::{
    IDebtManager::{IDebtManagerCalls, NotPayable, UnknownSelector},
    IDebtPreview::{IDebtPreviewCalls, previewCall},
};
use devnet::{Tx, rpc::Rpc};
use protocols::{DebtPreview, manager};
use serde_json::json;

#[test]
fn the_previews_entry_points_are_those_of_its_interface() {
    let mut stage = Stage::new();
    let preview = stage.preview();
    let asked = |selector: [u8; 4]| {
        let result = stage.chain.call(Tx::call(ALICE, preview.address, selector.to_vec())).unwrap();
        UnknownSelector::abi_decode(&result.output).ok().map(|error| error.selector.0)
    };
    for selector in IDebtPreviewCalls::selectors() {
        assert_eq!(asked(selector), None);
    }
    for stranger in IDebtManagerCalls::selectors().chain([[0; 4], [0xff; 4]]) {
        assert_eq!(asked(stranger), Some(stranger));
    }
    let value = U256::ONE;
    let result = stage.chain.call(Tx::call(ALICE, preview.address, Bytes::new()).value(value)).unwrap();
    assert_eq!(result.output.to_vec(), NotPayable { value }.abi_encode());
}

#[test]
fn a_call_with_an_override_of_the_accounts_code_is_answered() {
    let mut stage = Stage::new();
    let preview = stage.preview();
    let order = manager::leverage(stage.market().address, usdc(60), times(3));
    let said = preview.ask(&stage.chain, stage.dm, ALICE, &order, percent(110));
    assert!(said.maxRatio > times(3));
    let expected = hex::encode_prefixed(previewCall::abi_encode_returns(&said));
    let data = hex::encode_prefixed(DebtPreview::question(stage.dm, &order, percent(110)));
    let time = format!("{:#x}", stage.chain.next_timestamp());
    let rpc = Rpc::new(stage.chain.clone());
    // By a delegation, and by the program's own code, which does as well where nobody delegates.
    let own: Bytes = stage.chain.state().code(preview.address);
    for code in [preview.delegation(), own] {
        let overrides = json!({ ALICE.to_string(): { "code": code.to_string() } });
        let call = json!({ "to": ALICE.to_string(), "data": data });
        let answer = rpc.call("eth_call", vec![call, json!("latest"), overrides, json!({ "time": time })]).unwrap();
        assert_eq!(answer, json!(expected));
    }
    assert!(rpc.with_chain(|chain| chain.state().changes_since(stage.chain.state()).is_empty()));
}
