//! Permit2 at its canonical address, through the factory from which it came there.

use crate::deployer::{Account, Deployer, WorldError, ask};
use alloy_primitives::{Address, B256, U256, address, b256, hex, keccak256};
use alloy_sol_types::{SolCall, sol};
use devnet::{Chain, Tx, chain::CREATE2_FACTORY};
use serde::Deserialize;

sol! {
    /// The nonces of transfers by signature: a bit each, in words of 256.
    interface INonces {
        function nonceBitmap(address owner, uint256 word) external view returns (uint256);
        function invalidateUnorderedNonces(uint256 wordPos, uint256 mask) external;
    }
}

/// Where it is on every chain.
pub const PERMIT2: Address = address!("000000000022d473030f116ddee9f6b43ac78ba3");
const SALT: B256 = b256!("0000000000000000000000000000000000000000d3af2663da51c10215000000");
const INIT_CODE_HASH: B256 = b256!("e2be1e05eedf35dacd66c65c862f8150ff9ab4b6b24b9bbe62be71b6b16cf0f8");
/// What computes the domain and fills it into the code that follows.
const CONSTRUCTOR: [u8; 193] = hex!(
    "60c0346100bb574660a052602081017f8cad95687ba82c2ce50e74f7b754645e5117c3a5bec8151c0726d5857980a86681527f9ac997416e8ff9d2ff6bebeb7149f65cdae5e32e2b90440b566bb3044041d36a60408301524660608301523060808301526080825260a082019180831060018060401b038411176100a557826040525190206080526123c090816100c1823960805181611b47015260a05181611b210152f35b634e487b7160e01b600052604160045260246000fd5b600080fdfe"
);

#[derive(Deserialize)]
struct Template {
    bytecode: String,
}

/// Deploys it in the name of someone, on whom its address does not depend.
pub(crate) fn deploy(deployer: &mut Deployer<'_>, from: Account) -> Result<Address, WorldError> {
    let file = deployer.fixtures.file("@1inch/solidity-utils", "dist/src/permit2.json")?;
    let template = template(&file).ok_or(WorldError::Misplaced {
        what: "Permit2's code in @1inch/solidity-utils".to_owned(),
        is: Address::ZERO,
        should: PERMIT2,
    })?;
    let code = [&CONSTRUCTOR[..], &template].concat();
    let is = CREATE2_FACTORY.create2(SALT, INIT_CODE_HASH);
    if keccak256(&code) != INIT_CODE_HASH || is != PERMIT2 {
        let is = CREATE2_FACTORY.create2_from_code(SALT, &code);
        return Err(WorldError::Misplaced { what: "Permit2".to_owned(), is, should: PERMIT2 });
    }
    deployer.execute("Permit2", Tx::call(from.0, CREATE2_FACTORY, [SALT.as_slice(), &code].concat()))?;
    Ok(PERMIT2)
}

fn template(file: &[u8]) -> Option<Vec<u8>> {
    let Template { bytecode } = serde_json::from_slice(file).ok()?;
    hex::decode(bytecode).ok()
}

/// Whether an owner's nonce was used or given up.
#[must_use]
pub fn is_nonce_used(chain: &Chain, owner: Address, nonce: U256) -> bool {
    ask(chain, PERMIT2, INonces::nonceBitmapCall { owner, word: nonce >> 8 }).bit(nonce.byte(0).into())
}

/// The transaction by which an owner gives up nonces: those of the mask's bits, of `256 * word` and those that follow.
#[must_use]
pub fn invalidate_unordered_nonces(owner: Address, word: U256, mask: U256) -> Tx {
    Tx::call(owner, PERMIT2, INonces::invalidateUnorderedNoncesCall { wordPos: word, mask }.abi_encode())
}
