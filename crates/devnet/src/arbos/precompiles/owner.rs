//! `ArbOwner` and `ArbOwnerPublic`: what the chain's owners can set, and what all can ask of that.

use super::call::{Call, Failure, Mutability, Result};
use crate::arbos::{account_set::AccountSet, params::Param, storage::slot};
use alloy_primitives::{Address, FixedBytes, U256, address};
use alloy_sol_types::{SolInterface, SolValue, sol};
use stylus::params::ArbOs;

/// The account that owns the chain at first: anyone may speak in its name on a development chain.
pub const CHAIN_OWNER: Address = address!("a4b0000000000000000000000000000000000001");
/// Where data fees go, unless an owner says otherwise.
const NETWORK_FEES: Address = address!("a4b0000000000000000000000000000000000002");

sol! {
    /// The interface, as Arbitrum publishes it.
    #[allow(missing_docs)]
    interface ArbOwnerPublic {
        function isChainOwner(address addr) external view returns (bool);
        function getAllChainOwners() external view returns (address[] memory);
        function getNetworkFeeAccount() external view returns (address);
        function getInfraFeeAccount() external view returns (address);
        function getBrotliCompressionLevel() external view returns (uint64);
        function getScheduledUpgrade() external view returns (uint64 arbosVersion, uint64 scheduledForTimestamp);
        function isCalldataPriceIncreaseEnabled() external view returns (bool);
        function getMaxStylusContractFragments() external view returns (uint8);
    }
    /// The part of the interface that Arbitrum publishes which means something on this chain.
    #[allow(missing_docs)]
    interface ArbOwner {
        function addChainOwner(address newOwner) external;
        function removeChainOwner(address ownerToRemove) external;
        function isChainOwner(address addr) external view returns (bool);
        function getAllChainOwners() external view returns (address[] memory);
        function getNetworkFeeAccount() external view returns (address);
        function setNetworkFeeAccount(address newNetworkFeeAccount) external;
        function setInkPrice(uint32 price) external;
        function setWasmMaxStackDepth(uint32 depth) external;
        function setWasmFreePages(uint16 pages) external;
        function setWasmPageGas(uint16 gas) external;
        function setWasmPageLimit(uint16 limit) external;
        function setWasmMaxSize(uint32 size) external;
        function setWasmMinInitGas(uint8 gas, uint16 cached) external;
        function setWasmInitCostScalar(uint64 percent) external;
        function setWasmExpiryDays(uint16 _days) external;
        function setWasmKeepaliveDays(uint16 _days) external;
        function setWasmBlockCacheSize(uint16 count) external;
        function setWasmActivationGas(uint64 gas) external;
        function setMaxStylusContractFragments(uint8 maxFragments) external;
        function addWasmCacheManager(address manager) external;
        function removeWasmCacheManager(address manager) external;

        event OwnerActs(bytes4 indexed method, address indexed owner, bytes data);
    }
}

fn network_fee_slot() -> U256 {
    slot("network fee account", [])
}

/// Where data fees go.
pub(super) fn network_fee_account(call: &mut Call<'_>) -> Result<Address> {
    let set = call.read(network_fee_slot())?;
    Ok(if set.is_zero() { NETWORK_FEES } else { Address::from_word(set.into()) })
}

/// Runs a function of `ArbOwnerPublic`.
pub(super) fn arb_owner_public(call: &mut Call<'_>, input: &[u8]) -> Result {
    use ArbOwnerPublic::ArbOwnerPublicCalls as Function;
    let function = Function::abi_decode(input)?;
    if matches!(function, Function::getMaxStylusContractFragments(_)) && call.context.chain.arbos < ArbOs::V60 {
        return Err(Failure::Mismatch);
    }
    call.begin(Mutability::View)?;
    Ok(match function {
        Function::isChainOwner(query) => call.is_member(AccountSet::CHAIN_OWNERS, query.addr)?.abi_encode(),
        Function::getAllChainOwners(_) => call.members(AccountSet::CHAIN_OWNERS)?.abi_encode(),
        Function::getNetworkFeeAccount(_) | Function::getInfraFeeAccount(_) => network_fee_account(call)?.abi_encode(),
        // As Arbitrum One has it; nothing is compressed here.
        Function::getBrotliCompressionLevel(_) => U256::ONE.abi_encode(),
        Function::getScheduledUpgrade(_) => [U256::ZERO; 2].abi_encode(),
        Function::isCalldataPriceIncreaseEnabled(_) => false.abi_encode(),
        Function::getMaxStylusContractFragments(_) => U256::from(call.params()?.max_fragment_count).abi_encode(),
    })
}

/// Runs a function of `ArbOwner`, which is free for an owner and announced, and for nobody else.
pub(super) fn arb_owner(call: &mut Call<'_>, input: &[u8]) -> Result {
    use ArbOwner::ArbOwnerCalls as Function;
    let function = Function::abi_decode(input)?;
    let looks = matches!(
        function,
        Function::isChainOwner(_) | Function::getAllChainOwners(_) | Function::getNetworkFeeAccount(_)
    );
    call.begin(if looks { Mutability::View } else { Mutability::Write })?;
    if !call.is_member(AccountSet::CHAIN_OWNERS, call.caller)? {
        return Err(Failure::empty());
    }
    call.for_free(|call| {
        let output = order(call, function)?;
        if !looks {
            let method = FixedBytes::from_slice(&input[..4]);
            call.emit(&ArbOwner::OwnerActs { method, owner: call.caller, data: input.to_vec().into() })?;
        }
        Ok(output)
    })
}

fn order(call: &mut Call<'_>, function: ArbOwner::ArbOwnerCalls) -> Result {
    use ArbOwner::ArbOwnerCalls as Function;
    const OWNERS: AccountSet = AccountSet::CHAIN_OWNERS;
    const MANAGERS: AccountSet = AccountSet::CACHE_MANAGERS;
    match function {
        Function::isChainOwner(query) => return Ok(call.is_member(OWNERS, query.addr)?.abi_encode()),
        Function::getAllChainOwners(_) => return Ok(call.members(OWNERS)?.abi_encode()),
        Function::getNetworkFeeAccount(_) => return Ok(network_fee_account(call)?.abi_encode()),
        Function::addChainOwner(order) => call.add_member(OWNERS, order.newOwner),
        Function::removeChainOwner(order) => call.remove_member(OWNERS, order.ownerToRemove),
        Function::setNetworkFeeAccount(order) => {
            call.write(network_fee_slot(), order.newNetworkFeeAccount.into_word().into())
        }
        Function::setInkPrice(order) if order.price == 0 || order.price >= 1 << 24 => Err(Failure::empty()),
        Function::setInkPrice(order) => call.set_param(Param::InkPrice, U256::from(order.price)),
        Function::setWasmMaxStackDepth(order) => call.set_param(Param::MaxStackDepth, U256::from(order.depth)),
        Function::setWasmFreePages(order) => call.set_param(Param::FreePages, U256::from(order.pages)),
        Function::setWasmPageGas(order) => call.set_param(Param::PageGas, U256::from(order.gas)),
        Function::setWasmPageLimit(order) => call.set_param(Param::PageLimit, U256::from(order.limit)),
        Function::setWasmMaxSize(order) => call.set_param(Param::MaxWasmSize, U256::from(order.size)),
        Function::setWasmMinInitGas(order) => {
            call.set_param(Param::MinInitGas, U256::from(order.gas))?;
            call.set_param(Param::MinCachedInitGas, U256::from(order.cached))
        }
        Function::setWasmInitCostScalar(order) => call.set_param(Param::InitCostScalar, U256::from(order.percent)),
        Function::setWasmExpiryDays(order) => call.set_param(Param::ExpiryDays, U256::from(order._days)),
        Function::setWasmKeepaliveDays(order) => call.set_param(Param::KeepaliveDays, U256::from(order._days)),
        Function::setWasmBlockCacheSize(order) => call.set_param(Param::BlockCacheSize, U256::from(order.count)),
        Function::setWasmActivationGas(order) => call.set_param(Param::ActivationGas, U256::from(order.gas)),
        Function::setMaxStylusContractFragments(order) => {
            call.set_param(Param::MaxFragmentCount, U256::from(order.maxFragments))
        }
        Function::addWasmCacheManager(order) => call.add_member(MANAGERS, order.manager),
        Function::removeWasmCacheManager(order) => call.remove_member(MANAGERS, order.manager),
    }?;
    Ok(Vec::new())
}
