//! Where numbers stop fitting.

use super::*;
use crate::{host::reverts, word};

#[test]
fn sums_stop_at_the_word() {
    let most = U256::MAX - U256::ONE;
    assert_eq!(add(&most, &U256::ONE), Ok(U256::MAX));
    assert_eq!(add(&U256::MAX, &U256::ONE), Err(Overflow));
}

#[test]
fn differences_stop_at_zero() {
    assert_eq!(sub(&WAD, &WAD), Some(U256::ZERO));
    assert_eq!(sub(&U256::ZERO, &U256::ONE), None);
}

#[test]
fn words_carry_as_numbers_do() {
    let numbers = [U256::ZERO, U256::ONE, U256::from(u64::MAX), U256::ONE << 64, U256::MAX >> 1, U256::MAX];
    for (a, b) in numbers.iter().flat_map(|a| numbers.iter().map(move |b| (a, b))) {
        let (a_word, b_word) = (word::of_uint(a), word::of_uint(b));
        let (sum, difference) = (|| exact::add(&a_word, &b_word), || exact::sub(&a_word, &b_word));
        match a.checked_add(*b) {
            Some(expected) => assert_eq!(word::uint(&sum()), expected),
            None => assert_eq!(reverts(sum).unwrap(), "ArithmeticOverflow []"),
        }
        match a.checked_sub(*b) {
            Some(expected) => assert_eq!(word::uint(&difference()), expected),
            None => assert_eq!(reverts(difference).unwrap(), "ArithmeticOverflow []"),
        }
        assert_eq!(word::less(&a_word, &b_word), a < b);
        assert_eq!(word::uint(&exact::sub_to_zero(&a_word, &b_word)), a.saturating_sub(*b));
    }
}

#[test]
fn products_are_divided_rounding_down() {
    assert_eq!(mul_div_down(&U256::from(7), &U256::from(3), &U256::from(2)), Ok(U256::from(10)));
    assert_eq!(mul_div_down(&U256::MAX, &U256::ONE, &WAD), Ok(U256::MAX / WAD));
    assert_eq!(mul_div_down(&U256::ZERO, &U256::MAX, &WAD), Ok(U256::ZERO));
}

#[test]
fn a_product_past_the_word_and_a_zero_denominator_are_refused() {
    let half = U256::ONE << 255;
    assert_eq!(mul_div_down(&half, &U256::from(2), &WAD), Err(Overflow));
    assert_eq!(mul_div_down(&WAD, &WAD, &U256::ZERO), Err(Overflow));
}
