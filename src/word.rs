//! ABI words: what goes out to others, and what they answer.

use alloy_primitives::{Address, FixedBytes, U256};

/// Bytes of an ABI word.
pub(crate) const WORD: usize = 32;

/// What fills one ABI word. It is laid out where it is needed and not before: words are large, and copies are code.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    /// A number.
    Uint(&'a U256),
    /// An address, right aligned.
    Address(&'a Address),
    /// A word as it is.
    Word(&'a [u8; WORD]),
    /// A small number.
    Small(u64),
    /// A selector, left aligned as `bytes4` is.
    Selector(&'a [u8; 4]),
    /// The largest number.
    Max,
    /// Bytes, padded with zeros to whole words; their length is a word of its own, before.
    Bytes(&'a [u8]),
    /// Several words.
    Words(&'a [Value<'a>]),
}

impl Value<'_> {
    /// The word, as the ABI lays it out. Where there are several, who has the room for them lays them out.
    #[inline(never)]
    pub(crate) fn lay_out(self, word: &mut [u8; WORD]) {
        *word = [0; WORD];
        match self {
            Self::Bytes(_) | Self::Words(_) => {}
            Self::Uint(uint) => *word = uint.to_be_bytes(),
            Self::Word(content) => *word = *content,
            Self::Max => *word = [0xff; WORD],
            Self::Address(address) => copy(word.last_chunk_mut(), &address.0.0),
            Self::Small(small) => copy(word.last_chunk_mut(), &small.to_be_bytes()),
            Self::Selector(selector) => copy(word.first_chunk_mut(), selector),
        }
    }
}

fn copy<const N: usize>(to: Option<&mut [u8; N]>, from: &[u8; N]) {
    if let Some(to) = to {
        *to = *from;
    }
}

macro_rules! values {
    ($($type:ty: $from:ident => $value:expr;)*) => {
        $(impl<'a> From<&'a $type> for Value<'a> {
            fn from($from: &'a $type) -> Self {
                $value
            }
        })*
    };
}

values! {
    U256: uint => Self::Uint(uint);
    Address: address => Self::Address(address);
    FixedBytes<WORD>: word => Self::Word(&word.0);
    u64: small => Self::Small(*small);
    usize: small => Self::Small(*small as u64);
    [u8; 4]: selector => Self::Selector(selector);
    [u8; WORD]: word => Self::Word(word);
}

impl<'a> From<&'a &'a [u8]> for Value<'a> {
    fn from(bytes: &'a &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a, const N: usize> From<&'a [Value<'a>; N]> for Value<'a> {
    fn from(words: &'a [Value<'a>; N]) -> Self {
        Self::Words(words)
    }
}

impl<'a> From<&Value<'a>> for Value<'a> {
    fn from(value: &Value<'a>) -> Self {
        *value
    }
}

/// An array of [`Value`]s.
macro_rules! words {
    ($($value:expr),* $(,)?) => { [$($crate::word::Value::from(&$value)),*] };
}
pub(crate) use words;

/// The number that a word holds.
#[inline(never)]
pub(crate) fn uint(word: &[u8; WORD]) -> U256 {
    U256::from_be_bytes(*word)
}

/// The address that a word holds, if it holds nothing else.
#[inline(never)]
pub(crate) fn address(word: &[u8; WORD]) -> Option<Address> {
    let (padding, address) = word.split_first_chunk::<12>()?;
    (*padding == [0; 12]).then_some(Address(FixedBytes(*address.first_chunk()?)))
}

/// The number that a word holds, if it fits the memory there is.
pub(crate) fn small(word: &[u8; WORD]) -> Option<usize> {
    // As arrays: compared eight bytes at a time.
    let (high, low) = (word.first_chunk::<28>()?, word.last_chunk()?);
    (*high == [0; 28]).then_some(u32::from_be_bytes(*low) as usize)
}

/// Whether a word holds `true`, as the ABI encodes it.
pub(crate) fn is_true(word: &[u8; WORD]) -> bool {
    small(word) == Some(1)
}
