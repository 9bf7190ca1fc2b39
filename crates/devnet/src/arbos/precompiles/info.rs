//! The precompiles that tools ask about the chain, and the few things that its owner can say.

use super::{
    call::{Call, Failure, Result},
    wasm_cache,
};
use crate::evm;
use alloy_primitives::{Address, U256, address};
use alloy_sol_types::{SolInterface, SolValue, sol};
use revm::context::{ContextTr, JournalTr};

/// The account that owns the chain: anyone may speak in its name on a development chain.
pub const CHAIN_OWNER: Address = address!("a4b0000000000000000000000000000000000001");
/// Where data fees go.
pub(super) const NETWORK_FEES: Address = address!("a4b0000000000000000000000000000000000002");

sol! {
    #[allow(missing_docs)]
    interface ArbSys {
        function arbBlockNumber() external view returns (uint256);
        function arbBlockHash(uint256 arbBlockNum) external view returns (bytes32);
        function arbChainID() external view returns (uint256);
        function arbOSVersion() external view returns (uint256);
        function isTopLevelCall() external view returns (bool);
        function getStorageGasAvailable() external view returns (uint256);
        function wasMyCallersAddressAliased() external view returns (bool);
    }
    #[allow(missing_docs)]
    interface ArbInfo {
        function getBalance(address account) external view returns (uint256);
        function getCode(address account) external view returns (bytes memory);
    }
    #[allow(missing_docs)]
    interface ArbOwnerPublic {
        function isChainOwner(address addr) external view returns (bool);
        function getAllChainOwners() external view returns (address[] memory);
        function getNetworkFeeAccount() external view returns (address);
        function getMaxStylusContractFragments() external view returns (uint8);
    }
    #[allow(missing_docs)]
    interface ArbGasInfo {
        function getPricesInWei() external view returns (uint256, uint256, uint256, uint256, uint256, uint256);
        function getMinimumGasPrice() external view returns (uint256);
        function getL1BaseFeeEstimate() external view returns (uint256);
        function getCurrentTxL1GasFees() external view returns (uint256);
    }
    #[allow(missing_docs)]
    interface ArbOwner {
        function addWasmCacheManager(address manager) external;
    }
}

/// `ArbSys`.
pub(super) fn arb_sys(call: &mut Call<'_>, input: &[u8]) -> Result {
    use ArbSys::ArbSysCalls as Function;
    /// What ArbOS's version is counted from.
    const VERSION_BASE: u64 = 55;
    call.takes_no_value()?;
    let chain = &call.context.chain;
    Ok(match Function::abi_decode(input).map_err(|_| Failure::empty())? {
        Function::arbBlockNumber(_) => U256::from(chain.block_number).abi_encode(),
        Function::arbBlockHash(query) => {
            let number = u64::try_from(query.arbBlockNum).ok().filter(|number| *number < chain.block_number);
            let number = number.ok_or(Failure::empty())?;
            let Ok(hash) = revm::Database::block_hash(call.context.journal_mut().db_mut(), number);
            hash.abi_encode()
        }
        Function::arbChainID(_) => U256::from(call.context.cfg.chain_id).abi_encode(),
        Function::arbOSVersion(_) => U256::from(VERSION_BASE + chain.arbos.0).abi_encode(),
        Function::isTopLevelCall(_) => (call.caller == call.context.tx.caller).abi_encode(),
        Function::getStorageGasAvailable(_) => U256::ZERO.abi_encode(),
        Function::wasMyCallersAddressAliased(_) => false.abi_encode(),
    })
}

/// `ArbInfo`.
pub(super) fn arb_info(call: &mut Call<'_>, input: &[u8]) -> Result {
    use ArbInfo::ArbInfoCalls as Function;
    const BALANCE: u64 = 700;
    const CODE: u64 = 2_600;
    const CODE_WORD: u64 = 3;
    call.takes_no_value()?;
    Ok(match Function::abi_decode(input).map_err(|_| Failure::empty())? {
        Function::getBalance(query) => {
            call.burn(BALANCE)?;
            let Ok(loaded) = call.context.journal_mut().load_account(query.account);
            loaded.data.info.balance.abi_encode()
        }
        Function::getCode(query) => {
            call.burn(CODE)?;
            let code = evm::peek_code(call.context, query.account);
            call.burn(CODE_WORD * (code.len() as u64).div_ceil(32))?;
            code.abi_encode()
        }
    })
}

/// `ArbOwnerPublic`.
pub(super) fn arb_owner_public(call: &mut Call<'_>, input: &[u8]) -> Result {
    use ArbOwnerPublic::ArbOwnerPublicCalls as Function;
    call.takes_no_value()?;
    Ok(match Function::abi_decode(input).map_err(|_| Failure::empty())? {
        Function::isChainOwner(query) => (query.addr == CHAIN_OWNER).abi_encode(),
        Function::getAllChainOwners(_) => vec![CHAIN_OWNER].abi_encode(),
        Function::getNetworkFeeAccount(_) => NETWORK_FEES.abi_encode(),
        Function::getMaxStylusContractFragments(_) => {
            U256::from(call.context.chain.params.max_fragment_count).abi_encode()
        }
    })
}

/// `ArbGasInfo`: what is for the parent chain is zero, since there is none.
pub(super) fn arb_gas_info(call: &mut Call<'_>, input: &[u8]) -> Result {
    use ArbGasInfo::ArbGasInfoCalls as Function;
    /// Gas of a new slot, by which storage is quoted.
    const SLOT: u64 = 20_000;
    call.takes_no_value()?;
    let price = U256::from(call.context.block.basefee);
    Ok(match Function::abi_decode(input).map_err(|_| Failure::empty())? {
        Function::getPricesInWei(_) => {
            let storage = price * U256::from(SLOT);
            [U256::ZERO, U256::ZERO, storage, price, U256::ZERO, price].map(|wei| wei.to_be_bytes::<32>()).concat()
        }
        Function::getMinimumGasPrice(_) => price.abi_encode(),
        Function::getL1BaseFeeEstimate(_) | Function::getCurrentTxL1GasFees(_) => U256::ZERO.abi_encode(),
    })
}

/// `ArbOwner`, for whom the chain belongs to.
pub(super) fn arb_owner(call: &mut Call<'_>, input: &[u8]) -> Result {
    use ArbOwner::ArbOwnerCalls as Function;
    call.takes_no_value()?;
    if call.caller != CHAIN_OWNER {
        return Err(Failure::empty());
    }
    let Function::addWasmCacheManager(order) = Function::abi_decode(input).map_err(|_| Failure::empty())?;
    wasm_cache::add_manager(call, order.manager)?;
    Ok(Vec::new())
}
