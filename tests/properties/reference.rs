//! The same arithmetic in whole numbers without end.

use alloy_primitives::U256;
use num_bigint::BigInt;

/// A whole number.
pub(crate) fn whole(number: U256) -> BigInt {
    BigInt::from_bytes_be(num_bigint::Sign::Plus, &number.to_be_bytes::<32>())
}

/// One, at 18 decimals.
pub(crate) fn wad() -> BigInt {
    BigInt::from(10).pow(18)
}

/// A whole number as a word, if it is one.
pub(crate) fn fits(number: &BigInt) -> Option<U256> {
    let (sign, bytes) = number.to_bytes_be();
    (sign != num_bigint::Sign::Minus && bytes.len() <= 32).then(|| U256::from_be_slice(&bytes))
}

/// `a * b / denominator` rounded down, if there is such a number and the product fits too.
pub(crate) fn share_down(a: &BigInt, b: &BigInt, denominator: &BigInt) -> Option<BigInt> {
    let product = a * b;
    fits(&product)?;
    (denominator > &BigInt::ZERO).then(|| product / denominator)
}

/// The same rounded up.
pub(crate) fn share_up(a: &BigInt, b: &BigInt, denominator: &BigInt) -> Option<BigInt> {
    let down = share_down(a, b, denominator)?;
    let up: BigInt = if &down * denominator == a * b { down } else { down + 1 };
    fits(&up)?;
    Some(up)
}

/// Why a size cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A ratio below one.
    RatioTooLow,
    /// A deposit that is less than what is owed, or to be taken out.
    PrincipalNegative([BigInt; 2]),
    /// The debt that is asked for, and the one that there is.
    WrongDirection([BigInt; 2]),
    /// A number that does not fit.
    Overflow,
}

/// What a size is stated by.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stated {
    /// A ratio, 18 decimals.
    Ratio(U256),
    /// Units.
    Units(U256),
}

/// The debt of what is not owed at a ratio.
fn debt_at(collateral: &BigInt, debt: &BigInt, ratio: U256) -> Result<BigInt, Refusal> {
    let ratio = whole(ratio);
    if ratio < wad() {
        return Err(Refusal::RatioTooLow);
    }
    if collateral < debt {
        return Err(Refusal::PrincipalNegative([collateral.clone(), debt.clone()]));
    }
    share_down(&(collateral - debt), &(ratio - wad()), &wad()).ok_or(Refusal::Overflow)
}

/// What is to be borrowed and supplied, with a deposit from the wallet.
pub(crate) fn to_supply(
    collateral: &BigInt,
    debt: &BigInt,
    deposit: &BigInt,
    stated: Stated,
) -> Result<BigInt, Refusal> {
    let ratio = match stated {
        Stated::Units(units) => return Ok(whole(units)),
        Stated::Ratio(ratio) => ratio,
    };
    let supplied = collateral + deposit;
    fits(&supplied).ok_or(Refusal::Overflow)?;
    let target = debt_at(&supplied, debt, ratio)?;
    if &target < debt { Err(Refusal::WrongDirection([target, debt.clone()])) } else { Ok(target - debt) }
}

/// What is to be repaid, with a withdrawal to the wallet.
pub(crate) fn to_repay(
    collateral: &BigInt,
    debt: &BigInt,
    withdraw: &BigInt,
    stated: Stated,
) -> Result<BigInt, Refusal> {
    let ratio = match stated {
        Stated::Units(units) => return Ok(whole(units).min(debt.clone())),
        Stated::Ratio(ratio) => ratio,
    };
    let owed = debt + withdraw;
    fits(&owed).ok_or(Refusal::Overflow)?;
    if collateral < withdraw {
        return Err(Refusal::PrincipalNegative([collateral.clone(), owed]));
    }
    let target = debt_at(&(collateral - withdraw), debt, ratio)?;
    if &target > debt { Err(Refusal::WrongDirection([target, debt.clone()])) } else { Ok(debt - target) }
}
