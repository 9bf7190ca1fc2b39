//! Tokens that stand in for those whose own code no package has. They are not part of the world: who needs one deploys it.

use crate::{
    deployer::{WorldError, execute},
    fixtures::Fixtures,
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolValue;
use devnet::{Chain, Tx};

/// Deploys a token of 18 decimals that takes permits in Dai's way ([`crate::signing::dai`]), all of it the holder's,
/// who deploys it. Its permits allow 2^128 - 1, not Dai's 2^256 - 1.
pub fn dai_like(chain: &mut Chain, fixtures: &Fixtures, holder: Address, units: U256) -> Result<Address, WorldError> {
    let code = fixtures.typechain_bytecode(
        "@1inch/solidity-utils",
        "dist/typechain-types/factories/contracts/tests/mocks/DaiLikePermitMock__factory.js",
    )?;
    let arguments = ("Dai stand-in", "DAI", holder, units).abi_encode_params();
    let receipt = execute(chain, "DaiLikePermitMock", Tx::create(holder, [&code[..], &arguments].concat()))?;
    Ok(receipt.contract_address.unwrap_or_default())
}
