//! StylusDeployer deploys, activates and initialises in one transaction.

use crate::{ALICE, chain, program};
use alloy_primitives::{Address, B256, U256, keccak256, uint, utils::Unit};
use alloy_sol_types::{SolCall, SolError, SolEvent, sol};
use devnet::{ArbOs, Chain, Receipt, Tx};
use protocols::preinstalls::STYLUS_DEPLOYER;
use stylus::code;

sol! {
    function deploy(bytes bytecode, bytes initData, uint256 initValue, bytes32 salt) external payable returns (address);
    event ContractDeployed(address deployedContract);
    error ContractInitializationError(address newContract, bytes data);
}

/// The number given to the constructor.
const NUMBER: U256 = uint!(42_U256);
/// Wei sent along for activation, which takes less; the rest comes back.
const FEE: U256 = Unit::ETHER.wei_const();

/// Deploys the program with a constructor that gets a number and some wei.
fn deploy(chain: &mut Chain, number: U256, value: U256, salt: B256) -> Receipt {
    let call = deployCall {
        bytecode: code::initcode(&code::compress(&program::wasm())).into(),
        initData: program::constructor(number).into(),
        initValue: value,
        salt,
    };
    chain.send(Tx::call(ALICE, STYLUS_DEPLOYER, call.abi_encode()).value(FEE + value)).unwrap()
}

/// Where the log says that the program is.
fn deployed(receipt: &Receipt) -> Address {
    assert!(receipt.success, "{receipt:?}");
    let logs: Vec<_> = receipt.logs.iter().filter(|log| log.address == STYLUS_DEPLOYER).collect();
    assert_eq!(logs.len(), 1, "{logs:?}");
    ContractDeployed::decode_log(logs[0]).unwrap().deployedContract
}

#[test]
fn the_constructor_runs_with_its_wei_and_the_rest_comes_back() {
    for arbos in [ArbOs::V51, ArbOs::V61] {
        let (mut chain, _) = chain(arbos);
        let before = chain.state().balance(ALICE);
        let value = U256::from(7);
        let program = deployed(&deploy(&mut chain, NUMBER, value, B256::ZERO));
        assert_eq!(program::number(&chain, program), NUMBER);
        assert_eq!(chain.state().balance(program), value);
        assert_eq!(chain.state().balance(STYLUS_DEPLOYER), U256::ZERO);
        let spent = before - chain.state().balance(ALICE);
        assert!(spent > value && spent < FEE / U256::from(10), "{spent}");
    }
}

#[test]
fn the_same_code_is_deployed_again_without_another_activation() {
    let (mut chain, _) = chain(ArbOs::V61);
    let first = deploy(&mut chain, NUMBER, U256::ZERO, B256::ZERO);
    let again = deploy(&mut chain, U256::from(43), U256::ZERO, B256::ZERO);
    assert_ne!(deployed(&first), deployed(&again));
    assert_eq!(program::number(&chain, deployed(&again)), U256::from(43));
    assert!(again.logs.len() < first.logs.len(), "{again:?}");
}

#[test]
fn a_salt_fixes_the_address_together_with_what_the_constructor_gets() {
    let salt = B256::repeat_byte(7);
    for number in [NUMBER, U256::from(43)] {
        let (mut chain, _) = chain(ArbOs::V61);
        let receipt = deploy(&mut chain, number, U256::ZERO, salt);
        let salt = keccak256([salt.as_slice(), &program::constructor(number)].concat());
        let code = code::initcode(&code::compress(&program::wasm()));
        assert_eq!(deployed(&receipt), STYLUS_DEPLOYER.create2_from_code(salt, code));
        assert!(!deploy(&mut chain, number, U256::ZERO, B256::repeat_byte(7)).success, "the address is taken");
    }
}

#[test]
fn a_constructor_that_refuses_leaves_nothing_behind() {
    let (mut chain, _) = chain(ArbOs::V61);
    let receipt = deploy(&mut chain, program::REFUSED, U256::ZERO, B256::ZERO);
    assert!(!receipt.success);
    let error = ContractInitializationError::abi_decode(&receipt.output).unwrap();
    assert_eq!(error.data[..], *program::REFUSAL.as_bytes());
    assert!(chain.state().code(error.newContract).is_empty());
}
