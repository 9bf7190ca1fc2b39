//! `ArbInfo` and `ArbGasInfo`: asked about accounts and about prices.
//!
//! What is about the parent chain's prices is zero: nothing is posted there.

use super::call::{Call, Mutability, Result};
use crate::arbos::storage::{peek_balance, peek_code};
use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::{SolInterface, SolValue, sol};

sol! {
    /// The interface, as Arbitrum publishes it.
    #[allow(missing_docs)]
    interface ArbInfo {
        function getBalance(address account) external view returns (uint256);
        function getCode(address account) external view returns (bytes memory);
    }
    /// The interface, as Arbitrum publishes it.
    #[allow(missing_docs)]
    interface ArbGasInfo {
        function getPricesInWeiWithAggregator(address aggregator) external view returns (uint256, uint256, uint256, uint256, uint256, uint256);
        function getPricesInWei() external view returns (uint256, uint256, uint256, uint256, uint256, uint256);
        function getPricesInArbGasWithAggregator(address aggregator) external view returns (uint256, uint256, uint256);
        function getPricesInArbGas() external view returns (uint256, uint256, uint256);
        function getGasAccountingParams() external view returns (uint256, uint256, uint256);
        function getMinimumGasPrice() external view returns (uint256);
        function getL1BaseFeeEstimate() external view returns (uint256);
        function getL1BaseFeeEstimateInertia() external view returns (uint64);
        function getL1RewardRate() external view returns (uint64);
        function getL1RewardRecipient() external view returns (address);
        function getL1GasPriceEstimate() external view returns (uint256);
        function getCurrentTxL1GasFees() external view returns (uint256);
        function getGasBacklog() external view returns (uint64);
        function getPricingInertia() external view returns (uint64);
        function getGasBacklogTolerance() external view returns (uint64);
        function getL1PricingSurplus() external view returns (int256);
        function getPerBatchGasCharge() external view returns (int64);
        function getAmortizedCostCapBips() external view returns (uint64);
        function getL1FeesAvailable() external view returns (uint256);
    }
}

/// Runs a function of `ArbInfo`.
pub(super) fn arb_info(call: &mut Call<'_>, input: &[u8]) -> Result {
    use ArbInfo::ArbInfoCalls as Function;
    const BALANCE: u64 = 700;
    const CODE: u64 = 2_600;
    const CODE_WORD: u64 = 3;
    let function = Function::abi_decode(input)?;
    call.begin(Mutability::View)?;
    Ok(match function {
        Function::getBalance(query) => {
            call.burn(BALANCE)?;
            peek_balance(call.context, query.account).abi_encode()
        }
        Function::getCode(query) => {
            call.burn(CODE)?;
            let code = peek_code(call.context, query.account);
            call.burn(CODE_WORD * (code.len() as u64).div_ceil(32))?;
            code.abi_encode()
        }
    })
}

/// Runs a function of `ArbGasInfo`.
pub(super) fn arb_gas_info(call: &mut Call<'_>, input: &[u8]) -> Result {
    use ArbGasInfo::ArbGasInfoCalls as Function;
    /// Gas of a new slot, by which storage is quoted.
    const SLOT: u64 = 20_000;
    /// Gas in a second that leaves the price as it is, as Arbitrum One has it.
    const SPEED_LIMIT: u64 = 7_000_000;
    /// Most gas of a transaction and of a block.
    const MOST: u64 = 32_000_000;
    /// Seconds: how slowly prices follow demand, and how much of it they let pass.
    const INERTIA: u64 = 102;
    const TOLERANCE: u64 = 10;
    let function = Function::abi_decode(input)?;
    call.begin(Mutability::View)?;
    let price = U256::from(call.context.block.basefee);
    Ok(match function {
        Function::getPricesInWei(_) | Function::getPricesInWeiWithAggregator(_) => {
            [U256::ZERO, U256::ZERO, price * U256::from(SLOT), price, U256::ZERO, price].abi_encode()
        }
        Function::getPricesInArbGas(_) | Function::getPricesInArbGasWithAggregator(_) => {
            [U256::ZERO, U256::ZERO, U256::from(SLOT)].abi_encode()
        }
        Function::getGasAccountingParams(_) => [SPEED_LIMIT, MOST, MOST].map(U256::from).abi_encode(),
        Function::getMinimumGasPrice(_) => price.abi_encode(),
        Function::getPricingInertia(_) => INERTIA.abi_encode(),
        Function::getGasBacklogTolerance(_) => TOLERANCE.abi_encode(),
        Function::getL1RewardRecipient(_) => Address::ZERO.abi_encode(),
        Function::getL1PricingSurplus(_) | Function::getPerBatchGasCharge(_) => I256::ZERO.abi_encode(),
        Function::getL1BaseFeeEstimate(_)
        | Function::getL1BaseFeeEstimateInertia(_)
        | Function::getL1RewardRate(_)
        | Function::getL1GasPriceEstimate(_)
        | Function::getCurrentTxL1GasFees(_)
        | Function::getGasBacklog(_)
        | Function::getAmortizedCostCapBips(_)
        | Function::getL1FeesAvailable(_) => U256::ZERO.abi_encode(),
    })
}
