//! What a price in money is in a pool's own terms.

use alloy_primitives::{
    U160, U256, U512,
    aliases::{I24, U24},
};

/// Ticks that a pool can reach, either way (Uniswap V3's TickMath).
const MAX_TICK: i32 = 887_272;

/// One token of a pool.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side {
    /// Money of one whole token, in any unit that both sides share; never zero.
    pub(super) price: U256,
    /// Decimals of the token.
    pub(super) decimals: u8,
}

impl Side {
    /// Units of the token that `money` buys, rounded down.
    pub(super) fn units_down(self, money: U256) -> U256 {
        money * ten_to(self.decimals) / self.price
    }
}

/// The square root of (units of token 1 for a unit of token 0), with 96 binary places, rounded down.
///
/// A unit of token 0 is worth `price0 / 10^decimals0`, so the ratio is `price0 * 10^decimals1 / (price1 * 10^decimals0)`.
/// Rounding the ratio's 192 places down before the root does not change the root's floor.
pub(super) fn sqrt_price_x96_down(token0: Side, token1: Side) -> U160 {
    let worth = U512::from(token0.price) * U512::from(ten_to(token1.decimals));
    let cost = U512::from(token1.price) * U512::from(ten_to(token0.decimals));
    ((worth << 192usize) / cost).root(2).to()
}

/// Ticks between the prices that a position of this fee may begin or end at.
pub(super) fn tick_spacing(fee: U24) -> i32 {
    match fee.to::<u32>() {
        100 => 1,
        500 => 10,
        3_000 => 60,
        _ => 200,
    }
}

/// The widest range that a position of this fee can have.
pub(super) fn widest_range(fee: U24) -> (I24, I24) {
    let spacing = tick_spacing(fee);
    let last = I24::unchecked_from(MAX_TICK / spacing * spacing);
    (-last, last)
}

fn ten_to(decimals: u8) -> U256 {
    U256::from(10).pow(U256::from(decimals))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(dollars: u64, decimals: u8) -> Side {
        Side { price: U256::from(dollars * 100_000_000), decimals }
    }

    /// Whether `root` is the greatest whose square does not pass the ratio.
    fn is_floor(root: U160, token0: Side, token1: Side) -> bool {
        let worth = (U512::from(token0.price) * U512::from(ten_to(token1.decimals))) << 192usize;
        let cost = U512::from(token1.price) * U512::from(ten_to(token0.decimals));
        let square = |root: U512| root * root * cost;
        let root = U512::from(root);
        square(root) <= worth && worth < square(root + U512::from(1))
    }

    #[test]
    fn an_even_price_is_one() {
        let ether = side(3_000, 18);
        assert_eq!(sqrt_price_x96_down(ether, ether), U160::from(1) << 96usize);
    }

    #[test]
    fn roots_are_exact_in_both_orders() {
        let (usdc, weth, wsteth) = (side(1, 6), side(3_000, 18), side(3_600, 18));
        for (token0, token1) in [(usdc, weth), (weth, usdc), (weth, wsteth), (wsteth, weth), (usdc, wsteth)] {
            assert!(is_floor(sqrt_price_x96_down(token0, token1), token0, token1), "{token0:?} {token1:?}");
        }
    }

    #[test]
    fn decimals_move_the_price() {
        // 1 unit of USDC is 10^12 / 3,000 units of WETH.
        let price = sqrt_price_x96_down(side(1, 6), side(3_000, 18));
        let ratio = (U512::from(price) * U512::from(price)) >> 192usize;
        assert_eq!(ratio, U512::from(333_333_333u64));
    }

    #[test]
    fn money_buys_whole_units_only() {
        assert_eq!(side(3_000, 18).units_down(U256::from(100_000_000)), U256::from(333_333_333_333_333u64));
    }

    #[test]
    fn ranges_end_on_the_spacing() {
        for (fee, last) in [(100, 887_272), (500, 887_270), (3_000, 887_220)] {
            let (low, high) = widest_range(U24::from(fee));
            assert_eq!((low, high), (-I24::unchecked_from(last), I24::unchecked_from(last)));
        }
    }
}
