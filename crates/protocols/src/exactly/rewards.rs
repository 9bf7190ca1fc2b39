//! Exactly's RewardsController, which the world is without until somebody enables it: a market that has it tells it of
//! each change of a position, so that every operation costs more. What is made up is said to be.

use super::{
    Exactly, ExactlyMarket, IMarket, WAD,
    deploy::{PACKAGE, create, percent, proxy},
};
use crate::{
    deployer::{Account, Deployer, WorldError, ask, execute},
    fixtures::Fixtures,
    tokens::{Erc20, IMockERC20},
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolValue, sol};
use devnet::{Chain, Tx};

/// Seconds for which a market gives rewards, beginning with its listing here. Made up.
const PERIOD: u64 = 12 * 7 * 24 * 60 * 60;
/// Whole tokens that a market gives in that time. Made up.
const REWARD: u64 = 100_000;

sol! {
    /// How a market gives a reward.
    struct RewardConfig {
        address market;
        address reward;
        address priceFeed;
        uint32 start;
        uint256 distributionPeriod;
        uint256 targetDebt;
        uint256 totalDistribution;
        uint256 undistributedFactor;
        int128 flipSpeed;
        uint64 compensationFactor;
        uint64 transitionFactor;
        uint64 borrowAllocationWeightFactor;
        uint64 depositAllocationWeightAddend;
        uint64 depositAllocationWeightFactor;
    }
    interface IRewardsController {
        function initialize() external;
        function config(RewardConfig[] configs) external;
        function allClaimable(address account, address reward) external view returns (uint256 unclaimedRewards);
        function claimAll(address to) external returns (address[] rewardsList, uint256[] claimedAmounts);
    }
}

/// The rewards of some markets, all in one made-up token of 18 decimals.
#[derive(Clone, Copy, Debug)]
pub struct Rewards {
    /// Exactly's RewardsController: the proxy.
    pub controller: Address,
    /// The token.
    pub token: Erc20,
}

impl Exactly {
    /// Deploys the RewardsController and makes every market of the world give rewards from now on.
    pub fn enable_rewards(&self, chain: &mut Chain, fixtures: &Fixtures) -> Result<Rewards, WorldError> {
        let mut deployer = Deployer { chain, fixtures };
        let implementation = create(&mut deployer, "RewardsController_Implementation", &[])?;
        let initialize = IRewardsController::initializeCall {}.abi_encode();
        let admin = self.foundation.proxy_admin;
        let controller = proxy(&mut deployer, "RewardsController_Proxy", implementation, admin, initialize)?;
        let arguments = ("Made-up reward", "REWARD", U256::from(18)).abi_encode_params();
        let address = deployer.create(PACKAGE, "deployments/op-sepolia/USDC.json", &arguments)?;
        let rewards = Rewards { controller, token: Erc20 { address } };
        for market in &self.markets {
            rewards.enable(chain, market)?;
        }
        Ok(rewards)
    }
}

impl Rewards {
    /// Makes a market give rewards from now on: 100,000 tokens in twelve weeks, fewer while its debt is under twice what
    /// it is now. How they are shared between those who borrow and those who deposit is made up, too.
    pub fn enable<T>(&self, chain: &mut Chain, market: &ExactlyMarket<T>) -> Result<(), WorldError> {
        let admin = Account::DEPLOYER.0;
        let whole = U256::from(REWARD) * U256::from(WAD);
        let debt = ask(chain, market.address, IMarket::totalFloatingBorrowAssetsCall {});
        let config = RewardConfig {
            market: market.address,
            reward: self.token.address,
            // The controller only keeps it for those who show rates.
            priceFeed: market.price_feed,
            start: u32::try_from(chain.next_timestamp()).unwrap_or(u32::MAX),
            distributionPeriod: U256::from(PERIOD),
            targetDebt: debt * U256::from(2),
            totalDistribution: whole,
            undistributedFactor: percent(50),
            flipSpeed: 2 * i128::from(WAD),
            compensationFactor: WAD / 100 * 85,
            transitionFactor: WAD / 100 * 64,
            borrowAllocationWeightFactor: 0,
            depositAllocationWeightAddend: WAD / 100 * 2,
            depositAllocationWeightFactor: WAD / 100,
        };
        let mint = IMockERC20::mintCall { to: self.controller, value: whole };
        execute(chain, "mint rewards", Tx::call(admin, self.token.address, mint.abi_encode()))?;
        let config = IRewardsController::configCall { configs: vec![config] };
        execute(chain, "configure rewards", Tx::call(admin, self.controller, config.abi_encode()))?;
        let set = IMarket::setRewardsControllerCall { rewardsController_: self.controller };
        market.act(chain, admin, set).map(|_| ())
    }

    /// Units that an account may claim.
    #[must_use]
    pub fn claimable(&self, chain: &Chain, account: Address) -> U256 {
        ask(chain, self.controller, IRewardsController::allClaimableCall { account, reward: self.token.address })
    }

    /// Claims all of an account's rewards for itself.
    pub fn claim(&self, chain: &mut Chain, account: Address) -> Result<(), WorldError> {
        let call = IRewardsController::claimAllCall { to: account };
        execute(chain, "claim rewards", Tx::call(account, self.controller, call.abi_encode())).map(|_| ())
    }
}
