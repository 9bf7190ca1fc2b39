//! The interfaces: everything that has a name outside the contract comes from the Solidity files in `abi/`.

use alloy_primitives::U256;

#[allow(missing_docs, reason = "documented in the Solidity files")]
mod generated {
    alloy_sol_types::sol!("abi/IDebtManager.sol");
    alloy_sol_types::sol!("abi/IDebtPreview.sol");
    alloy_sol_types::sol!("abi/Witnesses.sol");
    alloy_sol_types::sol!("abi/external/IERC20.sol");
    alloy_sol_types::sol!("abi/external/IExactly.sol");
    alloy_sol_types::sol!("abi/external/IExactlyState.sol");
    alloy_sol_types::sol!("abi/external/IERC20Permit.sol");
    alloy_sol_types::sol!("abi/external/IPermit2.sol");
    alloy_sol_types::sol!("abi/external/IBalancerV2Vault.sol");
    alloy_sol_types::sol!("abi/external/IUniswapV3Pool.sol");
}
pub use generated::{
    IBalancerV2Vault, IDaiLikePermit, IDebtManager, IDebtPreview, IERC20, IERC20Permit, IERC7598, IExactlyAuditor,
    IExactlyAuditorState, IExactlyMarket, IExactlyMarketState, IPermit2, IUniswapV3Pool, Witnesses,
};

/// Deposit and debt of an account in a market, in units of their assets; the deposit rounded down, the debt up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// What is supplied.
    pub collateral: U256,
    /// What is owed.
    pub debt: U256,
}
