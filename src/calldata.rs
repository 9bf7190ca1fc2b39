//! Decode or reject: calldata is read word by word, and whatever is not the canonical encoding is refused.

use crate::{
    error::Error,
    word::{self, WORD},
};
use alloy_primitives::{Address, U256};

/// The word at `offset` bytes after the selector is not what it should be, or is not there.
#[cold]
#[inline(never)]
pub(crate) fn malformed(offset: usize) -> ! {
    Error::InvalidCalldata { offset: &offset }.revert()
}

/// What is left to read of the arguments.
#[derive(Clone, Copy)]
pub(crate) struct Calldata<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Calldata<'a> {
    /// The arguments, without the selector.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0 }
    }

    /// Bytes read so far.
    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    #[inline(never)]
    fn word(&mut self) -> &'a [u8; WORD] {
        let [word] = self.words();
        word
    }

    /// The next words, where they stand.
    pub(crate) fn words<const N: usize>(&mut self) -> &'a [[u8; WORD]; N] {
        let rest = self.bytes.get(self.offset..).unwrap_or_default();
        let Some(words) = rest.as_chunks().0.first_chunk() else {
            malformed(self.offset + rest.len() / WORD * WORD);
        };
        self.offset += N * WORD;
        words
    }

    /// The next word, a number.
    #[inline(never)]
    pub(crate) fn uint(&mut self) -> U256 {
        word::uint(self.word())
    }

    /// The next word, which holds an address and nothing else.
    #[inline(never)]
    pub(crate) fn address(&mut self) -> Address {
        let offset = self.offset;
        word::address(self.word()).unwrap_or_else(|| malformed(offset))
    }

    /// The next word, which is the variant of an enum that has `variants`.
    pub(crate) fn variant(&mut self, variants: u8) -> u8 {
        let offset = self.offset;
        match self.small() {
            variant if variant < usize::from(variants) => variant as u8,
            _ => malformed(offset),
        }
    }

    /// The next word, a number that fits the memory there is: an offset, a length, a count.
    #[inline(never)]
    pub(crate) fn small(&mut self) -> usize {
        let offset = self.offset;
        word::small(self.word()).unwrap_or_else(|| malformed(offset))
    }

    /// The next word, which must be this one: an offset or a length that the canonical encoding fixes.
    pub(crate) fn fixed(&mut self, expected: usize) {
        let offset = self.offset;
        if self.small() != expected {
            malformed(offset);
        }
    }

    /// A length and that many bytes, padded with zeros to whole words.
    pub(crate) fn bytes(&mut self) -> &'a [u8] {
        let offset = self.offset;
        let length = self.small();
        let rest = self.bytes.get(self.offset..).unwrap_or_default();
        let padded = length.checked_next_multiple_of(WORD).and_then(|padded| rest.get(..padded));
        let Some((content, padding)) = padded.and_then(|padded| padded.split_at_checked(length)) else {
            malformed(offset);
        };
        if padding.iter().any(|byte| *byte != 0) {
            malformed(self.offset + length);
        }
        self.offset += content.len() + padding.len();
        content
    }

    /// A length up to `most` and that many bytes.
    pub(crate) fn bytes_up_to(&mut self, most: usize) -> &'a [u8] {
        let offset = self.offset;
        let bytes = self.bytes();
        if bytes.len() > most {
            malformed(offset);
        }
        bytes
    }

    /// Leaves some words out, which are read elsewhere.
    pub(crate) fn skip(&mut self, words: usize) {
        for _ in 0..words {
            self.word();
        }
    }

    /// All that has not been read.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.offset..).unwrap_or_default()
    }

    /// What has been read since an earlier state of it.
    pub(crate) fn since(&self, earlier: &Self) -> &'a [u8] {
        self.bytes.get(earlier.offset..self.offset).unwrap_or_default()
    }

    /// Nothing may follow.
    pub(crate) fn end(&self) {
        if self.offset != self.bytes.len() {
            malformed(self.offset);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::reverts;

    fn encoded(words: &[u64]) -> Vec<u8> {
        words.iter().flat_map(|word| U256::from(*word).to_be_bytes::<WORD>()).collect()
    }

    /// What a refusal at this offset looks like.
    fn refused(offset: usize) -> Option<String> {
        Some(format!("InvalidCalldata {{ offset: {offset} }}"))
    }

    #[test]
    fn a_truncated_word_is_refused_where_it_begins() {
        let bytes = encoded(&[1, 2]);
        let mut calldata = Calldata::new(&bytes[..63]);
        assert_eq!(calldata.uint(), U256::from(1));
        assert_eq!(reverts(|| calldata.uint()), refused(32));
    }

    #[test]
    fn dirty_bits_above_an_address_are_refused() {
        let mut word = [0; WORD];
        word[12..].fill(0xff);
        assert_eq!(Calldata::new(&word).address(), Address::repeat_byte(0xff));
        word[11] = 1;
        assert_eq!(reverts(|| Calldata::new(&word).address()), refused(0));
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
}
