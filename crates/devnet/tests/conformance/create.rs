//! Contracts that programs create: their price, their address, and what is told of those that fail.

use crate::probe::{
    BLOCK, CALL, CONST, LOCAL_SET, PROGRAM, call, chain, deploy, ink_on, measured, measuring, program, sender,
};
use alloy_primitives::{Address, B256, Bytes, U256, hex};
use devnet::{ArbOs, Chain, Receipt, Tx};

const GAS: u64 = 10_000;
/// Gas of a creation, and of each byte of the new code.
const CREATE: u64 = 32_000;
const BYTE: u64 = 200;
/// Where the initcode is; the value is at 0, the salt at 32, and the address is put at 100, the length at 120.
const INITCODE: u32 = 200;

/// A data segment with the initcode.
fn data(initcode: &[u8]) -> String {
    let bytes: String = initcode.iter().map(|byte| format!("\\{byte:02x}")).collect();
    format!("(data (i32.const {INITCODE}) \"{bytes}\")")
}

/// A creation of one of the two kinds.
fn create(salted: bool, length: usize) -> String {
    let (name, salt) = if salted { ("create2", "(i32.const 32)") } else { ("create1", "") };
    format!(
        "(call ${name} (i32.const {INITCODE}) (i32.const {length}) (i32.const 0) {salt} (i32.const 100) (i32.const 120))"
    )
}

/// What a creation costs beside the gas that the chain asks for.
fn around(salted: bool, length: u64) -> u64 {
    let (base, arguments) = if salted { (88_233, 6) } else { (83_193, 5) };
    arguments * CONST + CALL + BLOCK + base + 2 * (16_381 + 55 * length.saturating_sub(32))
}

/// Returns the address that was made, the length of what was returned, and the data.
const TELL: &str = "(drop (call $read_return_data (i32.const 124) (i32.const 0) (i32.const 40)))
    (call $write_result (i32.const 100) (i32.add (i32.const 24) (call $return_data_size))) (i32.const 0)";

/// Runs a program that creates a contract after what stands before.
fn made(chain: &mut Chain, salted: bool, before: &str, initcode: &[u8]) -> Receipt {
    let body = format!("{before} {} {TELL}", create(salted, initcode.len()));
    deploy(chain, PROGRAM, &program("1 1", &data(initcode), &body));
    chain.set_balance(PROGRAM, U256::from(9));
    call(chain, PROGRAM, Bytes::new())
}

/// Returns the three bytes of the rest: six operators of three gas each but for the one of two, and memory of three.
const MAKES_THREE: [u8; 12] = hex!("62010203 5f52 6003 601d f300");
const MAKING: u64 = 3 + 2 + 3 + 3 + 3 + 3;

#[test]
fn a_creation_costs_its_run_its_code_and_the_hash_of_a_salted_address() {
    let length = MAKES_THREE.len();
    for (salted, hashing) in [(false, 0), (true, 6)] {
        let ink = ink_on(&mut chain(ArbOs::V61), "", &data(&MAKES_THREE), &create(salted, length));
        let gas = CREATE + hashing + MAKING + 3 * BYTE;
        assert_eq!(ink, around(salted, length as u64) + gas * GAS, "salted: {salted}");
    }
    // A hundred bytes that do nothing: four words, and nothing for initcode as such, unlike in the EVM.
    for (salted, hashing) in [(false, 0), (true, 4 * 6)] {
        let ink = ink_on(&mut chain(ArbOs::V61), "", &data(&[0; 100]), &create(salted, 100));
        assert_eq!(ink, around(salted, 100) + (CREATE + hashing) * GAS, "salted: {salted}");
    }
}

#[test]
fn the_address_depends_on_the_nonce_or_on_the_salt() {
    let salt = "(i32.store8 (i32.const 63) (i32.const 7))";
    for nonce in [1, 200] {
        let mut chain = chain(ArbOs::V61);
        chain.set_nonce(PROGRAM, nonce);
        let receipt = made(&mut chain, false, "", &MAKES_THREE);
        let made_at = PROGRAM.create(nonce);
        assert_eq!(receipt.output, [made_at.as_slice(), &[0; 4]].concat(), "{receipt:?}");
        assert_eq!(chain.state().code(made_at).as_ref(), [1, 2, 3]);
        assert_eq!(chain.state().nonce(PROGRAM), nonce + 1);
        let receipt = made(&mut chain, true, salt, &MAKES_THREE);
        let made_at = PROGRAM.create2_from_code(B256::with_last_byte(7), MAKES_THREE);
        assert_eq!(receipt.output, [made_at.as_slice(), &[0; 4]].concat(), "{receipt:?}");
        assert_eq!((chain.state().code(made_at).len(), chain.state().nonce(made_at)), (3, 1));
    }
}

#[test]
fn value_goes_to_the_new_contract_or_nothing_is_made() {
    let wei = |wei: u64| format!("(i32.store8 (i32.const 31) (i32.const {wei}))");
    for salted in [false, true] {
        let mut chain = chain(ArbOs::V61);
        let receipt = made(&mut chain, salted, &wei(4), &MAKES_THREE);
        let made_at = Address::from_slice(&receipt.output[..20]);
        assert_eq!([PROGRAM, made_at].map(|account| chain.state().balance(account)), [5, 4].map(U256::from));
        // More than it has: nothing runs, and all gas that was sent comes back.
        let before = format!("{} (i32.store8 (i32.const 32) (i32.const 1))", wei(10));
        let ink = ink_on(&mut chain, &before, &data(&MAKES_THREE), &create(salted, MAKES_THREE.len()));
        let hashing = if salted { 6 } else { 0 };
        assert_eq!(ink, around(salted, MAKES_THREE.len() as u64) + (CREATE + hashing) * GAS);
        assert_eq!(made(&mut chain, salted, &before, &MAKES_THREE).output.as_ref(), [0; 24]);
    }
}

#[test]
fn the_address_is_written_after_the_length() {
    let code = create(false, MAKES_THREE.len()).replace("(i32.const 120)", "(i32.const 100)");
    let mut chain = chain(ArbOs::V61);
    deploy(&mut chain, PROGRAM, &program("1 1", &data(&MAKES_THREE), &format!("{code} {TELL}")));
    assert_eq!(call(&mut chain, PROGRAM, Bytes::new()).output[..20], *PROGRAM.create(0).as_slice());
}

#[test]
fn a_revert_gives_its_data_and_the_gas_left_and_no_address() {
    // As above, but REVERT in place of RETURN.
    let reverts = hex!("62010203 5f52 6003 601d fd00");
    for salted in [false, true] {
        let mut chain = chain(ArbOs::V61);
        let ink = ink_on(&mut chain, "", &data(&reverts), &create(salted, reverts.len()));
        let hashing = if salted { 6 } else { 0 };
        assert_eq!(ink, around(salted, reverts.len() as u64) + (CREATE + hashing + MAKING) * GAS);
        let receipt = made(&mut chain, salted, "", &reverts);
        assert_eq!(receipt.output, [&[0; 20][..], &[3, 0, 0, 0, 1, 2, 3]].concat());
    }
}

#[test]
fn a_success_or_another_failure_forgets_data_that_came_back_before() {
    let reverts = hex!("62010203 5f52 6003 601d fd00");
    for (after, success) in [(0xf3_u8, true), (0xfe, false)] {
        let mut chain = chain(ArbOs::V61);
        // Then the last operator of the initcode is another one.
        let patch =
            format!("{} (i32.store8 (i32.const {}) (i32.const {after}))", create(false, reverts.len()), INITCODE + 10);
        let receipt = made(&mut chain, false, &patch, &reverts);
        assert!(receipt.success, "{receipt:?}");
        assert_eq!(receipt.output[20..], [0; 4]);
        assert_eq!(receipt.output[..20] != [0; 20], success);
    }
}

#[test]
fn all_but_a_64th_goes_along_rounded_as_in_the_evm() {
    // Reverts with the gas that it has, of which it has used two.
    let tells_gas = hex!("5a 5f52 6020 5f fd");
    let body = format!(
        "(local.set $a (call $ink)) {} (i64.store (i32.const 300) (local.get $a))
         (drop (call $read_return_data (i32.const 308) (i32.const 24) (i32.const 8)))
         (call $write_result (i32.const 300) (i32.const 16)) (i32.const 0)",
        create(false, tells_gas.len())
    );
    for gas in 300_000..300_003 {
        let mut chain = chain(ArbOs::V61);
        deploy(&mut chain, PROGRAM, &program("1 1", &data(&tells_gas), &body));
        let receipt = chain.send(Tx::call(sender(&chain), PROGRAM, Bytes::new()).gas(gas)).unwrap();
        let (ink, found) = receipt.output.split_at(8);
        let ink = u64::from_le_bytes(ink.try_into().unwrap()) - LOCAL_SET - around(false, tells_gas.len() as u64);
        let left = ink / GAS - CREATE;
        assert_eq!(u64::from_be_bytes(found.try_into().unwrap()) + 2, left - left / 64, "{gas}");
    }
}

#[test]
fn a_halt_takes_what_went_along() {
    let body = measuring("", &create(false, 1));
    let mut chain = chain(ArbOs::V61);
    deploy(&mut chain, PROGRAM, &program("1 1", &data(&[0xfe]), &body));
    let receipt = call(&mut chain, PROGRAM, Bytes::new());
    let taken = measured(&receipt.output);
    // Of twenty million, all but a 64th and what was used before.
    assert!(receipt.success && taken > 19_600_000 * GAS && taken < 19_690_000 * GAS, "{taken} {receipt:?}");
    // Three parts in ten thousand of gas are left, for which the remainder of the program is done.
    assert!(receipt.gas_used > 19_680_000 && receipt.gas_used < 19_700_000, "{receipt:?}");
}

#[test]
fn too_little_gas_for_a_creation_ends_the_program_and_keeps_the_gas() {
    for salted in [false, true] {
        let mut chain = chain(ArbOs::V61);
        made(&mut chain, salted, "(call $write_result (i32.const 0) (i32.const 9))", &MAKES_THREE);
        let tx = Tx::call(sender(&chain), PROGRAM, Bytes::new()).gas(60_000);
        let receipt = chain.send(tx).unwrap();
        assert!(!receipt.success && receipt.output.is_empty() && receipt.gas_used < 32_000, "{receipt:?}");
    }
}

#[test]
fn a_program_deploys_a_program_and_no_other_code_that_begins_with_ef() {
    let answers = program(
        "1 1",
        "",
        "(i32.store8 (i32.const 0) (i32.const 42)) (call $write_result (i32.const 0) (i32.const 1)) (i32.const 0)",
    );
    let code = stylus::code::compress(&wat::parse_str(answers).unwrap());
    for salted in [false, true] {
        let mut chain = chain(ArbOs::V61);
        let receipt = made(&mut chain, salted, "", &stylus::code::initcode(&code));
        let made_at = Address::from_slice(&receipt.output[..20]);
        assert_eq!(chain.state().code(made_at), code, "{receipt:?}");
        // Nobody has activated it: a call fails.
        assert!(!call(&mut chain, made_at, Bytes::new()).success);
        assert!(chain.activate(made_at, sender(&chain)).unwrap().success);
        assert_eq!(call(&mut chain, made_at, Bytes::new()).output.as_ref(), [42]);
        let other = stylus::code::initcode(&hex!("ef010001"));
        let receipt = made(&mut chain, salted, "(i32.store8 (i32.const 32) (i32.const 1))", &other);
        assert_eq!((receipt.success, receipt.output.as_ref()), (true, &[0; 24][..]));
    }
}

#[test]
fn an_occupied_address_takes_the_gas_and_nothing_else() {
    let mut chain = chain(ArbOs::V61);
    let occupied = PROGRAM.create2_from_code(B256::ZERO, MAKES_THREE);
    chain.set_code(occupied, Bytes::from_static(&[0]));
    let receipt = made(&mut chain, true, "", &MAKES_THREE);
    assert_eq!((receipt.success, receipt.output.as_ref()), (true, &[0; 24][..]));
    assert!(receipt.gas_used > 19_600_000, "{receipt:?}");
    assert_eq!(chain.state().code(occupied).as_ref(), [0]);
}
