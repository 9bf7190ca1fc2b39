//! Multicall3, as providers use it: many questions, one call.

use crate::{ALICE, chain};
use alloy::providers::{CallItem, Failure, Provider};
use alloy_primitives::{B256, U256};
use alloy_sol_types::{SolCall, sol};
use devnet::{ArbOs, Tx, arbos::precompiles::ARB_WASM, provider::provider, rpc::Rpc};
use protocols::{
    deployer::ask,
    permit2::PERMIT2,
    preinstalls::{MULTICALL3, STYLUS_DEPLOYER},
};

sol! {
    function DOMAIN_SEPARATOR() external view returns (bytes32);
    function stylusVersion() external view returns (uint16 version);
    struct Call {
        address target;
        bytes callData;
    }
    function aggregate(Call[] calls) external payable returns (uint256 blockNumber, bytes[] returnData);
}

fn separator() -> CallItem<DOMAIN_SEPARATORCall> {
    CallItem::new(PERMIT2, DOMAIN_SEPARATORCall {}.abi_encode().into())
}

#[tokio::test]
async fn a_provider_asks_several_contracts_in_one_call() {
    let (chain, _) = chain(ArbOs::V61);
    let balance = chain.state().balance(ALICE);
    let (time, domain) = (chain.timestamp(), ask(&chain, PERMIT2, DOMAIN_SEPARATORCall {}));
    let provider = provider(&Rpc::new(chain));
    let asked = provider.multicall().get_eth_balance(ALICE).get_chain_id().get_current_block_timestamp();
    let answers = asked.add_call(separator()).aggregate().await.unwrap();
    assert_ne!(domain, B256::ZERO);
    assert_eq!(answers, (balance, U256::from(412_346), U256::from(time), domain));
}

#[tokio::test]
async fn a_call_that_may_fail_leaves_the_others_their_answers() {
    let (chain, _) = chain(ArbOs::V61);
    let provider = provider(&Rpc::new(chain));
    let refused =
        || CallItem::<DOMAIN_SEPARATORCall>::new(STYLUS_DEPLOYER, DOMAIN_SEPARATORCall {}.abi_encode().into());
    let asked = provider.multicall().add_call(refused().allow_failure(true)).add_call(separator());
    let (failed, answered) = asked.aggregate3().await.unwrap();
    assert!(matches!(failed, Err(Failure { idx: 0, .. })), "{failed:?}");
    assert_ne!(answered.unwrap(), B256::ZERO);
    assert!(provider.multicall().add_call(separator()).add_call(refused()).aggregate().await.is_err());
}

#[test]
fn its_block_number_is_the_parent_chains_as_on_any_arbitrum_chain_and_precompiles_answer_it() {
    for arbos in [ArbOs::V51, ArbOs::V61] {
        let (mut chain, _) = chain(arbos);
        let calls = vec![Call { target: ARB_WASM, callData: stylusVersionCall {}.abi_encode().into() }];
        let expected = chain.latest().l1_block_number;
        assert_ne!(expected, chain.block_number());
        let answer = ask(&chain, MULTICALL3, aggregateCall { calls: calls.clone() });
        assert_eq!(answer.blockNumber, U256::from(expected));
        let version = stylusVersionCall::abi_decode_returns(&answer.returnData[0]).unwrap();
        assert_eq!(version, if arbos == ArbOs::V51 { 2 } else { 3 });
        assert!(chain.send(Tx::call(ALICE, MULTICALL3, aggregateCall { calls }.abi_encode())).unwrap().success);
    }
}
