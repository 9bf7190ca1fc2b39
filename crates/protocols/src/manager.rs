//! Our own contract: deployed like any Stylus program, and called as its users call it.

use crate::deployer::{Account, WorldError, execute};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use debt_manager::abi::IDebtManager::{self, deleverageCall, leverageCall};
use devnet::{Chain, Tx};
use stylus::code;

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

/// A position on one Exactly market, floating rate.
#[must_use]
pub fn same_asset(market: Address) -> IDebtManager::Market {
    IDebtManager::Market {
        lender: IDebtManager::Lender::Exactly,
        collateral: market,
        debt: market,
        maturity: U256::ZERO,
    }
}

/// A size by ratio, 18 decimals.
#[must_use]
pub fn ratio(value: U256) -> IDebtManager::Size {
    IDebtManager::Size { target: IDebtManager::Target::Ratio, value }
}

/// Raises leverage on one Exactly market to a ratio.
#[must_use]
pub fn leverage(market: Address, deposit: U256, ratio_wad: U256) -> IDebtManager::Leverage {
    IDebtManager::Leverage {
        market: same_asset(market),
        size: ratio(ratio_wad),
        deposit,
        flash: IDebtManager::FlashSource::BalancerV2,
        bounds: loose_bounds(),
    }
}

/// Lowers leverage on one Exactly market to a ratio.
#[must_use]
pub fn deleverage(market: Address, withdraw: U256, ratio_wad: U256) -> IDebtManager::Deleverage {
    IDebtManager::Deleverage {
        market: same_asset(market),
        size: ratio(ratio_wad),
        withdraw,
        flash: IDebtManager::FlashSource::BalancerV2,
        bounds: loose_bounds(),
    }
}

impl DebtManager {
    /// Deploys and activates a WASM.
    pub fn deploy(chain: &mut Chain, wasm: &[u8]) -> Result<Self, WorldError> {
        let initcode = code::initcode(&code::compress(wasm));
        let receipt = execute(chain, "deploy the contract", Tx::create(Account::DEPLOYER.0, initcode))?;
        let address = receipt.contract_address.unwrap_or_default();
        let refused = |error| WorldError::Refused { what: "activate the contract".to_owned(), error };
        let activated = chain.activate(address, Account::DEPLOYER.0).map_err(refused)?;
        match activated.success {
            true => Ok(Self { address }),
            false => Err(WorldError::Reverted { what: "activate the contract".to_owned(), output: activated.output }),
        }
    }

    /// The transaction that raises leverage.
    #[must_use]
    pub fn leverage(&self, account: Address, operation: IDebtManager::Leverage) -> Tx {
        let call = leverageCall { operation, swap: Bytes::new(), authorizations: Vec::new() };
        Tx::call(account, self.address, call.abi_encode())
    }

    /// The transaction that lowers leverage.
    #[must_use]
    pub fn deleverage(&self, account: Address, operation: IDebtManager::Deleverage) -> Tx {
        let call = deleverageCall { operation, swap: Bytes::new(), authorizations: Vec::new() };
        Tx::call(account, self.address, call.abi_encode())
    }
}
