//! ABI words. Amounts and addresses stay the words that they came as, since most of them only go out again: what is
//! calculated with is turned into numbers, and back, by `math`.

use alloy_primitives::U256;

/// Bytes of an ABI word.
pub(crate) const WORD: usize = 32;
/// Bytes before the address in a word that holds one.
pub(crate) const BEFORE_ADDRESS: usize = 12;

/// An ABI word.
pub(crate) type Word = [u8; WORD];

/// Nothing.
pub(crate) const ZERO: Word = [0; WORD];

/// A word that holds an address, and nothing else: made where that is checked.
#[derive(Clone, Copy)]
pub(crate) struct Address<'a>(&'a Word);

impl<'a> Address<'a> {
    /// The address in a word, if it holds nothing else.
    #[inline(never)]
    pub(crate) fn of(word: &'a Word) -> Option<Self> {
        let (padding, _) = word.split_first_chunk::<BEFORE_ADDRESS>()?;
        (*padding == [0; BEFORE_ADDRESS]).then_some(Self(word))
    }

    /// The address in a word that this contract made.
    pub(crate) fn known(word: &'a Word) -> Self {
        Self(word)
    }

    /// The word.
    pub(crate) fn word(self) -> &'a Word {
        self.0
    }

    /// Whether both are one.
    pub(crate) fn is(self, other: Address<'_>) -> bool {
        same(self.0, other.0)
    }
}

/// The eight bytes at a quarter of a word, in the host's order.
fn quarter(word: &Word, index: usize) -> u64 {
    let (quarters, _) = word.as_chunks();
    quarters.get(index).map_or(0, |quarter| u64::from_ne_bytes(*quarter))
}

/// Whether two words are equal.
#[inline(never)]
pub(crate) fn same(a: &Word, b: &Word) -> bool {
    (0..4).fold(0, |difference, index| difference | (quarter(a, index) ^ quarter(b, index))) == 0
}

/// Whether a word is zero.
#[inline(never)]
pub(crate) fn is_zero(word: &Word) -> bool {
    (0..4).fold(0, |bits, index| bits | quarter(word, index)) == 0
}

/// Whether a word is the largest number.
#[inline(never)]
pub(crate) fn is_max(word: &Word) -> bool {
    (0..4).fold(u64::MAX, |bits, index| bits & quarter(word, index)) == u64::MAX
}

/// Whether a word holds less than another.
#[inline(never)]
pub(crate) fn less(a: &Word, b: &Word) -> bool {
    let differing = (0..4).map(|index| (quarter(a, index), quarter(b, index))).find(|(a, b)| a != b);
    differing.is_some_and(|(a, b)| u64::from_be(a) < u64::from_be(b))
}

/// The number that a word holds.
#[inline(never)]
pub(crate) fn uint(word: &Word) -> U256 {
    U256::from_be_bytes(*word)
}

/// The word that holds a number.
#[inline(never)]
pub(crate) fn of_uint(uint: &U256) -> Word {
    uint.to_be_bytes()
}

/// The word that holds a small number.
#[inline(never)]
pub(crate) fn of_small(small: u64) -> Word {
    let mut word = ZERO;
    if let Some(end) = word.last_chunk_mut() {
        *end = small.to_be_bytes();
    }
    word
}

/// Copies words, as many as there are on both sides.
#[inline(never)]
pub(crate) fn copy(to: &mut [Word], from: &[&Word]) {
    for (place, word) in to.iter_mut().zip(from) {
        *place = **word;
    }
}

/// The word that begins with a selector.
#[inline(never)]
pub(crate) fn of_selector(selector: [u8; 4]) -> Word {
    let mut word = ZERO;
    if let Some(start) = word.first_chunk_mut() {
        *start = selector;
    }
    word
}

/// A word made by code, of its quarters in the host's order. A constant would be data, which every frame pays for.
#[inline(never)]
pub(crate) fn of_quarters(first: u64, second: u64, third: u64, fourth: u64) -> Word {
    let mut word = ZERO;
    for (place, quarter) in word.as_chunks_mut().0.iter_mut().zip([first, second, third, fourth]) {
        *place = quarter.to_ne_bytes();
    }
    word
}

/// A constant word, by code.
macro_rules! in_code {
    ($word:expr) => {{
        const QUARTERS: [u64; 4] = $crate::word::quarters($word);
        $crate::word::of_quarters(QUARTERS[0], QUARTERS[1], QUARTERS[2], QUARTERS[3])
    }};
}
pub(crate) use in_code;

/// A word's quarters, in the order of the chain's machine.
pub(crate) const fn quarters(word: Word) -> [u64; 4] {
    let (mut quarters, mut index) = ([0; 4], 0);
    while index < WORD {
        quarters[index / 8] |= (word[index] as u64) << (8 * (index % 8));
        index += 1;
    }
    quarters
}

/// The word of an address, right aligned.
pub(crate) const fn of_address(address: [u8; WORD - BEFORE_ADDRESS]) -> Word {
    let (mut word, mut index) = (ZERO, 0);
    while index < address.len() {
        word[BEFORE_ADDRESS + index] = address[index];
        index += 1;
    }
    word
}

/// The number that a word holds, if it fits the memory there is.
#[inline(never)]
pub(crate) fn small(word: &Word) -> Option<usize> {
    let (high, low) = (word.first_chunk::<28>()?, word.last_chunk()?);
    (*high == [0; 28]).then_some(u32::from_be_bytes(*low) as usize)
}

/// Whether a word holds `true`, as the ABI encodes it.
pub(crate) fn is_true(word: &Word) -> bool {
    small(word) == Some(1)
}
