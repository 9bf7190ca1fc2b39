//! What is measured.

use crate::demo::Manager;

/// An operation on a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// Of a deposit without a debt, to a ratio.
    Leverage(u64),
    /// Of a deposit with a debt, to a ratio.
    LeverageFurther(u64),
    /// Of a deposit without a debt, to a ratio, with so little in the flash source that it takes three loans.
    LeverageInThree(u64),
    /// To no debt, with everything withdrawn.
    Deleverage,
    /// The whole floating debt to a maturity.
    RollToFixed,
    /// The whole debt of a maturity to the next one.
    RollFixed,
    /// The whole debt of a maturity to the floating rate.
    RollToFloating,
    /// USDC supplied, WETH owed, to a ratio of 2.
    Short,
    /// WETH supplied, USDC owed, to a ratio of 2.
    Long,
    /// The end of a short, with everything withdrawn.
    Close,
    /// USDC for wstETH as what is supplied, all of it. WETH is owed.
    MoveCollateral,
    /// WETH for USDC as what is owed, all of it. USDC is supplied.
    MoveDebt,
}

/// How the manager is allowed to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Permits {
    /// By approvals, of the market's shares and of the asset, given before.
    None,
    /// By a permit of the market's shares. The asset is approved.
    Market,
    /// By permits of the market's shares and of the asset.
    MarketAndToken,
    /// By a permit of the market's shares and a transfer by Permit2.
    MarketAndPermit2,
}

/// An operation, allowed in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) operation: Operation,
    pub(super) permits: Permits,
}

impl Case {
    /// Everything that is measured.
    pub(super) fn all() -> Vec<Self> {
        use Operation::{
            Close, Deleverage, Leverage, LeverageFurther, LeverageInThree, Long, MoveCollateral, MoveDebt, RollFixed,
            RollToFixed, RollToFloating, Short,
        };
        use Permits::{Market, MarketAndPermit2, MarketAndToken, None};
        let deposits = [None, Market, MarketAndToken, MarketAndPermit2].as_slice();
        let cases: [(Operation, &[Permits]); 13] = [
            (Leverage(3), deposits),
            (Leverage(4), deposits),
            (LeverageFurther(4), &[None, Market]),
            (LeverageInThree(4), &[None]),
            (Deleverage, &[None, Market]),
            (RollToFixed, &[None, Market]),
            (RollFixed, &[None, Market]),
            (RollToFloating, &[None, Market]),
            (Short, &[None]),
            (Long, &[None]),
            (Close, &[None]),
            (MoveCollateral, &[None]),
            (MoveDebt, &[None]),
        ];
        let each = cases.into_iter();
        each.flat_map(|(operation, ways)| ways.iter().map(move |&permits| Self { operation, permits })).collect()
    }

    /// What it is.
    pub(super) const fn name(self) -> &'static str {
        match self.operation {
            Operation::Leverage(_) => "leverage",
            Operation::LeverageFurther(_) => "leverage further",
            Operation::LeverageInThree(_) => "leverage in three loops",
            Operation::Deleverage => "full deleverage",
            Operation::RollToFixed => "roll floating to fixed",
            Operation::RollFixed => "roll fixed to fixed",
            Operation::RollToFloating => "roll fixed to floating",
            Operation::Short => "cross-asset short",
            Operation::Long => "cross-asset long",
            Operation::Close => "cross-asset close",
            Operation::MoveCollateral => "change of collateral",
            Operation::MoveDebt => "change of debt",
        }
    }

    /// Which of them.
    pub(super) fn variant(self) -> String {
        let way = match self.permits {
            Permits::None => "no permit",
            Permits::Market => "market permit",
            Permits::MarketAndToken => "market permit + EIP-2612",
            Permits::MarketAndPermit2 => "market permit + Permit2",
        };
        match self.operation {
            Operation::Leverage(ratio) | Operation::LeverageFurther(ratio) | Operation::LeverageInThree(ratio) => {
                format!("{ratio}x, {way}")
            }
            Operation::Short | Operation::Long => format!("2x, {way}"),
            _ => way.to_owned(),
        }
    }

    /// Who can do it.
    pub(super) const fn managers(self) -> &'static [Manager] {
        match self.operation {
            Operation::Short | Operation::Long | Operation::Close | Operation::MoveCollateral | Operation::MoveDebt => {
                &[Manager::Stylus]
            }
            _ => &[Manager::Stylus, Manager::Solidity],
        }
    }
}
