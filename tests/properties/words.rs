//! Words as numbers, and what is asked of them.

use super::{
    cases::{CASES, Random, Sides},
    reference::whole,
};
use crate::word::{self, Address};
use alloy_primitives::U256;
use std::{cell::Cell, panic, sync::Once};

thread_local! {
    /// Whether this thread says what it panics with.
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// What something ends the frame with. Thousands of times without a line for each.
pub(super) fn reverts(run: impl FnOnce()) -> Option<String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |reason| {
            if !IS_QUIET.get() {
                loud(reason);
            }
        }));
    });
    IS_QUIET.set(true);
    let reason = crate::host::reverts(run);
    IS_QUIET.set(false);
    reason
}

#[test]
fn words_are_compared_as_numbers() {
    let (mut random, mut sides, mut equals) = (Random::new(11), Sides::default(), Sides::default());
    for _ in 0..CASES {
        let a = random.number();
        let b = if random.below(4) == 0 { a } else { random.beside(&[a]) };
        let words = [word::of_uint(&a), word::of_uint(&b)];
        assert_eq!(word::less(&words[0], &words[1]), whole(a) < whole(b), "{a} {b}");
        assert_eq!(word::same(&words[0], &words[1]), whole(a) == whole(b), "{a} {b}");
        sides.count(a < b);
        equals.count(a == b);
    }
    sides.were_both_met();
    equals.were_both_met();
}

#[test]
fn a_difference_of_one_bit_is_one() {
    let mut random = Random::new(12);
    for bit in (0..256).cycle().take(CASES) {
        let number = random.number();
        let flipped = number ^ (U256::ONE << bit);
        let words = [word::of_uint(&number), word::of_uint(&flipped)];
        assert!(!word::same(&words[0], &words[1]), "{number} {bit}");
        assert_eq!(word::less(&words[0], &words[1]), !number.bit(bit), "{number} {bit}");
        assert!(!word::is_zero(&word::of_uint(&(U256::ONE << bit))));
        assert!(!word::is_max(&word::of_uint(&!(U256::ONE << bit))));
    }
}

#[test]
fn words_are_the_numbers_that_they_were_made_of() {
    let (mut random, mut sides) = (Random::new(13), Sides::default());
    for _ in 0..CASES {
        let number = random.number();
        let made = word::of_uint(&number);
        assert_eq!(word::uint(&made), number);
        assert_eq!(word::of_small(number.as_limbs()[0])[24..], made[24..]);
        assert_eq!(word::of_small(number.as_limbs()[0])[..24], [0; 24]);
        let is_small = number.bit_len() <= 32;
        assert_eq!(word::small(&made), is_small.then(|| number.as_limbs()[0] as usize), "{number}");
        assert_eq!(word::is_true(&made), number == U256::ONE);
        assert_eq!(word::is_zero(&made), number == U256::ZERO);
        assert_eq!(word::is_max(&made), number == U256::MAX);
        assert_eq!(Address::of(&made).map(|address| *address.word()), (number.bit_len() <= 160).then_some(made));
        let [a, b, c, d] = word::quarters(made);
        // Quarters are in the order of the chain's machine, which is this one's.
        assert_eq!(word::of_quarters(a, b, c, d), made);
        sides.count(is_small);
    }
    sides.were_both_met();
}
