//! The invariants, checked after each call: from all that the transaction wrote, and from what the account had before.

use crate::{
    books::{self, Books},
    coin::Coin,
    conserve,
    orders::{Asked, Placed, Spot},
    owners::Owner,
    people::Person,
    stage::Stage,
    ways::Call,
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolInterface as _, SolValue as _};
use debt_manager::abi::IDebtManager::{Bounds, IDebtManagerCalls, Position};
use devnet::{Change, Receipt, State};

/// Who gets the fees of a block, from the devnet.
const COINBASE: Address = alloy_primitives::address!("a4b000000000000000000073657175656e636572");

/// Units by which the contract may say less of a deposit, and more of a debt, than there is: it works out what an
/// operation added from the shares that came of it.
const CAUTION: u64 = 10;

/// A rule that did not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: {detail}")]
pub struct Violation {
    /// Which.
    pub rule: &'static str,
    /// What was found.
    pub detail: String,
}

impl Violation {
    /// A rule that did not hold, if it did not.
    pub(crate) fn unless(holds: bool, rule: &'static str, detail: impl FnOnce() -> String) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self { rule, detail: detail() }) }
    }
}

/// What there was before a call.
pub(crate) struct Before {
    pub(crate) state: State,
    pub(crate) books: Books,
}

/// What all calls of the contract have to leave as it was, and what this one was allowed to change.
pub(crate) fn writes(stage: &Stage, before: &State, receipt: &Receipt, call: &Call) -> Result<Vec<Change>, Violation> {
    let changes = stage.chain.state().changes_since(before);
    for change in &changes {
        ether(change, call)?;
        if !receipt.success {
            Violation::unless(change.slots.is_empty(), "I18: a revert changed storage", || format!("{change:?}"))?;
            continue;
        }
        slots(stage, change, call)?;
    }
    Ok(changes)
}

/// Ether, nonces and code: only the sender pays, and only for gas.
fn ether(change: &Change, call: &Call) -> Result<(), Violation> {
    let Change { address, balance, nonce, code, .. } = change;
    let paid = *address == call.tx.from && balance[1] <= balance[0] && nonce[1] == nonce[0] + 1;
    let untouched = balance[0] == balance[1] && nonce[0] == nonce[1];
    let holds = !code && (untouched || paid || *address == COINBASE);
    Violation::unless(holds, "I1: ether, a nonce or code changed", || format!("{change:?}"))
}

fn slots(stage: &Stage, change: &Change, call: &Call) -> Result<(), Violation> {
    let named = |slot: &U256, values: &[U256; 2]| format!("{}: slot {slot:#x}: {values:?}", change.address);
    Violation::unless(
        change.address != stage.dm.address || change.slots.is_empty(),
        "I1: the contract has storage",
        || format!("{change:?}"),
    )?;
    for (slot, values) in &change.slots {
        let rule = match stage.owner(*slot) {
            Some(Owner::Contract) => "I1, I2: a balance or an allowance of the contract's changed",
            Some(Owner::Person(person)) if person.address() == call.account => continue,
            Some(Owner::Person(person)) if is_fee(change.address, person, call) => continue,
            Some(Owner::Person(_)) => "I4: somebody else's holdings changed",
            Some(Owner::Protocol(_) | Owner::Common) => continue,
            None if stage.is_pool(change.address) => continue,
            None => "I4: something changed that is nobody's",
        };
        return Violation::unless(false, rule, || format!("{:?}: {}", stage.owner(*slot), named(slot, values)));
    }
    Ok(())
}

fn is_fee(token: Address, person: Person, call: &Call) -> bool {
    call.fee.is_some_and(|fee| fee.token == token && fee.recipient == person.address() && !fee.units.is_zero())
}

/// A call that succeeded was encoded canonically.
pub(crate) fn canonical(input: &[u8]) -> Result<(), Violation> {
    let call = IDebtManagerCalls::abi_decode(input);
    let holds = call.is_ok_and(|call| call.abi_encode() == input);
    Violation::unless(holds, "DM-12: calldata that is not canonical was accepted", || {
        alloy_primitives::hex::encode(input)
    })
}

/// What a call that succeeded has done to the account. Returns what it has now.
pub(crate) fn outcome(
    stage: &Stage,
    before: &Before,
    changes: &[Change],
    receipt: &Receipt,
    call: &Call,
) -> Result<Books, Violation> {
    canonical(&call.tx.input)?;
    let now = books::of(stage, call.account);
    conserve::check(stage, &before.books, &now, changes, receipt, call)?;
    authority(stage, call)?;
    Ok(now)
}

/// What authority is left when a call has succeeded: none of what it gave, and none of what was given it to the unit.
fn authority(stage: &Stage, call: &Call) -> Result<(), Violation> {
    if let Some(person) = call.exact {
        let left = stage.allowances(person);
        let rule = "I3: an allowance fell by less than what was used";
        Violation::unless(left.as_flattened().iter().all(U256::is_zero), rule, || format!("{left:?}"))?;
    }
    for token in &call.authorized {
        let (chain, owner, spender) = (&stage.chain, call.account, stage.dm.address);
        let left = protocols::Erc20 { address: *token }.allowance(chain, owner, spender);
        let rule = "I3: an allowance given by signature is left";
        Violation::unless(left.is_zero(), rule, || format!("{token}: {left}"))?;
    }
    Ok(())
}

/// The answer is what there is, and within the bounds.
pub(crate) fn bounds(
    stage: &Stage,
    placed: &Placed,
    now: &Books,
    account: Address,
    receipt: &Receipt,
) -> Result<(), Violation> {
    let Spot { collateral, debt, maturity } = placed.to;
    let said = Position::abi_decode_validate(&receipt.output).ok();
    let (collateral, debt) = (now[collateral as usize].deposit, now[debt as usize].owed(maturity));
    // A debt that is late is said with its penalty.
    let is_late = !maturity.is_zero() && maturity < U256::from(stage.chain.timestamp());
    let near = |less: U256, more: U256| less <= more && more - less <= U256::from(CAUTION);
    let same =
        |said: &Position| near(said.collateral, collateral) && (near(debt, said.debt) || is_late && debt <= said.debt);
    let rule = "I9: the position returned is not the one there is";
    let detail = || format!("{:?}, not {collateral} {debt}", receipt.output);
    Violation::unless(said.as_ref().is_some_and(same), rule, detail)?;
    let mut order = placed.order.clone();
    let Bounds { deadline, debtMax, collateralMin, healthFactorMin, .. } = order.bounds();
    let timestamp = U256::from(stage.chain.timestamp());
    let health = stage.world.exactly.health_factor(&stage.chain, account);
    let holds =
        timestamp <= *deadline && debt <= *debtMax && collateral >= *collateralMin && health >= *healthFactorMin;
    Violation::unless(holds, "I9: a bound does not hold", || format!("{collateral} {debt} {health}"))
}

/// What came from the wallet and went to it, and what was paid for the old debt, is what was asked for.
pub(crate) fn amounts(
    stage: &Stage,
    placed: &Placed,
    [before, now]: [&Books; 2],
    receipt: &Receipt,
    call: &Call,
) -> Result<(), Violation> {
    let Asked { deposit, withdrawal, repay_max } = placed.order.asked();
    for coin in Coin::ALL {
        let token = stage.market(coin).token.address;
        let fee = call.fee.filter(|fee| fee.token == token).map_or(U256::ZERO, |fee| fee.units);
        let is_collateral = coin == placed.from.collateral;
        let (had, has) = (before[coin as usize].wallet, now[coin as usize].wallet + fee);
        let due = |units: U256| if is_collateral { units } else { U256::ZERO };
        let holds = has + due(deposit) >= had + due(withdrawal);
        Violation::unless(holds, "I9: the wallet paid more or got less than agreed", || {
            format!("{}: {had} to {has}", coin.symbol())
        })?;
    }
    let paid = conserve::repaid(receipt, stage.market(placed.from.debt).address);
    Violation::unless(paid <= repay_max, "I9: a repayment cost more than accepted", || format!("{paid} {repay_max}"))
}
