//! A token with Tether's manners: solmate's, behind code of ours that keeps its answers back.

use crate::{
    deployer::{Account, Deployer, WorldError},
    tokens::IMockERC20,
};
use alloy_primitives::{Address, U256, hex};
use alloy_sol_types::SolValue;

/// Deploys what follows: codecopy(0, 9, 152); return(0, 152).
const CONSTRUCTOR: &[u8] = &hex!("60988060095f395ff3");

/// `selector != approve || calldata[36] == 0 || goto GUARD`
const ENTRY: &[u8] = &hex!("5f3560e01c8063095ea7b314602435151516605c57");
/// jumpdest; calldatacopy(0, 0, calldatasize); delegatecall(gas, token, 0, calldatasize, 0, 0), but for the token
const FORWARD: &[u8] = &hex!("5b365f5f375f5f365f73");
/// returndatacopy(0, 0, returndatasize) || revert(0, returndatasize);
/// return(0, returndatasize * (selector is none of transfer, transferFrom, approve))
const ANSWER: &[u8] = &hex!("5af43d5f5f3e603f573d5ffd5b8063a9059cbb14816323b872dd14178163095ea7b31417153d025ff3");
/// `jumpdest; delegatecall(gas, token, allowance(caller, calldata[4]))`, but for the token
const GUARD: &[u8] = &hex!("5b63dd62ed3e60e01b5f523360045260043560245260205f60445f73");
/// allowance == 0 && goto `FORWARD`; revert(0, 0)
const REFUSE: &[u8] = &hex!("5af4505f51156015575f5ffd");

/// Deploys it, all of it the holder's, in the holder's name.
pub(super) fn deploy(
    deployer: &mut Deployer<'_>,
    decimals: u8,
    holder: Address,
    units: U256,
) -> Result<Address, WorldError> {
    let code = deployer.fixtures.bytecode("@exactly/protocol", "deployments/op-sepolia/USDC.json")?;
    let arguments = ("Tether stand-in", "USDT", U256::from(decimals)).abi_encode_params();
    let by = Account(holder);
    let token = deployer.create_as(by, "solmate's token", &code, &arguments)?;
    let token = token.as_slice();
    let code = [CONSTRUCTOR, ENTRY, FORWARD, token, ANSWER, GUARD, token, REFUSE].concat();
    let address = deployer.create_as(by, "Tether stand-in", &code, &[])?;
    let mint = IMockERC20::mintCall { to: holder, value: units };
    deployer.call_as(by, address, mint)?;
    Ok(address)
}
