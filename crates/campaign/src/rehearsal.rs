//! What an operation would come to, found out on a copy of the world in which the contract may do everything.

use crate::{allowances::Allowances, coin::Coin, orders::AnyOrder, people::Person, stage::Stage, step::Bound};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolError as _, SolValue as _};
use debt_manager::abi::IDebtManager::{EquityLossAboveMax, Position};

/// An allowance that is as good as any and is counted down.
const PLENTY: U256 = U256::MAX.wrapping_sub(U256::ONE);

/// What an operation came to.
pub(crate) struct Outcome {
    /// As the contract says.
    pub(crate) position: Position,
    /// As Exactly says.
    pub(crate) health: U256,
    /// As the contract says, in units of the debt asset, if that was asked for.
    pub(crate) loss: Option<U256>,
    /// What was used of the allowances.
    pub(crate) used: Allowances,
}

/// Performs it, if it can be. The loss is told by an error: so there has to be another performance for it.
pub(crate) fn rehearse(stage: &Stage, person: Person, order: &AnyOrder, tells_loss: bool) -> Option<Outcome> {
    let (mut copy, account) = (stage.clone(), person.address());
    copy.allow(person, &[[PLENTY; 2]; Coin::ALL.len()]);
    let losing = tells_loss.then(|| copy.clone());
    let receipt = copy.chain.send(copy.call(account, order.calldata())).ok()?;
    if !receipt.success {
        return None;
    }
    let loss = losing.and_then(|losing| loss(losing, account, order.clone()));
    let used = copy.allowances(person).map(|pair| pair.map(|left| PLENTY - left));
    let position = Position::abi_decode(&receipt.output).ok()?;
    Some(Outcome { position, health: copy.world.exactly.health_factor(&copy.chain, account), loss, used })
}

/// What an order that succeeds loses, as the error says that comes of accepting no loss; without one it loses nothing.
fn loss(mut stage: Stage, account: Address, mut order: AnyOrder) -> Option<U256> {
    order.bounds().equityLossMax = U256::ZERO;
    let receipt = stage.chain.send(stage.call(account, order.calldata())).ok()?;
    Some(EquityLossAboveMax::abi_decode(&receipt.output).map_or(U256::ZERO, |error| error.loss))
}

impl Outcome {
    /// Sets a bound to exactly this outcome, less some room. Whether the call has to fail then, if that can be said.
    pub(crate) fn tighten(&self, order: &mut AnyOrder, bound: Bound, slack: u8, now: u64) -> Option<bool> {
        let (bounds, slack) = (order.bounds(), U256::from(slack));
        let (number, value) = match bound {
            Bound::Deadline => (&mut bounds.deadline, U256::from(now).checked_sub(slack)),
            Bound::Debt => (&mut bounds.debtMax, self.position.debt.checked_sub(slack)),
            Bound::Collateral => (&mut bounds.collateralMin, self.position.collateral.checked_add(slack)),
            Bound::Loss => (&mut bounds.equityLossMax, self.loss.and_then(|loss| loss.checked_sub(slack))),
            Bound::Health => (&mut bounds.healthFactorMin, self.health.checked_add(slack)),
        };
        *number = value?;
        Some(!slack.is_zero())
    }
}
