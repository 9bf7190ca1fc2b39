//! The whole world: everything that the contract meets on a real chain.

use crate::{
    aave::{self, Aave},
    balancer::{self, Balancer},
    deployer::{Account, Deployer, WorldError},
    exactly::{self, Exactly},
    fixtures::Fixtures,
    permit2,
    preinstalls::{self, Preinstalls},
    tokens::{self, Asset, Tokens},
    uniswap::{self, Uniswap},
};
use alloy_primitives::Address;
use devnet::{Chain, trace::Labels};

/// The protocols, deployed.
#[derive(Clone, Debug)]
pub struct World {
    /// The tokens.
    pub tokens: Tokens,
    /// Balancer V2.
    pub balancer: Balancer,
    /// Exactly.
    pub exactly: Exactly,
    /// Permit2.
    pub permit2: Address,
    /// What every Arbitrum chain has.
    pub preinstalls: Preinstalls,
    /// Uniswap V3.
    pub uniswap: Uniswap,
    /// Aave V3.
    pub aave: Aave,
}

impl World {
    /// Deploys everything. What the contract's constants name comes first, so that it never moves.
    pub fn deploy(chain: &mut Chain, fixtures: &Fixtures) -> Result<Self, WorldError> {
        let mut deployer = Deployer { chain, fixtures };
        for account in [Account::DEPLOYER, Account::PROXY_ADMIN, Account::LATECOMER, Account::DEPOSITOR] {
            deployer.fund(account);
        }
        let foundation = exactly::auditor(&mut deployer)?;
        let weth = tokens::weth(&mut deployer)?;
        let balancer = balancer::deploy(&mut deployer, weth.address)?;
        let permit2 = permit2::deploy(&mut deployer, Account::DEPLOYER)?;
        let preinstalls = preinstalls::install(&mut deployer)?;
        let usdc = tokens::usdc(&mut deployer)?;
        let wsteth = tokens::wsteth_stand_in(&mut deployer)?;
        let tokens = Tokens { usdc, weth, wsteth };
        balancer.fund(&mut deployer, &tokens)?;
        let mut exactly = exactly::complete(&mut deployer, foundation, &tokens, balancer.vault)?;
        let uniswap = uniswap::deploy(&mut deployer, &tokens, &exactly)?;
        let aave = aave::deploy(&mut deployer, &tokens, &exactly)?;
        exactly::previewer_proxy(&mut deployer, &mut exactly)?;
        Ok(Self { tokens, balancer, exactly, permit2, preinstalls, uniswap, aave })
    }

    /// Names for the world's accounts, for traces.
    #[must_use]
    pub fn labels(&self) -> Labels {
        let mut labels = Labels::default();
        self.name(&mut labels);
        labels
    }

    /// Adds those names to others.
    pub fn name(&self, labels: &mut Labels) {
        self.preinstalls.name(labels);
        labels.name_account(self.balancer.vault, "Balancer vault");
        labels.name_account(self.exactly.auditor, "Exactly Auditor");
        labels.name_account(self.exactly.debt_previewer, "Exactly DebtPreviewer");
        labels.name_account(self.uniswap.router, "Uniswap router");
        labels.name_account(self.uniswap.router02, "Uniswap router 02");
        labels.name_account(self.uniswap.quoter, "Uniswap quoter");
        labels.name_account(self.aave.pool, "Aave pool");
        labels.name_account(self.aave.oracle, "Aave oracle");
        for (address, name) in self.exactly.solidity_manager.into_iter().zip(["proxy", "implementation"]) {
            labels.name_account(address, format!("Exactly DebtManager {name}"));
        }
        for asset in Asset::ALL {
            labels.name_account(self.tokens.of(asset).address, asset.symbol());
            labels.name_account(self.exactly.market(asset).address, format!("Exactly {} market", asset.symbol()));
        }
    }
}
