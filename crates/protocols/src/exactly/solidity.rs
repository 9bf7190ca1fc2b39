//! Exactly's own manager, in Solidity: what to beat. Each of its calls, as a transaction to send or to simulate.

use super::{
    Exactly, IDebtManagerMarketPermit, IDebtManagerPermit2, IDebtManagerSolidity, IDebtManagerTokenPermit, Permit,
    Permit2,
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use devnet::Tx;

/// The manager.
#[derive(Clone, Copy, Debug)]
pub struct SolidityManager {
    /// Where users call it.
    pub address: Address,
}

/// What comes with a leverage, instead of approvals.
#[derive(Clone, Debug)]
pub enum LeveragePermits {
    /// Nothing: the market's shares and the token are approved.
    None,
    /// For the market's shares.
    Market(Permit),
    /// For the market's shares, and the deposit through Permit2.
    MarketAndPermit2(Permit, Permit2),
    /// For the market's shares, and the token's own. The deposit is what the token's is for.
    MarketAndToken(Permit, Permit),
}

/// A move of a share of a fixed debt to another maturity.
#[derive(Clone, Copy, Debug)]
pub struct RollFixed {
    /// From where.
    pub repay_maturity: U256,
    /// To where.
    pub borrow_maturity: U256,
    /// Most units to repay.
    pub max_repay: U256,
    /// Most units to owe at the new maturity for it.
    pub max_borrow: U256,
    /// The share, at 18 decimals.
    pub percentage: U256,
}

/// A move of a share of a debt between a maturity and the floating rate.
#[derive(Clone, Copy, Debug)]
pub struct Roll {
    /// The maturity.
    pub maturity: U256,
    /// Most units to owe for it.
    pub max_debt: U256,
    /// The share, at 18 decimals.
    pub percentage: U256,
}

impl Exactly {
    /// Exactly's own manager.
    #[must_use]
    pub const fn manager(&self) -> SolidityManager {
        SolidityManager { address: self.solidity_manager[0] }
    }

    /// The transaction that raises leverage through Exactly's own manager.
    #[must_use]
    pub fn solidity_leverage(&self, account: Address, market: Address, deposit: U256, ratio: U256) -> Tx {
        self.manager().leverage(account, market, deposit, ratio, LeveragePermits::None)
    }

    /// The transaction that lowers leverage through Exactly's own manager.
    #[must_use]
    pub fn solidity_deleverage(&self, account: Address, market: Address, withdraw: U256, ratio: U256) -> Tx {
        self.manager().deleverage(account, market, withdraw, ratio, None)
    }
}

impl SolidityManager {
    fn tx(self, account: Address, call: impl SolCall) -> Tx {
        Tx::call(account, self.address, call.abi_encode())
    }

    /// Lets a market take what the manager holds: needed once for each market, by anyone.
    #[must_use]
    pub fn approve(self, account: Address, market: Address) -> Tx {
        self.tx(account, IDebtManagerSolidity::approveCall { market })
    }

    /// Raises leverage to a ratio, 18 decimals, after depositing units. A token's own permit says the units itself:
    /// `deposit` is then not sent.
    #[must_use]
    pub fn leverage(
        self,
        account: Address,
        market: Address,
        deposit: U256,
        ratio: U256,
        permits: LeveragePermits,
    ) -> Tx {
        match permits {
            LeveragePermits::None => self.tx(account, IDebtManagerSolidity::leverageCall { market, deposit, ratio }),
            LeveragePermits::Market(permit) => self
                .tx(account, IDebtManagerMarketPermit::leverageCall { market, deposit, ratio, marketPermit: permit }),
            LeveragePermits::MarketAndPermit2(permit, transfer) => self.tx(
                account,
                IDebtManagerPermit2::leverageCall {
                    market,
                    deposit,
                    ratio,
                    marketPermit: permit,
                    assetPermit: transfer,
                },
            ),
            LeveragePermits::MarketAndToken(permit, token) => self.tx(
                account,
                IDebtManagerTokenPermit::leverageCall { market, ratio, marketPermit: permit, assetPermit: token },
            ),
        }
    }

    /// Lowers leverage to a ratio, 18 decimals, and withdraws units.
    #[must_use]
    pub fn deleverage(
        self,
        account: Address,
        market: Address,
        withdraw: U256,
        ratio: U256,
        permit: Option<Permit>,
    ) -> Tx {
        match permit {
            None => self.tx(account, IDebtManagerSolidity::deleverageCall { market, withdraw, ratio }),
            Some(p) => self.tx(account, IDebtManagerMarketPermit::deleverageCall { market, withdraw, ratio, p }),
        }
    }

    /// Moves a fixed debt to another maturity.
    #[must_use]
    pub fn roll_fixed(self, account: Address, market: Address, roll: RollFixed, permit: Option<Permit>) -> Tx {
        let RollFixed { repay_maturity, borrow_maturity, max_repay, max_borrow, percentage } = roll;
        match permit {
            None => self.tx(
                account,
                IDebtManagerSolidity::rollFixedCall {
                    market,
                    repayMaturity: repay_maturity,
                    borrowMaturity: borrow_maturity,
                    maxRepayAssets: max_repay,
                    maxBorrowAssets: max_borrow,
                    percentage,
                },
            ),
            Some(p) => self.tx(
                account,
                IDebtManagerMarketPermit::rollFixedCall {
                    market,
                    repayMaturity: repay_maturity,
                    borrowMaturity: borrow_maturity,
                    maxRepayAssets: max_repay,
                    maxBorrowAssets: max_borrow,
                    percentage,
                    p,
                },
            ),
        }
    }

    /// Moves a fixed debt to the floating rate.
    #[must_use]
    pub fn roll_fixed_to_floating(self, account: Address, market: Address, roll: Roll, permit: Option<Permit>) -> Tx {
        let Roll { maturity, max_debt, percentage } = roll;
        match permit {
            None => self.tx(
                account,
                IDebtManagerSolidity::rollFixedToFloatingCall {
                    market,
                    repayMaturity: maturity,
                    maxRepayAssets: max_debt,
                    percentage,
                },
            ),
            Some(p) => self.tx(
                account,
                IDebtManagerMarketPermit::rollFixedToFloatingCall {
                    market,
                    repayMaturity: maturity,
                    maxRepayAssets: max_debt,
                    percentage,
                    p,
                },
            ),
        }
    }

    /// Moves a floating debt to a maturity.
    #[must_use]
    pub fn roll_floating_to_fixed(self, account: Address, market: Address, roll: Roll, permit: Option<Permit>) -> Tx {
        let Roll { maturity, max_debt, percentage } = roll;
        match permit {
            None => self.tx(
                account,
                IDebtManagerSolidity::rollFloatingToFixedCall {
                    market,
                    borrowMaturity: maturity,
                    maxBorrowAssets: max_debt,
                    percentage,
                },
            ),
            Some(p) => self.tx(
                account,
                IDebtManagerMarketPermit::rollFloatingToFixedCall {
                    market,
                    borrowMaturity: maturity,
                    maxBorrowAssets: max_debt,
                    percentage,
                    p,
                },
            ),
        }
    }
}
