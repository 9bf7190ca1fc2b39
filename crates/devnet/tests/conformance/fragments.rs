//! Programs that are too large for one account: deployed in fragments, activated at their root, and called.

use crate::probe::{PROGRAM, call, chain, program, sender};
use alloy_primitives::{Address, Bytes, U256, address};
use devnet::{ArbOs, Chain, Receipt, Tx, arbos::precompiles::ARB_WASM};

/// The most bytes of code in an account.
const MAX_CODE: usize = 24_576;
/// Bytes of a fragment's prefix.
const PREFIX: usize = 3;
/// Gas of reading a fragment: of an account that is cold, or warm, and of each word.
const COLD: u64 = 2_600;
const WARM: u64 = 100;
const WORD: u64 = 3;

/// A program of one page that returns 42, with so many bytes of data that do not compress.
fn wasm(bytes: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let noise: String = (0..bytes)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            format!("\\{:02x}", (state >> 56) as u8)
        })
        .collect();
    let body =
        "(i32.store8 (i32.const 0) (i32.const 42)) (call $write_result (i32.const 0) (i32.const 1)) (i32.const 0)";
    wat::parse_str(program("1 1", &format!("(data (i32.const 1024) \"{noise}\")"), body)).unwrap()
}

/// Deploys code by a transaction.
fn create(chain: &mut Chain, code: &[u8]) -> Receipt {
    chain.send(Tx::create(sender(chain), stylus::code::initcode(code))).unwrap()
}

/// The code of a root.
fn root(length: usize, fragments: &[Address]) -> Bytes {
    let length = u32::try_from(length).unwrap().to_be_bytes();
    let addresses: Vec<u8> = fragments.iter().flat_map(|address| address.to_vec()).collect();
    [&[0xef, 0xf0, 2, 0][..], &length, &addresses].concat().into()
}

/// Deploys the fragments of a module, of so many bytes of the stream each.
fn fragments(chain: &mut Chain, wasm: &[u8], size: usize) -> Vec<Address> {
    let stream = &stylus::code::compress(wasm)[4..];
    let mut deploy = |part: &[u8]| {
        let receipt = create(chain, &[&[0xef, 0xf0, 1][..], part].concat());
        assert!(receipt.success, "{receipt:?}");
        receipt.contract_address.unwrap()
    };
    stream.chunks(size).map(&mut deploy).collect()
}

fn activate(chain: &mut Chain, program: Address) -> Receipt {
    chain.activate(program, sender(chain)).unwrap()
}

#[test]
fn a_large_program_runs_from_its_fragments_as_from_one_piece() {
    let mut chain = chain(ArbOs::V61);
    let wasm = wasm(45_000);
    let parts = fragments(&mut chain, &wasm, MAX_CODE - PREFIX);
    assert_eq!(parts.len(), 2);
    let made = create(&mut chain, &root(wasm.len(), &parts));
    let account = made.contract_address.unwrap();
    assert!(made.success && !call(&mut chain, account, Bytes::new()).success, "it is not activated");
    let fragmented = activate(&mut chain, account);
    assert!(fragmented.success, "{fragmented:?}");
    let ran = call(&mut chain, account, Bytes::new());
    assert_eq!((ran.success, ran.output.as_ref()), (true, &[42][..]));
    // A call needs the fragments no more, and costs what it would without them.
    let whole = address!("0000000000000000000000000000000000c0de01");
    chain.set_code(whole, stylus::code::compress(&wasm).into());
    assert!(activate(&mut chain, whole).success);
    assert_eq!(call(&mut chain, whole, Bytes::new()).gas_used, ran.gas_used);
    assert_eq!(chain.send(Tx::call(sender(&chain), parts[0], Bytes::new()).gas(90_000)).unwrap().gas_used, 90_000);
}

#[test]
fn reading_fragments_is_paid_for_at_the_activation() {
    let wasm = wasm(5_000);
    let stream = stylus::code::compress(&wasm).len() - 4;
    let [whole, joined] = ["00c0de01", "00c0de02"].map(|end| format!("{end:0>40}").parse::<Address>().unwrap());
    for size in [2_000, 1_000 + stream / 4] {
        let mut chain = chain(ArbOs::V61);
        let parts = fragments(&mut chain, &wasm, size);
        chain.set_code(whole, stylus::code::compress(&wasm).into());
        chain.set_code(joined, root(wasm.len(), &parts));
        let words: u64 = parts.iter().map(|part| (chain.state().code(*part).len() as u64).div_ceil(32)).sum();
        let reading = COLD * parts.len() as u64 + WORD * words;
        let [whole, joined] = [whole, joined].map(|account| activate(&mut chain, account));
        assert!(whole.success && joined.success, "{joined:?}");
        assert_eq!(joined.gas_used - whole.gas_used, reading, "{} fragments", parts.len());
    }
}

#[test]
fn a_fragment_that_is_warm_is_cheaper_to_read() {
    let wasm = wasm(100);
    let mut gas = [0; 2];
    for (index, warm) in [false, true].into_iter().enumerate() {
        let mut chain = chain(ArbOs::V61);
        let parts = fragments(&mut chain, &wasm, MAX_CODE - PREFIX);
        chain.set_code(PROGRAM, root(wasm.len(), &parts));
        // activateProgram(address)
        let input = [&[0x58, 0xc7, 0x80, 0xc2][..], PROGRAM.into_word().as_slice()].concat();
        let ether = U256::from(10).pow(U256::from(18));
        let mut tx = Tx::call(sender(&chain), ARB_WASM, input).value(ether);
        // The list costs 2,400 an account.
        let other = address!("00000000000000000000000000000000000000ab");
        let listed = if warm { parts[0] } else { other };
        tx.tx_type = 1;
        tx.access_list.0.push(alloy::eips::eip2930::AccessListItem { address: listed, storage_keys: Vec::new() });
        let receipt = chain.send(tx).unwrap();
        assert!(receipt.success, "{receipt:?}");
        gas[index] = receipt.gas_used;
    }
    assert_eq!(gas[0] - gas[1], COLD - WARM);
}

#[test]
fn at_most_four_fragments_make_a_program() {
    let wasm = wasm(5_000);
    let stream = stylus::code::compress(&wasm).len() - 4;
    for (count, success) in [(1, true), (4, true), (5, false)] {
        let mut chain = chain(ArbOs::V61);
        let parts = fragments(&mut chain, &wasm, stream.div_ceil(count));
        assert_eq!(parts.len(), count);
        chain.set_code(PROGRAM, root(wasm.len(), &parts));
        assert_eq!(activate(&mut chain, PROGRAM).success, success, "{count}");
        assert_eq!(call(&mut chain, PROGRAM, Bytes::new()).success, success, "{count}");
    }
}

#[test]
fn roots_that_do_not_add_up_are_not_activated() {
    let wasm = wasm(5_000);
    let mut chain = chain(ArbOs::V61);
    let parts = fragments(&mut chain, &wasm, 2_000);
    let whole = address!("0000000000000000000000000000000000c0de01");
    chain.set_code(whole, stylus::code::compress(&wasm).into());
    let swapped: Vec<Address> = parts.iter().rev().copied().collect();
    for code in [
        root(wasm.len(), &[]),
        root(wasm.len(), &parts[..1]),
        root(wasm.len(), &swapped),
        root(wasm.len() + 1, &parts),
        root(wasm.len() - 1, &parts),
        root(256 * 1_024 + 1, &parts),
        root(wasm.len(), &[whole]),
        root(wasm.len(), &[address!("00000000000000000000000000000000000000ab")]),
        // A fragment itself.
        chain.state().code(parts[0]),
    ] {
        chain.set_code(PROGRAM, code.clone());
        assert!(!activate(&mut chain, PROGRAM).success, "{code}");
    }
    chain.set_code(PROGRAM, root(wasm.len(), &parts));
    assert!(activate(&mut chain, PROGRAM).success);
}

#[test]
fn fragments_are_nothing_before_version_60() {
    let mut chain = chain(ArbOs::V51);
    let wasm = wasm(100);
    for code in [&[0xef, 0xf0, 1, 7][..], &root(wasm.len(), &[PROGRAM])] {
        assert!(!create(&mut chain, code).success);
    }
    assert!(create(&mut chain, &stylus::code::compress(&wasm)).success);
}
