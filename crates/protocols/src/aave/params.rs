//! The parameters that the reserves are listed with: of the kind and size that Aave V3 has on Arbitrum.

use crate::Asset;

/// Fee of a flash loan, in hundredths of a percent of what is lent.
pub(super) const FLASH_PREMIUM_BPS: u128 = 5;
/// The category of assets that follow ether, in which they can be borrowed against each other at high leverage.
pub(super) const ETHER_CATEGORY: u8 = 1;
/// Part of a liquidation's bonus that the protocol keeps, in hundredths of a percent.
pub(super) const LIQUIDATION_PROTOCOL_FEE_BPS: u64 = 1_000;
/// The collateral parameters within the ether category.
pub(super) const ETHER_COLLATERAL: Collateral =
    Collateral { ltv_bps: 9_300, liquidation_threshold_bps: 9_500, liquidation_bonus_bps: 10_100 };

/// What an asset is worth as collateral, in hundredths of a percent of its price.
#[derive(Clone, Copy, Debug)]
pub(super) struct Collateral {
    /// Most debt when borrowing.
    pub(super) ltv_bps: u16,
    /// Debt from which it can be liquidated.
    pub(super) liquidation_threshold_bps: u16,
    /// Collateral that a liquidator takes for the debt repaid; over 10,000.
    pub(super) liquidation_bonus_bps: u16,
}

/// A rate that rises slowly up to the optimal usage and fast beyond it; hundredths of a percent, a year.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rates {
    /// Part of the reserve that should be borrowed.
    pub(super) optimal_usage_bps: u64,
    /// What the rate has risen by at the optimal usage.
    pub(super) slope1_bps: u64,
    /// What it rises by from there to full usage.
    pub(super) slope2_bps: u64,
}

/// One reserve's parameters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listing {
    /// The asset.
    pub(super) asset: Asset,
    /// Its worth as collateral.
    pub(super) collateral: Collateral,
    /// Its variable rate.
    pub(super) rates: Rates,
    /// Part of the interest that the treasury keeps, in hundredths of a percent.
    pub(super) reserve_factor_bps: u64,
    /// Most that can be supplied, in whole tokens.
    pub(super) supply_cap: u64,
    /// Most that can be borrowed, in whole tokens.
    pub(super) borrow_cap: u64,
    /// Whether it is in the ether category.
    pub(super) follows_ether: bool,
    /// What the world supplies at the start, in whole tokens.
    pub(super) liquidity: u64,
}

/// All reserves, in the order in which they are listed.
pub(super) const LISTINGS: [Listing; 3] = [
    Listing {
        asset: Asset::Usdc,
        collateral: Collateral { ltv_bps: 7_500, liquidation_threshold_bps: 7_800, liquidation_bonus_bps: 10_500 },
        rates: Rates { optimal_usage_bps: 9_000, slope1_bps: 550, slope2_bps: 4_000 },
        reserve_factor_bps: 1_000,
        supply_cap: 350_000_000,
        borrow_cap: 300_000_000,
        follows_ether: false,
        liquidity: 10_000_000,
    },
    Listing {
        asset: Asset::Weth,
        collateral: Collateral { ltv_bps: 8_000, liquidation_threshold_bps: 8_400, liquidation_bonus_bps: 10_500 },
        rates: Rates { optimal_usage_bps: 9_000, slope1_bps: 270, slope2_bps: 8_000 },
        reserve_factor_bps: 1_500,
        supply_cap: 140_000,
        borrow_cap: 120_000,
        follows_ether: true,
        liquidity: 2_000,
    },
    Listing {
        asset: Asset::WstEth,
        collateral: Collateral { ltv_bps: 7_500, liquidation_threshold_bps: 7_900, liquidation_bonus_bps: 10_700 },
        rates: Rates { optimal_usage_bps: 4_500, slope1_bps: 450, slope2_bps: 8_000 },
        reserve_factor_bps: 1_500,
        supply_cap: 85_000,
        borrow_cap: 10_000,
        follows_ether: true,
        liquidity: 2_000,
    },
];
