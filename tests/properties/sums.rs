//! Sums, differences, products and quotients.

use super::{
    cases::{CASES, Random, Sides},
    reference::{fits, share_down, share_up, whole},
};
use crate::math::{self, Overflow, exact};
use crate::word::{self, Word};
use alloy_primitives::U256;
use num_bigint::BigInt;

/// Three numbers that stand in some relation: to each other, or to the product of the first two.
fn three(random: &mut Random) -> [U256; 3] {
    let first = random.number();
    let second = random.beside(&[first]);
    [first, second, random.beside(&[first, second, first.wrapping_mul(second)])]
}

/// Tries a property, with which of its two sides each case is on.
fn holds(seed: u64, property: impl Fn([U256; 3]) -> bool) {
    let (mut random, mut sides) = (Random::new(seed), Sides::default());
    for _ in 0..CASES {
        sides.count(property(three(&mut random)));
    }
    sides.were_both_met();
}

/// What arithmetic on words gives, or nothing if it ends the frame, which it does in one way only.
fn ends_or(run: impl FnOnce() -> Word) -> Option<U256> {
    let mut result = None;
    match super::words::reverts(|| result = Some(word::uint(&run()))) {
        Some(reason) => assert_eq!(reason, "ArithmeticOverflow []"),
        None => assert!(result.is_some()),
    }
    result
}

#[test]
fn sums_are_those_of_whole_numbers() {
    holds(1, |[a, b, _]| {
        let sum = fits(&(whole(a) + whole(b)));
        assert_eq!(math::add(&a, &b).ok(), sum, "{a} {b}");
        assert_eq!(ends_or(|| exact::add(&word::of_uint(&a), &word::of_uint(&b))), sum, "{a} {b}");
        sum.is_some()
    });
}

#[test]
fn differences_are_those_of_whole_numbers() {
    holds(2, |[a, b, _]| {
        let difference = fits(&(whole(a) - whole(b)));
        let (a_word, b_word) = (word::of_uint(&a), word::of_uint(&b));
        assert_eq!(math::sub(&a, &b), difference, "{a} {b}");
        assert_eq!(ends_or(|| exact::sub(&a_word, &b_word)), difference, "{a} {b}");
        let to_zero = word::uint(&exact::sub_to_zero(&a_word, &b_word));
        assert_eq!(whole(to_zero), (whole(a) - whole(b)).max(BigInt::ZERO), "{a} {b}");
        difference.is_some()
    });
}

#[test]
fn products_are_those_of_whole_numbers() {
    holds(3, |[a, b, _]| {
        let product = fits(&(whole(a) * whole(b)));
        assert_eq!(math::mul(&a, &b), product.ok_or(Overflow), "{a} {b}");
        assert_eq!(ends_or(|| exact::mul(&word::of_uint(&a), &word::of_uint(&b))), product, "{a} {b}");
        product.is_some()
    });
}

#[test]
fn shares_are_rounded_as_they_say() {
    holds(4, |[a, b, denominator]| {
        let words = [a, b, denominator].map(|number| word::of_uint(&number));
        let [a_whole, b_whole, all] = [a, b, denominator].map(whole);
        let down = share_down(&a_whole, &b_whole, &all).map(|down| fits(&down).unwrap());
        let up = share_up(&a_whole, &b_whole, &all).map(|up| fits(&up).unwrap());
        assert_eq!(math::mul_div_down(&a, &b, &denominator).ok(), down, "{a} {b} {denominator}");
        assert_eq!(math::mul_div_up(&a, &b, &denominator).ok(), up, "{a} {b} {denominator}");
        assert_eq!(ends_or(|| exact::mul_div_down(&words[0], &words[1], &words[2])), down);
        assert_eq!(ends_or(|| exact::mul_div_up(&words[0], &words[1], &words[2])), up);
        down.is_some()
    });
}

#[test]
fn shares_come_out_even_and_uneven() {
    // Whether something is left is what the two roundings differ by.
    let (mut random, mut sides) = (Random::new(5), Sides::default());
    for _ in 0..CASES {
        let [quotient, denominator]: [U256; 2] = [0; 2].map(|_| random.number() >> 128);
        let left: U256 = if random.below(2) == 0 { U256::ZERO } else { random.number() >> 129 };
        let Some(product) = (quotient * denominator).checked_add(left) else { continue };
        let down = math::mul_div_down(&product, &U256::ONE, &denominator);
        let up = math::mul_div_up(&U256::ONE, &product, &denominator);
        let (Ok(down), Ok(up)) = (down, up) else {
            assert!(denominator.is_zero());
            continue;
        };
        let is_even = (whole(product) % whole(denominator)) == BigInt::ZERO;
        assert_eq!(up - down, U256::from(u8::from(!is_even)), "{product} {denominator}");
        sides.count(is_even);
    }
    sides.were_both_met();
}

#[test]
fn powers_of_ten_are_those_of_whole_numbers() {
    for exponent in (0..300).chain([usize::MAX - 1, usize::MAX]) {
        let power = (exponent < 300).then(|| fits(&BigInt::from(10).pow(exponent as u32))).flatten();
        assert_eq!(math::power_of_ten(exponent).ok(), power, "{exponent}");
        assert_eq!(ends_or(|| exact::power_of_ten(exponent)), power, "{exponent}");
    }
    assert_eq!(word::uint(&exact::wad()), math::WAD);
}
