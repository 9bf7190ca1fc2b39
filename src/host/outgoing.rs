//! Where calls, errors and logs are laid out: one buffer, used again by each.

use super::{Static, trap};
use crate::word::{WORD, Word};

/// Most bytes of a callee's revert reason that are passed on.
pub(super) const REASON_MAX: usize = 4 * 1024;
/// Most bytes that go out in one piece, besides a reason: words, a path, a signature.
const PIECE_MAX: usize = 4 * 1024;

static OUTGOING: Static<{ PIECE_MAX + REASON_MAX + WORD }> = Static::new();

/// A piece of what goes out.
#[derive(Clone, Copy)]
pub(crate) enum Part<'a> {
    /// Words.
    Words(&'a [&'a Word]),
    /// Bytes, padded with zeros to whole words. Their length is a word of its own, before.
    Bytes(&'a [u8]),
}

/// Lays out a selector and words; returns where, and how many bytes. They stay until the next call of anything here.
#[inline(never)]
pub(super) fn words(selector: &[u8], words: &[&Word]) -> (*mut u8, usize) {
    parts(selector, &[Part::Words(words)])
}

/// The same for pieces.
#[inline(never)]
pub(super) fn parts(selector: &[u8], parts: &[Part<'_>]) -> (*mut u8, usize) {
    let mut length = append(0, selector, selector.len());
    for part in parts {
        match part {
            Part::Words(words) => {
                for word in *words {
                    length = append(length, *word, WORD);
                }
            }
            Part::Bytes(bytes) => length = append(length, bytes, bytes.len().next_multiple_of(WORD)),
        }
    }
    (OUTGOING.start(), length)
}

/// Puts bytes behind the first `length` ones, padded to `padded` bytes; returns how many there are then. Stops at once
/// where there is no room: callers pass no more than limited lengths allow, so that is for those who change them.
#[inline(never)]
fn append(length: usize, bytes: &[u8], padded: usize) -> usize {
    let end = length + padded;
    if end > PIECE_MAX || padded < bytes.len() {
        trap();
    }
    // SAFETY: there is room for all of it in the buffer, which nothing else refers to.
    unsafe {
        let place = OUTGOING.start().add(length);
        bytes.as_ptr().copy_to_nonoverlapping(place, bytes.len());
        place.add(bytes.len()).write_bytes(0, padded - bytes.len());
    }
    end
}
