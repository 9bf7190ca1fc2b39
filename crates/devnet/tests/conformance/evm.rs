//! The rules of the EVM that came with ArbOS 50, at both versions, as contracts and programs see them.

use crate::probe::{BLOCK, CALL, CONST, PROGRAM, call, chain, deploy, ink_on, program};
use alloy_primitives::{Address, Bytes, U256, address, hex};
use devnet::{ArbOs, Chain};

const BOTH: [ArbOs; 2] = [ArbOs::V51, ArbOs::V61];
const CONTRACT: Address = address!("00000000000000000000000000000000000c0c0a");
const GAS: u64 = 10_000;
const WARM: u64 = 100;

/// What a contract with this code returns.
fn run(chain: &mut Chain, code: &[u8]) -> Bytes {
    chain.set_code(CONTRACT, code.to_vec().into());
    let receipt = call(chain, CONTRACT, Bytes::new());
    assert!(receipt.success, "{receipt:?}");
    receipt.output
}

#[test]
fn leading_zeros_can_be_counted() {
    for arbos in BOTH {
        // CLZ of fifteen, returned as a word.
        let output = run(&mut chain(arbos), &hex!("600f 1e 5f52 6020 5f f3"));
        assert_eq!(U256::from_be_slice(&output), U256::from(252));
    }
}

/// Ink of a program's call of one of the first precompiles with so many zeros.
fn precompile(arbos: ArbOs, address: u16, length: u64) -> u64 {
    let aim = format!(
        "(i32.store8 (i32.const 18) (i32.const {})) (i32.store8 (i32.const 19) (i32.const {}))",
        address >> 8,
        address & 0xff
    );
    let code = format!(
        "(drop (call $call (i32.const 0) (i32.const 1000) (i32.const {length}) (i32.const 64) (i64.const -1) (i32.const 96)))"
    );
    let around = 6 * CONST + CALL + BLOCK + 9 + 83_193 + 2 * (16_381 + 55 * length.saturating_sub(32));
    let ink = ink_on(&mut chain(arbos), &aim, "", &code) - around;
    assert_eq!(ink % GAS, 0);
    ink / GAS
}

#[test]
fn precompiles_are_warm_and_cost_what_osaka_says() {
    for arbos in BOTH {
        // A hash of two words; input as it is, of three.
        assert_eq!(precompile(arbos, 2, 64), WARM + 60 + 2 * 12);
        assert_eq!(precompile(arbos, 4, 96), WARM + 15 + 3 * 3);
        assert_eq!(precompile(arbos, 1, 128), WARM + 3_000);
        // A power of nothing by nothing, and a signature on the curve P-256.
        assert_eq!(precompile(arbos, 5, 96), WARM + 500);
        assert_eq!(precompile(arbos, 0x100, 160), WARM + 6_900);
    }
}

#[test]
fn a_transaction_may_have_more_gas_than_osakas_cap_and_no_floor_for_its_calldata() {
    for arbos in BOTH {
        let mut chain = chain(arbos);
        chain.set_code(CONTRACT, hex!("00").to_vec().into());
        let from = crate::probe::sender(&chain);
        let tx = devnet::Tx::call(from, CONTRACT, vec![1; 1_000]).gas((1 << 24) + 1);
        let receipt = chain.send(tx).unwrap();
        assert_eq!((receipt.success, receipt.gas_used), (true, 21_000 + 16 * 1_000));
    }
}

#[test]
fn an_account_may_delegate_to_a_program_and_runs_it_as_itself() {
    let borrower = address!("ee00000000000000000000000000000000000000");
    let lender = address!("dd00000000000000000000000000000000000000");
    // Returns its own address.
    let tells = "(call $this (i32.const 0)) (call $write_result (i32.const 0) (i32.const 20)) (i32.const 0)";
    // Calls the account and returns what that returned.
    let asks = "(i32.store8 (i32.const 0) (i32.const 0xee))
        (drop (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i64.const -1) (i32.const 96)))
        (drop (call $read_return_data (i32.const 0) (i32.const 0) (i32.const 20)))
        (call $write_result (i32.const 0) (i32.const 20)) (i32.const 0)";
    for arbos in BOTH {
        let mut chain = chain(arbos);
        deploy(&mut chain, lender, &program("1 1", "", tells));
        deploy(&mut chain, PROGRAM, &program("1 1", "", asks));
        chain.set_code(borrower, [&hex!("ef0100")[..], lender.as_slice()].concat().into());
        assert_eq!(call(&mut chain, lender, Bytes::new()).output, lender.to_vec());
        assert_eq!(call(&mut chain, borrower, Bytes::new()).output, borrower.to_vec());
        assert_eq!(call(&mut chain, PROGRAM, Bytes::new()).output, borrower.to_vec());
        // A contract does the same: CALL, and RETURNDATACOPY.
        let code = [&hex!("5f5f5f5f5f73")[..], borrower.as_slice(), &hex!("5af1 3d5f5f3e 3d5ff3")].concat();
        assert_eq!(run(&mut chain, &code), borrower.to_vec());
    }
}
