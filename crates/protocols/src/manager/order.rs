//! Operations, put together step by step.

use super::{loose_bounds, position, ratio};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use debt_manager::abi::IDebtManager::{
    Authorization, Bounds, Deleverage, FlashSource, Leverage, Market, Migrate, Signed, Size, Target, deleverageCall,
    deleverageForCall, leverageCall, leverageForCall, migrateCall, migrateForCall,
};

/// An operation with its routes and approvals.
#[derive(Clone)]
pub struct Order<O> {
    /// The operation.
    pub operation: O,
    /// Uniswap V3 paths: the debt's and, for a migration, the collateral's.
    pub swaps: [Bytes; 2],
    /// Signed approvals.
    pub authorizations: Vec<Authorization>,
}

/// What the operations have in common.
pub trait Verb: Clone {
    /// Its limits.
    fn bounds(&mut self) -> &mut Bounds;
    /// Its flash source.
    fn flash(&mut self) -> &mut FlashSource;
    /// The position that it ends with.
    fn market(&mut self) -> &mut Market;
    /// The call by its account.
    fn encode(order: Order<Self>) -> Vec<u8>;
    /// The call for its account.
    fn encode_for(order: Order<Self>, signed: Signed) -> Vec<u8>;
}

macro_rules! verb {
    ($operation:ident, $market:ident, $call:ident, $call_for:ident, $($field:ident: $swap:ident),*) => {
        impl Verb for $operation {
            fn bounds(&mut self) -> &mut Bounds { &mut self.bounds }
            fn flash(&mut self) -> &mut FlashSource { &mut self.flash }
            fn market(&mut self) -> &mut Market { &mut self.$market }
            fn encode(Order { operation, swaps, authorizations }: Order<Self>) -> Vec<u8> {
                let mut swaps = swaps.into_iter();
                $(let $swap = swaps.next().unwrap_or_default();)*
                $call { operation, $($field: $swap,)* authorizations }.abi_encode()
            }
            fn encode_for(Order { operation, swaps, authorizations }: Order<Self>, signed: Signed) -> Vec<u8> {
                let mut swaps = swaps.into_iter();
                $(let $swap = swaps.next().unwrap_or_default();)*
                $call_for { operation, $($field: $swap,)* authorizations, signed }.abi_encode()
            }
        }
    };
}
verb!(Leverage, market, leverageCall, leverageForCall, swap: swap);
verb!(Deleverage, market, deleverageCall, deleverageForCall, swap: swap);
verb!(Migrate, to, migrateCall, migrateForCall, debtSwap: debt_swap, collateralSwap: collateral_swap);

/// Raises leverage on one Exactly market, floating rate, to a ratio.
#[must_use]
pub fn leverage(market: Address, deposit: U256, ratio_wad: U256) -> Order<Leverage> {
    let (flash, bounds) = (FlashSource::BalancerV2, loose_bounds());
    Order::of(Leverage { market: position(market, market), size: ratio(ratio_wad), deposit, flash, bounds })
}

/// Lowers leverage on one Exactly market, floating rate, to a ratio.
#[must_use]
pub fn deleverage(market: Address, withdraw: U256, ratio_wad: U256) -> Order<Deleverage> {
    let (flash, bounds) = (FlashSource::BalancerV2, loose_bounds());
    Order::of(Deleverage { market: position(market, market), size: ratio(ratio_wad), withdraw, flash, bounds })
}

/// Moves all of a position.
#[must_use]
pub fn migrate(market: Market, to: Market) -> Order<Migrate> {
    let all = U256::from(crate::exactly::WAD);
    let (flash, bounds) = (FlashSource::BalancerV2, loose_bounds());
    Order::of(Migrate { market, to, debtPortion: all, collateralPortion: all, repayMax: U256::MAX, flash, bounds })
}

impl<O: Verb> Order<O> {
    /// An operation, without routes and approvals.
    #[must_use]
    pub fn of(operation: O) -> Self {
        Self { operation, swaps: [Bytes::new(), Bytes::new()], authorizations: Vec::new() }
    }

    /// By way of a swap, which also advances what is bought.
    #[must_use]
    pub fn swapping(mut self, path: impl Into<Bytes>) -> Self {
        self.swaps[0] = path.into();
        self.flashing(FlashSource::UniswapV3)
    }

    /// By way of a second swap, of the collateral.
    #[must_use]
    pub fn swapping_collateral(mut self, path: impl Into<Bytes>) -> Self {
        self.swaps[1] = path.into();
        self
    }

    /// From another flash source.
    #[must_use]
    pub fn flashing(mut self, source: FlashSource) -> Self {
        *self.operation.flash() = source;
        self
    }

    /// With the debt in another market than the deposit.
    #[must_use]
    pub fn owing(mut self, debt: Address) -> Self {
        self.operation.market().debt = debt;
        self
    }

    /// With a debt of fixed maturity.
    #[must_use]
    pub fn maturing(mut self, maturity: U256) -> Self {
        self.operation.market().maturity = maturity;
        self
    }

    /// Within other limits.
    #[must_use]
    pub fn within(mut self, bounds: Bounds) -> Self {
        *self.operation.bounds() = bounds;
        self
    }

    /// With a signed approval more.
    #[must_use]
    pub fn authorized(mut self, authorization: Authorization) -> Self {
        self.authorizations.push(authorization);
        self
    }

    /// The call by its account.
    #[must_use]
    pub fn calldata(&self) -> Vec<u8> {
        O::encode(self.clone())
    }

    /// The call for its account.
    #[must_use]
    pub fn calldata_for(&self, signed: Signed) -> Vec<u8> {
        O::encode_for(self.clone(), signed)
    }
}

impl<O: Verb> From<O> for Order<O> {
    fn from(operation: O) -> Self {
        Self::of(operation)
    }
}

/// An explicit size.
fn assets(value: U256) -> Size {
    Size { target: Target::Amount, value }
}

impl Order<Leverage> {
    /// By an explicit amount of collateral.
    #[must_use]
    pub fn adding(mut self, collateral: U256) -> Self {
        self.operation.size = assets(collateral);
        self
    }
}

impl Order<Deleverage> {
    /// By an explicit amount of debt.
    #[must_use]
    pub fn repaying(mut self, debt: U256) -> Self {
        self.operation.size = assets(debt);
        self
    }
}

impl Order<Migrate> {
    /// Only this much of the debt and of the collateral, 18 decimals.
    #[must_use]
    pub fn portions(mut self, debt: U256, collateral: U256) -> Self {
        (self.operation.debtPortion, self.operation.collateralPortion) = (debt, collateral);
        self
    }

    /// At this cost, at most.
    #[must_use]
    pub fn paying_at_most(mut self, assets: U256) -> Self {
        self.operation.repayMax = assets;
        self
    }
}
