//! What the account signs for each manager.

use super::{
    case::{Case, Permits},
    orders,
    stage::Stage,
};
use crate::demo::Manager;
use alloy_primitives::{Address, Signature, U256};
use debt_manager::abi::IDebtManager::{Authorization, AuthorizationKind};
use eyre::{Result, ensure};
use protocols::{
    Asset, manager,
    signing::{self, eip2612, permit2},
};

/// An allowance that is used up step by step, as the largest one is not.
const COUNTED: U256 = U256::MAX.wrapping_sub(U256::ONE);

/// How the manager gets the deposit.
pub(super) enum Deposit {
    /// By an approval given before.
    Approved,
    /// By the token's own permit.
    Token(eip2612::Permit, Signature),
    /// Through Permit2.
    Permit2(permit2::Permit, Signature),
}

/// What comes with an operation.
pub(super) struct Signed {
    token: Address,
    market: Address,
    /// The permit of the market's shares.
    pub(super) shares: Option<(eip2612::Permit, Signature)>,
    pub(super) deposit: Deposit,
    units: U256,
}

impl Signed {
    fn nothing(stage: &Stage<'_>) -> Self {
        let market = stage.market(Asset::Usdc);
        let (token, market) = (market.token.address, market.address);
        Self { token, market, shares: None, deposit: Deposit::Approved, units: stage.deposit() }
    }

    /// Signs what a case needs.
    pub(super) fn of(stage: &Stage<'_>, case: Case) -> Result<Self> {
        let nothing = Self::nothing(stage);
        if case.permits == Permits::None {
            return Ok(nothing);
        }
        let shares = Some(permit(stage, nothing.market, shares_used(stage, case)?));
        let deposit = match case.permits {
            Permits::None | Permits::Market => Deposit::Approved,
            Permits::MarketAndToken => {
                let (permit, signature) = permit(stage, nothing.token, nothing.units);
                Deposit::Token(permit, signature)
            }
            Permits::MarketAndPermit2 => {
                let permit = transfer(stage);
                let signature = permit.sign(&stage.chain, &stage.base.signer, None);
                Deposit::Permit2(permit, signature)
            }
        };
        Ok(Self { shares, deposit, ..nothing })
    }

    /// In the form that our contract takes.
    pub(super) fn authorizations(&self) -> Vec<Authorization> {
        let of = |kind, token, value, deadline, signature: &Signature| {
            manager::authorization(kind, token, value, deadline, signing::bytes(signature))
        };
        let shares = self.shares.iter().map(|(permit, signature)| {
            of(AuthorizationKind::Eip2612, self.market, permit.value, permit.deadline, signature)
        });
        let deposit = match &self.deposit {
            Deposit::Approved => None,
            Deposit::Token(permit, signature) => {
                Some(of(AuthorizationKind::Eip2612, self.token, permit.value, permit.deadline, signature))
            }
            Deposit::Permit2(permit, signature) => {
                Some(of(AuthorizationKind::Permit2, self.token, self.units, permit.deadline, signature))
            }
        };
        shares.chain(deposit).collect()
    }
}

fn permit(stage: &Stage<'_>, contract: Address, value: U256) -> (eip2612::Permit, Signature) {
    let (account, spender) = (stage.account(), stage.manager_address());
    let permit = eip2612::permit(&stage.chain, contract, account, spender, value, stage.deadline());
    let signature = eip2612::sign_permit(&stage.chain, contract, &stage.base.signer, &permit);
    (permit, signature)
}

/// A transfer of the deposit to the manager.
fn transfer(stage: &Stage<'_>) -> permit2::Permit {
    let (token, units, deadline) = (stage.market(Asset::Usdc).token, stage.deposit(), stage.deadline());
    match stage.manager {
        Manager::Stylus => permit2::Permit::one(token.address, units, stage.base.stylus.address, U256::ZERO, deadline),
        Manager::Solidity => stage.base.world.exactly.manager().transfer(stage.account(), token, units, deadline),
    }
}

/// The shares that the operation takes at its time: found out by doing it with approvals.
fn shares_used(stage: &Stage<'_>, case: Case) -> Result<U256> {
    let mut trial = stage.clone();
    let (account, spender, market) = (stage.account(), stage.manager_address(), stage.market(Asset::Usdc));
    market.approve(&mut trial.chain, account, spender, COUNTED)?;
    market.token.approve(&mut trial.chain, account, spender, U256::MAX)?;
    let tx = orders::tx(&trial, case, &Signed::nothing(stage))?;
    let (receipt, _) = trial.send(tx)?;
    ensure!(receipt.success, "{}, {}: the trial reverted: {}", case.name(), case.variant(), receipt.output);
    Ok(COUNTED - market.allowance(&trial.chain, account, spender))
}
