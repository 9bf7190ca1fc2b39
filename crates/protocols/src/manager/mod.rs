//! Our own contract: deployed like any Stylus program, and called as its users call it.
//!
//! An [`Order`] is an operation with its routes and approvals, put together step by step; it is sent by the account
//! itself, or signed and sent by anyone.

mod order;
mod signed;

use crate::deployer::{WorldError, deploy_program};
use alloy_primitives::{Address, U256};
use debt_manager::abi::IDebtManager::{self, Lender};
use devnet::{Chain, Tx};
pub use order::{Order, Verb, deleverage, leverage, migrate};
pub use signed::{Fee, Signable, authorization};

/// Everything that remains, as the assets to withdraw.
pub const ALL: U256 = U256::MAX;

/// The contract on a chain.
#[derive(Clone, Copy, Debug)]
pub struct DebtManager {
    /// Where it is.
    pub address: Address,
}

/// Limits that a test or a demonstration states loosely: they are met by any outcome but a very bad one.
#[must_use]
pub fn loose_bounds() -> IDebtManager::Bounds {
    IDebtManager::Bounds {
        deadline: U256::MAX,
        debtMax: U256::MAX,
        collateralMin: U256::ZERO,
        equityLossMax: U256::MAX,
        healthFactorMin: U256::ZERO,
    }
}

/// A position on Exactly: supplied in one market, owed in one, at the floating rate.
#[must_use]
pub fn position(collateral: Address, debt: Address) -> IDebtManager::Market {
    IDebtManager::Market { lender: Lender::Exactly, collateral, debt, maturity: U256::ZERO }
}

/// A size by ratio, 18 decimals.
#[must_use]
pub fn ratio(value: U256) -> IDebtManager::Size {
    IDebtManager::Size { target: IDebtManager::Target::Ratio, value }
}

impl DebtManager {
    /// Deploys and activates a WASM.
    pub fn deploy(chain: &mut Chain, wasm: &[u8]) -> Result<Self, WorldError> {
        deploy_program(chain, "the contract", wasm).map(|address| Self { address })
    }

    /// The transaction by which an account sends its own operation.
    #[must_use]
    pub fn send<O: Verb>(&self, account: Address, order: impl Into<Order<O>>) -> Tx {
        Tx::call(account, self.address, order.into().calldata())
    }

    /// The transaction by which anyone sends an operation that its account has signed.
    #[must_use]
    pub fn relay<O: Verb>(&self, relayer: Address, order: &Order<O>, signed: IDebtManager::Signed) -> Tx {
        Tx::call(relayer, self.address, order.calldata_for(signed))
    }
}
