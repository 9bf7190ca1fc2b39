//! The price of memory pages. They are counted over a transaction, over all its programs.

use crate::params::{ArbOs, StylusParams};

/// `floor(31_874_000 ^ (p / 128))` for the pages that a transaction has had open at once, up to the limit.
fn exponential(pages: u16) -> u64 {
    const PAGES: f64 = 128.0;
    const AT_LIMIT: u64 = 31_873_999;
    match pages {
        0 => 1,
        1..=127 => 31_874_000_f64.powf(f64::from(pages) / PAGES) as u64,
        128 => AT_LIMIT,
        _ => u64::MAX,
    }
}

/// Pages open now, and the most that were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pages {
    /// Open now.
    pub open: u16,
    /// Most open at once, over the transaction.
    pub ever: u16,
}

impl Pages {
    /// Gas of opening `new` more. More than the limit allows cannot be paid for; a limit of zero is none.
    #[must_use]
    pub fn price(self, new: u16, params: &StylusParams, arbos: ArbOs) -> u64 {
        let open = self.open.saturating_add(new);
        let limited = arbos >= ArbOs::V59 && params.page_limit > 0;
        if limited && u32::from(self.open) + u32::from(new) > u32::from(params.page_limit) {
            return u64::MAX;
        }
        let ever = self.ever.max(open);
        if ever <= params.free_pages {
            return 0;
        }
        let beyond = |pages: u16| u64::from(pages.saturating_sub(params.free_pages));
        let linear = (beyond(open) - beyond(self.open)).saturating_mul(u64::from(params.page_gas));
        linear.saturating_add(exponential(ever).saturating_sub(exponential(self.ever)))
    }

    /// Opens `new` more.
    pub fn open(&mut self, new: u16) {
        self.open = self.open.saturating_add(new);
        self.ever = self.ever.max(self.open);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMS: StylusParams = StylusParams::at(ArbOs::V61);

    #[test]
    fn the_exponential_part_starts_flat_and_ends_steep() {
        let pages = [0, 5, 6, 8, 9, 10, 16, 17].map(exponential);
        assert_eq!(pages, [1, 1, 2, 2, 3, 3, 8, 9]);
        assert_eq!([128, 129].map(exponential), [31_873_999, u64::MAX]);
    }

    #[test]
    fn two_pages_are_free_and_the_third_is_not() {
        let price = |open, ever, new| Pages { open, ever }.price(new, &PARAMS, ArbOs::V61);
        assert_eq!(price(0, 0, 2), 0);
        assert_eq!(price(2, 2, 1), 1_000);
        assert_eq!(price(1, 1, 9), 8_000 + 3 - 1);
    }

    #[test]
    fn pages_open_again_cost_no_exponential_part() {
        let mut pages = Pages::default();
        pages.open(10);
        pages.open = 0;
        assert_eq!(pages.price(10, &PARAMS, ArbOs::V61), 8_000);
        assert_eq!(pages.price(2, &PARAMS, ArbOs::V61), 0);
    }

    #[test]
    fn past_the_limit_nothing_can_pay() {
        let price = |new, arbos| Pages::default().price(new, &PARAMS, arbos);
        assert_eq!(price(128, ArbOs::V61), 126_000 + 31_873_998);
        assert_eq!(price(129, ArbOs::V61), u64::MAX);
        assert_eq!(price(129, ArbOs::V51), u64::MAX);
        let unlimited = StylusParams { page_limit: 0, ..PARAMS };
        assert_eq!(Pages::default().price(3, &unlimited, ArbOs::V61), 1_000);
        assert_eq!(Pages { open: u16::MAX, ever: u16::MAX }.price(1, &PARAMS, ArbOs::V51), 0);
    }
}
