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
mod tests;
