//! `ArbSys`: asked about the chain and about the call, and told what is meant for the parent chain.

use super::call::{Call, Failure, Mutability, Result};
use crate::arbos::storage::{slot, unseen};
use alloy_primitives::{Address, Bytes, U256, address, keccak256};
use alloy_sol_types::{SolInterface, SolValue, sol};
use revm::context::{ContextTr, JournalTr, journaled_state::account::JournaledAccountTr as _};

sol! {
    /// The interface, as Arbitrum publishes it.
    #[allow(missing_docs, clippy::too_many_arguments)]
    interface ArbSys {
        function arbBlockNumber() external view returns (uint256);
        function arbBlockHash(uint256 arbBlockNum) external view returns (bytes32);
        function arbChainID() external view returns (uint256);
        function arbOSVersion() external view returns (uint256);
        function getStorageGasAvailable() external view returns (uint256);
        function isTopLevelCall() external view returns (bool);
        function mapL1SenderContractAddressToL2Alias(address sender, address unused) external pure returns (address);
        function wasMyCallersAddressAliased() external view returns (bool);
        function myCallersAddressWithoutAliasing() external view returns (address);
        function withdrawEth(address destination) external payable returns (uint256);
        function sendTxToL1(address destination, bytes data) external payable returns (uint256);

        event L2ToL1Tx(
            address caller,
            address indexed destination,
            uint256 indexed hash,
            uint256 indexed position,
            uint256 arbBlockNum,
            uint256 ethBlockNum,
            uint256 timestamp,
            uint256 callvalue,
            bytes data
        );

        error InvalidBlockNumber(uint256 requested, uint256 current);
    }
}
use ArbSys::ArbSysCalls as Function;

/// What ArbOS's version is counted from.
const VERSION_BASE: u64 = 55;
/// Blocks whose hash is known.
const HASHES: u64 = 256;
/// What is added to the address of a contract of the parent chain, where it speaks on this one.
const ALIAS: Address = address!("1111000000000000000000000000000000001111");
/// Frames of the journal at the second call from the transaction's own: the deepest that counts as its top.
const TOP_LEVEL: usize = 3;

/// Runs a function.
pub(super) fn run(call: &mut Call<'_>, input: &[u8]) -> Result {
    let function = Function::abi_decode(input)?;
    call.begin(match function {
        Function::mapL1SenderContractAddressToL2Alias(_) => Mutability::Pure,
        Function::withdrawEth(_) | Function::sendTxToL1(_) => Mutability::Payable,
        _ => Mutability::View,
    })?;
    let chain = &call.context.chain;
    Ok(match function {
        Function::arbBlockNumber(_) => U256::from(chain.block_number).abi_encode(),
        Function::arbBlockHash(query) => block_hash(call, query.arbBlockNum)?,
        Function::arbChainID(_) => U256::from(call.context.cfg.chain_id).abi_encode(),
        Function::arbOSVersion(_) => U256::from(VERSION_BASE + chain.arbos.0).abi_encode(),
        // Storage costs gas as anything else does.
        Function::getStorageGasAvailable(_) => U256::ZERO.abi_encode(),
        Function::isTopLevelCall(_) => (call.context.journal().depth() <= TOP_LEVEL).abi_encode(),
        Function::mapL1SenderContractAddressToL2Alias(query) => alias(query.sender).abi_encode(),
        // Only a message from the parent chain is in the name of an alias, and there are none.
        Function::wasMyCallersAddressAliased(_) => false.abi_encode(),
        Function::myCallersAddressWithoutAliasing(_) => callers_caller(call).abi_encode(),
        Function::withdrawEth(order) => send(call, order.destination, Bytes::new())?.abi_encode(),
        Function::sendTxToL1(order) => send(call, order.destination, order.data)?.abi_encode(),
    })
}

fn alias(sender: Address) -> Address {
    let sum = U256::from_be_slice(sender.as_slice()).wrapping_add(U256::from_be_slice(ALIAS.as_slice()));
    Address::from_word(sum.into())
}

fn block_hash(call: &Call<'_>, requested: U256) -> Result {
    let current = call.context.chain.block_number;
    let known = u64::try_from(requested).ok().filter(|number| *number < current && current - number <= HASHES);
    let block = known.and_then(|number| call.context.chain.blocks.get(usize::try_from(number).ok()?));
    let error = || Failure::error(&ArbSys::InvalidBlockNumber { requested, current: U256::from(current) });
    Ok(block.ok_or_else(error)?.hash.abi_encode())
}

/// Who called the contract that called the one that asks; nobody, if that was the transaction itself.
fn callers_caller(call: &Call<'_>) -> Address {
    let callers = &call.context.chain.callers;
    callers.len().checked_sub(2).map_or(Address::ZERO, |index| callers[index])
}

/// Sends a message, and the wei that came with it, to the parent chain: they are gone here, and an event says so. Nobody
/// takes them up there, so that of the tree of messages no more is kept than their number.
fn send(call: &mut Call<'_>, destination: Address, data: Bytes) -> Result<U256> {
    const HASH: u64 = 30;
    const HASH_WORD: u64 = 6;
    let (value, caller, timestamp) = (call.value, call.caller, U256::from(call.now()));
    let arb_block = U256::from(call.context.chain.block_number);
    let eth_block = call.context.block.number;
    let message = (caller, destination, arb_block, eth_block, timestamp, value, data.clone()).abi_encode_packed();
    call.burn(HASH + HASH_WORD * (message.len() as u64).div_ceil(32))?;
    let count = slot("messages to the parent chain", []);
    let position = call.read(count)?;
    call.write(count, position.saturating_add(U256::ONE))?;

    let this = call.this;
    let burnt = unseen(call.context, this, |context| {
        let Ok(mut account) = context.journal_mut().load_account_mut(this);
        account.data.decr_balance(value)
    });
    if !burnt {
        return Err(Failure::empty());
    }
    call.emit(&ArbSys::L2ToL1Tx {
        caller,
        destination,
        hash: keccak256(message).into(),
        position,
        arbBlockNum: arb_block,
        ethBlockNum: eth_block,
        timestamp,
        callvalue: value,
        data,
    })?;
    Ok(position)
}
