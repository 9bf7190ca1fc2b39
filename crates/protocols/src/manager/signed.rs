//! Operations as their accounts sign them, and signed approvals in the form that the contract takes.

use super::{DebtManager, Order, Verb};
use crate::signing::permit2::{Permit, Permitted, TokenPermissions, Witness};
use alloy_primitives::{Address, Bytes, U256};
use debt_manager::abi::{
    IDebtManager::{Authorization, AuthorizationKind, Bounds, Deleverage, Leverage, Market, Migrate},
    Witnesses,
};

/// What an account pays for its operation being sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fee {
    /// In which token.
    pub token: Address,
    /// How much, in its units.
    pub units: U256,
    /// To whom.
    pub recipient: Address,
}

/// An operation that has a witness.
pub trait Signable: Verb {
    /// What the account takes from its wallet.
    fn deposit(&self) -> U256;
    /// The struct that is signed.
    fn witness(order: &Order<Self>, fee_recipient: Address) -> Witness;
}

macro_rules! witness {
    ($verb:ident, $order:ident, $recipient:ident, $market:expr, $bounds:expr, { $($field:ident: $value:expr),* $(,)? }) => {{
        let Market { lender, collateral, debt, maturity } = $market.clone();
        let Bounds { deadline, debtMax, collateralMin, equityLossMax, healthFactorMin } = $bounds.clone();
        Witness::of(&Witnesses::$verb {
            lender: lender as u8, collateral, debt, maturity,
            $($field: $value,)*
            flash: $order.operation.flash as u8,
            deadline, debtMax, collateralMin, equityLossMax, healthFactorMin,
            feeRecipient: $recipient,
        })
    }};
}

impl Signable for Leverage {
    fn deposit(&self) -> U256 {
        self.deposit
    }

    fn witness(order: &Order<Self>, recipient: Address) -> Witness {
        let Self { market, size, deposit, bounds, .. } = &order.operation;
        witness!(Leverage, order, recipient, market, bounds, {
            target: size.target as u8, size: size.value, deposit: *deposit, swap: order.swaps[0].clone(),
        })
    }
}

impl Signable for Deleverage {
    fn deposit(&self) -> U256 {
        U256::ZERO
    }

    fn witness(order: &Order<Self>, recipient: Address) -> Witness {
        let Self { market, size, withdraw, bounds, .. } = &order.operation;
        witness!(Deleverage, order, recipient, market, bounds, {
            target: size.target as u8, size: size.value, withdraw: *withdraw, swap: order.swaps[0].clone(),
        })
    }
}

impl Signable for Migrate {
    fn deposit(&self) -> U256 {
        U256::ZERO
    }

    fn witness(order: &Order<Self>, recipient: Address) -> Witness {
        let operation = &order.operation;
        let to = &operation.to;
        witness!(Migrate, order, recipient, operation.market, operation.bounds, {
            toLender: to.lender as u8, toCollateral: to.collateral, toDebt: to.debt, toMaturity: to.maturity,
            debtPortion: operation.debtPortion, collateralPortion: operation.collateralPortion,
            repayMax: operation.repayMax,
            debtSwap: order.swaps[0].clone(), collateralSwap: order.swaps[1].clone(),
        })
    }
}

impl DebtManager {
    /// What an account signs to have an operation sent for it, and Permit2's witness in it. `asset` is the collateral's.
    #[must_use]
    pub fn intent<O: Signable>(&self, order: &Order<O>, asset: Address, nonce: U256, fee: Fee) -> (Permit, Witness) {
        let deposit = TokenPermissions { token: asset, amount: order.operation.deposit() };
        let paid = TokenPermissions { token: fee.token, amount: fee.units };
        let deadline = order.operation.clone().bounds().deadline;
        let permitted = Permitted::Many(vec![deposit, paid]);
        (Permit { permitted, spender: self.address, nonce, deadline }, O::witness(order, fee.recipient))
    }
}

/// A signed approval for the contract.
#[must_use]
pub fn authorization(
    kind: AuthorizationKind,
    token: Address,
    value: U256,
    deadline: U256,
    signature: Bytes,
) -> Authorization {
    Authorization { kind, token, value, nonce: U256::ZERO, deadline, signature }
}
