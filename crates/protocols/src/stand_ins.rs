//! Tokens and a wallet that stand in for those whose own code no package has: 1inch's, made for its tests, and one of our
//! own. None of them is on a real chain. They are not part of the world either: who needs one deploys it.

mod tether_like;

use crate::{
    deployer::{Account, Deployer, WorldError},
    fixtures::Fixtures,
    tokens::Erc20,
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolValue, sol};
use devnet::Chain;
use std::ops::Deref;

const PACKAGE: &str = "@1inch/solidity-utils";

sol! {
    #[allow(missing_docs)]
    interface IHollow {
        function setAllowance(uint256 allowance_) external;
        function setFailAfterZeroReset(bool fail) external;
    }
}

/// In what a token that works differs from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// 18 decimals. Takes permits in Dai's way ([`crate::signing::dai`]), which allow 2^128 - 1, not Dai's 2^256 - 1; and
    /// those of EIP-2612 too, which Dai does not.
    DaiLike,
    /// 18 decimals. Takes permits of EIP-2612, and with signatures of bytes ([`crate::signing::eip7598`]) those of
    /// wallets that are contracts (EIP-1271). Circle's own takes a key's as bytes too.
    CircleLike,
    /// `transfer`, `transferFrom` and `approve` answer nothing, and `approve` changes no allowance that is not zero to
    /// another that is not zero, as with Tether's on Ethereum. Takes permits of EIP-2612, which Tether's does not.
    TetherLike {
        /// Digits behind the point.
        decimals: u8,
    },
}

/// A token that works: what every token can do, it does as an [`Erc20`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StandIn {
    erc20: Erc20,
    /// In what it differs.
    pub manner: Manner,
}

impl Deref for StandIn {
    type Target = Erc20;

    fn deref(&self) -> &Erc20 {
        &self.erc20
    }
}

impl From<StandIn> for Erc20 {
    fn from(token: StandIn) -> Self {
        token.erc20
    }
}

impl StandIn {
    /// Deploys a token, all of it the holder's, who deploys it and needs ether for that.
    pub fn deploy(
        chain: &mut Chain,
        fixtures: &Fixtures,
        manner: Manner,
        holder: Address,
        units: U256,
    ) -> Result<Self, WorldError> {
        let mut deployer = Deployer { chain, fixtures };
        let arguments = |symbol: &str| (format!("{symbol} stand-in"), symbol, holder, units).abi_encode_params();
        let address = match manner {
            Manner::DaiLike => create(&mut deployer, "DaiLikePermitMock", holder, &arguments("DAI"))?,
            Manner::CircleLike => create(&mut deployer, "USDCLikePermitMock", holder, &arguments("USDC"))?,
            Manner::TetherLike { decimals } => tether_like::deploy(&mut deployer, decimals, holder, units)?,
        };
        Ok(Self { erc20: Erc20 { address }, manner })
    }
}

/// A token that has no balances, only what decides how approvals and transfers end. No market can be of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hollow {
    /// `transfer`, `transferFrom` and `approve` do nothing and answer nothing. Everybody's allowance is what they say
    /// (`setAllowance`).
    NoReturn,
    /// `transfer`, `transferFrom` and `approve` do nothing and answer false.
    ReturnsFalse,
    /// `approve` changes no allowance that is not zero to another that is not zero. It can be told to refuse all after
    /// the next approval of zero (`setFailAfterZeroReset`).
    ThroughZeroApprove,
}

impl Hollow {
    /// Deploys one.
    pub fn deploy(self, chain: &mut Chain, fixtures: &Fixtures, by: Address) -> Result<Erc20, WorldError> {
        let name = match self {
            Self::NoReturn => "ERC20NoReturnMock",
            Self::ReturnsFalse => "ERC20ReturnFalseMock",
            Self::ThroughZeroApprove => "ERC20ThroughZeroApprove",
        };
        let address = create(&mut Deployer { chain, fixtures }, &format!("SafeERC20Helper.sol/{name}"), by, &[])?;
        Ok(Erc20 { address })
    }
}

/// Deploys a wallet that accepts its owner's signatures (EIP-1271) and does nothing else. The owner deploys it.
pub fn wallet(chain: &mut Chain, fixtures: &Fixtures, owner: Address) -> Result<Address, WorldError> {
    create(&mut Deployer { chain, fixtures }, "ERC1271WalletMock", owner, &owner.abi_encode())
}

/// Deploys a contract of 1inch's tests.
fn create(deployer: &mut Deployer<'_>, name: &str, by: Address, arguments: &[u8]) -> Result<Address, WorldError> {
    let file = format!("dist/typechain-types/factories/contracts/tests/mocks/{name}__factory.js");
    let code = deployer.fixtures.typechain_bytecode(PACKAGE, &file)?;
    deployer.create_as(Account(by), name, &code, arguments)
}
