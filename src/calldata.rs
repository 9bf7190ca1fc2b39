//! Decode or reject: calldata is read word by word, and whatever is not the canonical encoding is refused.

use crate::{
    error::malformed,
    word::{self, Address, WORD, Word},
};

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

    /// The next word, where it stands.
    #[inline(never)]
    pub(crate) fn word(&mut self) -> &'a Word {
        let [word] = self.words();
        word
    }

    /// The next words, where they stand.
    pub(crate) fn words<const N: usize>(&mut self) -> &'a [Word; N] {
        let rest = self.rest();
        let Some(words) = rest.as_chunks().0.first_chunk() else {
            malformed(self.offset + rest.len() / WORD * WORD);
        };
        self.offset += N * WORD;
        words
    }

    /// The next word, which holds an address and nothing else.
    #[inline(never)]
    pub(crate) fn address(&mut self) -> Address<'a> {
        let offset = self.offset;
        match Address::of(self.word()) {
            Some(address) => address,
            None => malformed(offset),
        }
    }

    /// The next word, which is the variant of an enum that has `variants`.
    #[inline(never)]
    pub(crate) fn variant(&mut self, variants: u8) -> u8 {
        let offset = self.offset;
        let variant = self.small();
        if variant >= usize::from(variants) {
            malformed(offset);
        }
        variant as u8
    }

    /// The next word, a number that fits the memory there is: an offset, a length, a count.
    #[inline(never)]
    pub(crate) fn small(&mut self) -> usize {
        let offset = self.offset;
        match word::small(self.word()) {
            Some(small) => small,
            None => malformed(offset),
        }
    }

    /// The next word, which must be this one: an offset or a length that the canonical encoding fixes.
    #[inline(never)]
    pub(crate) fn fixed(&mut self, expected: usize) {
        let offset = self.offset;
        if self.small() != expected {
            malformed(offset);
        }
    }

    /// A length and that many bytes, padded with zeros to whole words.
    #[inline(never)]
    pub(crate) fn bytes(&mut self) -> &'a [u8] {
        let offset = self.offset;
        let length = self.small();
        let padded = length.checked_next_multiple_of(WORD).and_then(|padded| self.rest().get(..padded));
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
    #[inline(never)]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.offset..).unwrap_or_default()
    }

    /// All that has been read.
    pub(crate) fn read(&self) -> &'a [u8] {
        self.bytes.get(..self.offset).unwrap_or_default()
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
}
