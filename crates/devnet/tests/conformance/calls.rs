//! Calls that programs make: what each kind costs, how much gas goes along, and what comes back.

use crate::probe::{BLOCK, CALL, CONST, LOCAL_SET, PROGRAM, call, chain, chain_with, deploy, ink_on, program, sender};
use alloy_primitives::{Address, Bytes, U256, address, hex};
use devnet::{ArbOs, Chain, Tx};

const GAS: u64 = 10_000;
const DROP: u64 = 9;
/// Ink of asking for a call, without data.
const ASK: u64 = 83_193 + 2 * 16_381;
/// Gas of touching an account for the first time, and again; and of sending value.
const COLD: u64 = 2_600;
const WARM: u64 = 100;
const VALUE: u64 = 9_000;
const STIPEND: u64 = 2_300;
/// Whom the programs here call. Its first byte is all that they must write.
const CALLEE: Address = address!("ee00000000000000000000000000000000000000");
const AIM: &str = "(i32.store8 (i32.const 0) (i32.const 0xee))";
/// A wei, where the value is read from.
const WEI: &str = "(i32.store8 (i32.const 95) (i32.const 1))";

/// A call of one of the three kinds, without data.
fn ask(kind: &str, gas: i64) -> String {
    let value = if kind == "call" { "(i32.const 64)" } else { "" };
    format!("(call ${kind} (i32.const 0) (i32.const 0) (i32.const 0) {value} (i64.const {gas}) (i32.const 96))")
}

/// What a call costs beside the gas that the chain asks for: its arguments, and the drop of its status.
fn around(kind: &str) -> u64 {
    let arguments = if kind == "call" { 6 } else { 5 };
    arguments * CONST + CALL + BLOCK + DROP + ASK
}

/// Ink of a call whose status is dropped.
fn dropped(chain: &mut Chain, before: &str, kind: &str, gas: i64) -> u64 {
    ink_on(chain, &format!("{AIM} {before}"), "", &format!("(drop {})", ask(kind, gas)))
}

/// What a program returns that calls the callee once after what stands before, and returns its answer.
fn relayed(chain: &mut Chain, before: &str, kind: &str, gas: i64) -> Bytes {
    let body = format!(
        "{AIM} {before} (i32.store8 (i32.const 200) {}) (drop (call $read_return_data (i32.const 201) (i32.const 0) (i32.const 1000)))
         (call $write_result (i32.const 200) (i32.add (i32.const 1) (call $return_data_size))) (i32.const 0)",
        ask(kind, gas)
    );
    deploy(chain, PROGRAM, &program("1 1", "", &body));
    chain.set_balance(PROGRAM, U256::from(9));
    let receipt = call(chain, PROGRAM, Bytes::new());
    assert!(receipt.success, "{receipt:?}");
    receipt.output
}

#[test]
fn every_kind_pays_for_touching_the_callee_and_for_what_it_used() {
    for kind in ["call", "delegate", "static"] {
        // STOP, and five JUMPDESTs before it, of a gas each.
        for (code, used) in [(&hex!("00")[..], 0), (&hex!("5b5b5b5b5b00"), 5)] {
            let price = |touch: u64| around(kind) + (touch + used) * GAS;
            assert_eq!(dropped(&mut chain_with(CALLEE, code), "", kind, -1), price(COLD), "{kind}");
            let before = format!("(drop {})", ask(kind, -1));
            assert_eq!(dropped(&mut chain_with(CALLEE, code), &before, kind, -1), price(WARM), "{kind}");
        }
    }
}

#[test]
fn data_is_paid_for_twice_beyond_its_first_word() {
    for kind in ["call", "delegate", "static"] {
        let code = ask(kind, -1).replacen(
            "(i32.const 0) (i32.const 0) (i32.const 0)",
            "(i32.const 0) (i32.const 0) (i32.const 132)",
            1,
        );
        let ink = ink_on(&mut chain_with(CALLEE, &[0]), AIM, "", &format!("(drop {code})"));
        assert_eq!(ink, around(kind) + 2 * 55 * 100 + COLD * GAS, "{kind}");
    }
}

#[test]
fn value_costs_and_its_stipend_is_free_but_not_given_away() {
    let base = COLD + VALUE;
    for (requested, code, gas) in [
        // All of the stipend comes back, and lowers the price to the base, but not below it.
        (-1, &hex!("00")[..], base),
        (0, &hex!("00"), base),
        // Of the stipend five were used.
        (0, &hex!("5b5b5b5b5b00"), base + 5),
        // INVALID takes what was sent, and the stipend with it.
        (1_000, &hex!("fe"), base + 1_000 + STIPEND),
        (0, &hex!("fe"), base + STIPEND),
    ] {
        let ink = dropped(&mut chain_with(CALLEE, code), WEI, "call", requested);
        assert_eq!(ink, around("call") + gas * GAS, "{requested} {}", hex::encode(code));
    }
    // Somebody who is not there costs more.
    let ink = dropped(&mut chain(ArbOs::V61), WEI, "call", -1);
    assert_eq!(ink, around("call") + (base + 25_000) * GAS);
}

#[test]
fn value_that_is_not_there_fails_and_gives_the_gas_back() {
    let ten = "(i32.store8 (i32.const 95) (i32.const 10))";
    let ink = dropped(&mut chain_with(CALLEE, &[0]), ten, "call", -1);
    assert_eq!(ink, around("call") + (COLD + VALUE) * GAS);
    assert_eq!(relayed(&mut chain_with(CALLEE, &[0]), ten, "call", -1).as_ref(), [2]);
    let mut chain = chain_with(CALLEE, &[0]);
    assert_eq!(relayed(&mut chain, WEI, "call", -1).as_ref(), [0]);
    assert_eq!([PROGRAM, CALLEE].map(|account| chain.state().balance(account)), [8, 1].map(U256::from));
}

#[test]
fn a_callee_without_gas_fails_for_the_price_of_touching_it() {
    for kind in ["call", "delegate", "static"] {
        let mut chain = chain_with(CALLEE, &hex!("5b00"));
        assert_eq!(dropped(&mut chain, "", kind, 0), around(kind) + COLD * GAS, "{kind}");
        assert_eq!(relayed(&mut chain_with(CALLEE, &hex!("5b00")), "", kind, 0).as_ref(), [2], "{kind}");
    }
}

/// Returns the gas that it has, of which it has then used two.
const TELLS_GAS: [u8; 8] = hex!("5a5f5260205ff300");

/// The ink that a program has left just before a call, and the gas that its callee finds.
fn sent(kind: &str, requested: i64, gas: u64) -> (u64, u64) {
    let body = format!(
        "{AIM} (local.set $a (call $ink)) (drop {}) (i64.store (i32.const 200) (local.get $a))
         (drop (call $read_return_data (i32.const 208) (i32.const 24) (i32.const 8)))
         (call $write_result (i32.const 200) (i32.const 16)) (i32.const 0)",
        ask(kind, requested)
    );
    let mut chain = chain_with(CALLEE, &TELLS_GAS);
    deploy(&mut chain, PROGRAM, &program("1 1", "", &body));
    let receipt = chain.send(Tx::call(sender(&chain), PROGRAM, Bytes::new()).gas(gas)).unwrap();
    assert!(receipt.success, "{receipt:?}");
    let (ink, found) = receipt.output.split_at(8);
    let arguments = if kind == "call" { 6 } else { 5 };
    let left = u64::from_le_bytes(ink.try_into().unwrap()) - (BLOCK + LOCAL_SET + arguments * CONST + CALL + ASK);
    (left, u64::from_be_bytes(found.try_into().unwrap()) + 2)
}

#[test]
fn at_most_63_of_64_parts_of_what_is_left_after_the_base_go_along() {
    for kind in ["call", "delegate", "static"] {
        // Rounded down, in Nitro's order: unless what is left is a multiple of 64, the EVM would send one more.
        for gas in 300_000..300_003 {
            let available = |ink: u64| (ink / GAS - COLD) * 63 / 64;
            // Asking for more than there is, is asking for all; for less, that is given.
            for (requested, all) in [(-1, true), (1 << 40, true), (295_000, true), (5_000, false)] {
                let (ink, found) = sent(kind, requested, gas);
                let expected = if all { available(ink) } else { requested.cast_unsigned() };
                assert_eq!(found, expected, "{kind} {requested} of {gas}");
            }
        }
    }
}

#[test]
fn each_kind_shows_the_callee_its_own_caller_value_and_account() {
    // CALLER, CALLVALUE and ADDRESS, a word each.
    let code = hex!("335f52346020523060405260605ff3");
    let word = |address: Address| address.into_word();
    let wei = |wei: u64| alloy_primitives::B256::from(U256::from(wei));
    for (kind, words) in [
        ("call", |_: Address| (PROGRAM, 1, CALLEE)),
        ("static", |_| (PROGRAM, 0, CALLEE)),
        ("delegate", |sender| (sender, 3, PROGRAM)),
    ] as [(&str, fn(Address) -> (Address, u64, Address)); 3]
    {
        let mut chain = chain_with(CALLEE, &code);
        relayed(&mut chain, WEI, kind, -1);
        let from = sender(&chain);
        let receipt = chain.send(Tx::call(from, PROGRAM, Bytes::new()).value(U256::from(3))).unwrap();
        let (caller, value, this) = words(from);
        let expected = [&[0][..], word(caller).as_slice(), wei(value).as_slice(), word(this).as_slice()].concat();
        assert_eq!(receipt.output, expected, "{kind}");
    }
}

#[test]
fn what_comes_back_can_be_read_in_parts_also_of_a_revert() {
    // Returns or reverts with the bytes 1 to 40 in two words.
    let data: Vec<u8> = (1..=40).collect();
    for (end, status) in [(0xf3, 0), (0xfd, 2)] {
        let code =
            [&[0x7f][..], &data[..32], &hex!("5f527f"), &data[32..], &[0; 24], &hex!("60205260285f"), &[end]].concat();
        let output = relayed(&mut chain_with(CALLEE, &code), "", "call", -1);
        assert_eq!(output.as_ref(), [&[status], &data[..]].concat());
        let read = |offset: u32, size: u32| {
            format!("(call $read_return_data (i32.const 0) (i32.const {offset}) (i32.const {size}))")
        };
        for (offset, size, copied) in [(0, 40, 40), (30, 40, 10), (0, 33, 33), (40, 9, 0), (90, 9, 0)] {
            let before = format!("{AIM} (drop {})", ask("call", -1));
            let mut chain = chain_with(CALLEE, &code);
            let ink = ink_on(&mut chain, &before, "", &format!("(drop {})", read(offset, size)));
            let price = 68_073 + 5_040 + 30 * u64::from(u32::saturating_sub(copied, 32));
            assert_eq!(ink, 3 * CONST + CALL + BLOCK + DROP + price, "{offset} {size}");
        }
    }
}

#[test]
fn reading_nothing_writes_nowhere() {
    let read = "(drop (call $read_return_data (i32.const -1) (i32.const 0) (i32.const 9)))";
    let mut chain = chain(ArbOs::V61);
    deploy(&mut chain, PROGRAM, &program("1 1", "", &format!("{read} (i32.const 0)")));
    assert!(call(&mut chain, PROGRAM, Bytes::new()).success);
}

/// An account that borrows another's code.
fn delegates(to: Address) -> Vec<u8> {
    [&hex!("ef0100")[..], to.as_slice()].concat()
}

#[test]
fn an_account_that_borrows_code_costs_no_more_and_its_lender_stays_cold() {
    let lender = address!("dd00000000000000000000000000000000000000");
    let mut chain = chain_with(CALLEE, &delegates(lender));
    // Returns its own address.
    chain.set_code(lender, hex!("305f5260205ff3").to_vec().into());
    // Seven operators, and a word of memory.
    let used = 2 + 2 + 3 + 3 + 3 + 2;
    assert_eq!(dropped(&mut chain, "", "call", -1), around("call") + (COLD + used) * GAS);
    assert_eq!(relayed(&mut chain, "", "call", -1)[1..], *CALLEE.into_word());
    let before = format!("{AIM} (drop {}) (i32.store8 (i32.const 0) (i32.const 0xdd))", ask("call", -1));
    let ink = ink_on(&mut chain, &before, "", &format!("(drop {})", ask("call", -1)));
    assert_eq!(ink, around("call") + (COLD + used) * GAS);
}

#[test]
fn a_precompile_has_no_code_to_lend() {
    // The one that returns its input.
    let identity = address!("0000000000000000000000000000000000000004");
    let with_word = |chain: &mut Chain, target: Address| {
        let aim: String = target
            .iter()
            .enumerate()
            .map(|(at, byte)| format!("(i32.store8 (i32.const {at}) (i32.const {byte}))"))
            .collect();
        let body = format!(
            "{aim} (i32.store8 (i32.const 99) (call $call (i32.const 0) (i32.const 0) (i32.const 32) (i32.const 64) (i64.const -1) (i32.const 100)))
             (call $write_result (i32.const 99) (i32.const 2)) (i32.const 0)"
        );
        deploy(chain, PROGRAM, &program("1 1", "", &body));
        call(chain, PROGRAM, Bytes::new()).output.to_vec()
    };
    let mut chain = chain_with(CALLEE, &delegates(identity));
    assert_eq!(with_word(&mut chain, identity), [0, 32]);
    assert_eq!(with_word(&mut chain, CALLEE), [0, 0]);
}
