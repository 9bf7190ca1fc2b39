//! What is read, and what is refused where.

use super::*;
use crate::host::reverts;
use alloy_primitives::U256;

fn encoded(words: &[u64]) -> Vec<u8> {
    words.iter().flat_map(|word| word::of_small(*word)).collect()
}

/// What a refusal at this offset looks like.
fn refused(offset: u64) -> Option<String> {
    Some(format!("InvalidCalldata {:?}", [word::of_small(offset)]))
}

#[test]
fn a_truncated_word_is_refused_where_it_begins() {
    let bytes = encoded(&[1, 2]);
    let mut calldata = Calldata::new(&bytes[..63]);
    assert_eq!(word::uint(calldata.word()), U256::from(1));
    assert_eq!(reverts(|| *calldata.word()), refused(32));
}

#[test]
fn dirty_bits_above_an_address_are_refused() {
    let mut word = [0; WORD];
    word[12..].fill(0xff);
    assert_eq!(Calldata::new(&word).address().word(), &word);
    word[11] = 1;
    assert_eq!(reverts(|| *Calldata::new(&word).address().word()), refused(0));
}

#[test]
fn a_variant_past_the_last_is_refused() {
    let bytes = encoded(&[1, 2]);
    let mut calldata = Calldata::new(&bytes);
    assert_eq!(calldata.variant(2), 1);
    assert_eq!(reverts(|| calldata.variant(2)), refused(32));
}

#[test]
fn bytes_stop_at_their_length_and_their_padding_is_zero() {
    let mut bytes = encoded(&[3, 0]);
    bytes[32..35].copy_from_slice(&[7, 8, 9]);
    let mut calldata = Calldata::new(&bytes);
    assert_eq!(calldata.bytes(), [7, 8, 9]);
    calldata.end();
    assert_eq!(reverts(|| Calldata::new(&bytes).bytes_up_to(2).len()), refused(0));
    bytes[35] = 1;
    assert_eq!(reverts(|| Calldata::new(&bytes).bytes().len()), refused(35));
}

#[test]
fn a_length_beyond_the_calldata_is_refused() {
    let mut bytes = encoded(&[33, 0]);
    assert_eq!(reverts(|| Calldata::new(&bytes).bytes().len()), refused(0));
    bytes[..32].fill(0xff);
    assert_eq!(reverts(|| Calldata::new(&bytes).bytes().len()), refused(0));
}

#[test]
fn trailing_bytes_are_refused() {
    let bytes = encoded(&[0]);
    let mut calldata = Calldata::new(&bytes);
    assert_eq!(reverts(|| calldata.end()), refused(0));
    calldata.fixed(0);
    calldata.end();
}
