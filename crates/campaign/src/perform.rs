//! Performs steps, one after another, and checks the invariants after each.

use crate::{
    books,
    check::{self, Before, Violation},
    coin::Coin,
    conserve,
    damage::spoil,
    effects,
    orders::Placed,
    people::Person,
    permits::Fate,
    reasons,
    rehearsal::{Outcome, rehearse},
    stage::Stage,
    step::{Bound, Damage, Limits, Operation, Step, Verb},
    tally::{HOSTILE, MALFORMED, Tally, Verdict},
    ways::{self, Call},
};
use alloy_primitives::{Address, U256};
use devnet::{Receipt, Tx};
use std::collections::BTreeMap;

/// A world in which steps are performed.
#[derive(Clone, Debug)]
pub struct Play {
    pub(crate) stage: Stage,
    /// What was tried so far.
    pub tally: Tally,
    /// What was last performed of what each has signed.
    performed: BTreeMap<Address, Tx>,
}

impl Play {
    /// Begins in a world.
    #[must_use]
    pub fn new(stage: &Stage) -> Self {
        Self { stage: stage.clone(), tally: Tally::default(), performed: BTreeMap::new() }
    }

    /// Performs a step. Steps that cannot be performed are passed over; what the contract does wrong is not.
    pub fn perform(&mut self, step: &Step) -> Result<(), Violation> {
        let before = self.stage.chain.state().clone();
        let stage = &mut self.stage;
        // What the protocols refuse, they refuse.
        let (event, happened) = match step {
            Step::Operate(operation) => return self.operate(operation),
            Step::Malform(operation, damage) => return self.malform(operation, *damage),
            Step::Intrude(choice) => return self.intrude(*choice),
            Step::Replay(person) => return self.replay(*person),
            Step::Wait(seconds) => ("time", stage.wait(*seconds)),
            Step::Lend(person, action, asset, amount, nth) => {
                (action.name(), stage.lend(*person, *action, *asset, *amount, *nth).is_ok())
            }
            Step::Price(asset, thousandths) => ("a price", stage.reprice(*asset, *thousandths).is_ok()),
            Step::Vault(asset, left) => ("flash liquidity", stage.refill(*asset, *left).is_ok()),
            Step::Fee(millionths) => ("the flash fee", stage.charge(*millionths).is_ok()),
            Step::Liquidate(person, debt, collateral) => {
                ("a liquidation", stage.liquidate(*person, *debt, *collateral).is_ok())
            }
        };
        self.tally.count_event(event, happened);
        let contract = self.stage.dm.address;
        let changes = self.stage.chain.state().changes_since(&before);
        let touched = changes.iter().any(|change| change.address == contract);
        Violation::unless(!touched, "I1: the contract changed without being called", || format!("{changes:?}"))
    }

    fn operate(&mut self, operation: &Operation) -> Result<(), Violation> {
        let (stage, person) = (&mut self.stage, operation.person);
        let books = books::of(stage, person.address());
        let mut placed = stage.place(&books, operation);
        let outcome = measure(stage, operation, &placed);
        let is_measured = is_measured(operation);
        let now = stage.chain.timestamp();
        let must_fail = tight(operation)
            .zip(outcome.as_ref())
            .and_then(|((bound, slack), outcome)| outcome.tighten(&mut placed.order, bound, slack, now));
        let call = stage.prepare(operation, &placed, outcome.as_ref());
        let before = Before { state: stage.chain.state().clone(), books };
        let Some(receipt) = send(stage, &call) else { return Ok(()) };
        let changes = check::writes(stage, &before.state, &receipt, &call)?;
        let result = judge(&receipt)?;
        self.tally.count(&kind(operation.verb, &placed), &result);
        self.tally.count_way(call.way, &result);
        let has_to_fail = must_fail == Some(true) || call.fate == Fate::Fails;
        if let Err(reason) = result {
            let is_due = has_to_fail || call.fate == Fate::Unknown || outcome.is_none();
            let rule = "the ways differ: what an allowance without end permits is refused";
            return Violation::unless(is_due, rule, || format!("{reason}: {operation:?}"));
        }
        let stage = &self.stage;
        let now = check::outcome(stage, &before, &changes, &receipt, &call)?;
        check::bounds(stage, &placed, &now, call.account, &receipt)?;
        let books = [&before.books, &now];
        check::amounts(stage, &placed, books, &receipt, &call)?;
        let costs_fee = Coin::ALL.iter().any(|coin| {
            let token = stage.market(*coin).token.address;
            !conserve::flash_fee(stage, &changes, token).is_zero()
        });
        effects::check(&placed, books, costs_fee)?;
        let loss_max = placed.order.bounds().equityLossMax;
        effects::loss(stage, &placed, books, call.fee, loss_max)?;
        let detail = || format!("{operation:?}");
        Violation::unless(must_fail != Some(true), "I9: a bound was passed", detail)?;
        Violation::unless(
            call.fate != Fate::Fails,
            "I5: too small an allowance or a wrong signature sufficed",
            detail,
        )?;
        let rule = "the ways differ: what is refused with an allowance without end was performed";
        Violation::unless(outcome.is_some() || !is_measured, rule, detail)?;
        if ways::is_relayed(&call) {
            self.performed.insert(call.account, call.tx);
        }
        Ok(())
    }

    fn malform(&mut self, operation: &Operation, damage: Damage) -> Result<(), Violation> {
        let stage = &mut self.stage;
        let books = books::of(stage, operation.person.address());
        let placed = stage.place(&books, operation);
        let operation = Operation { fault: None, limits: Limits::Loose, ..*operation };
        let outcome = measure(stage, &operation, &placed);
        let mut call = stage.prepare(&operation, &placed, outcome.as_ref());
        let mut input = call.tx.input.to_vec();
        spoil(&mut input, damage);
        let is_signed = ways::is_relayed(&call);
        let is_spoilt = input != call.tx.input;
        if is_signed && is_spoilt && call.authorized.is_empty() {
            call.fate = Fate::Fails;
        }
        if damage == Damage::Sender && !is_signed {
            (call.tx.from, call.account) = (Person::Attacker.address(), Person::Attacker.address());
            (call.authorized, call.exact) = (Vec::new(), None);
        }
        if is_spoilt {
            // What an allowance is given of may be something else now.
            (call.authorized, call.exact) = (Vec::new(), None);
        }
        call.tx.input = input.into();
        let signed = if is_signed { ", signed" } else { "" };
        self.strange(&format!("{MALFORMED}{signed}: {}", damage.name()), &call)
    }

    fn intrude(&mut self, choice: u64) -> Result<(), Violation> {
        let (name, tx) = self.stage.intrusion(choice);
        self.strange(&format!("{HOSTILE}{name}"), &Call { fate: Fate::Fails, ..Call::direct(tx, "") })
    }

    fn replay(&mut self, person: Person) -> Result<(), Violation> {
        let Some(tx) = self.performed.get(&person.address()) else { return Ok(()) };
        let tx = self.stage.call(Person::Bystander.address(), tx.input.to_vec());
        self.strange(&format!("{HOSTILE}the same again"), &Call { fate: Fate::Fails, ..Call::direct(tx, "") })
    }

    /// A call of which nobody knows whether it is one.
    fn strange(&mut self, kind: &str, call: &Call) -> Result<(), Violation> {
        let before = Before { state: self.stage.chain.state().clone(), books: books::of(&self.stage, call.account) };
        let Some(receipt) = send(&mut self.stage, call) else { return Ok(()) };
        let changes = check::writes(&self.stage, &before.state, &receipt, call)?;
        // What another contract says when it is called, is its own affair.
        let is_ours = call.tx.to == Some(self.stage.dm.address);
        let result = if is_ours { judge(&receipt)? } else { verdict(&receipt, "refused") };
        self.tally.count(kind, &result);
        if result.is_err() {
            return Ok(());
        }
        Violation::unless(call.fate != Fate::Fails, "I5: an intrusion succeeded", || format!("{kind}: {:?}", call.tx))?;
        check::outcome(&self.stage, &before, &changes, &receipt, call).map(drop)
    }
}

/// The bound that is to be exactly what comes out, and by how much it is to be missed.
fn tight(operation: &Operation) -> Option<(Bound, u8)> {
    match operation.limits {
        Limits::Tight(bound, slack) => Some((bound, slack)),
        _ => None,
    }
}

/// Whether an operation is rehearsed.
fn is_measured(operation: &Operation) -> bool {
    tight(operation).is_some() || ways::is_measured(operation.person)
}

fn measure(stage: &Stage, operation: &Operation, placed: &Placed) -> Option<Outcome> {
    let tells_loss = matches!(tight(operation), Some((Bound::Loss, _)));
    is_measured(operation).then(|| rehearse(stage, operation.person, &placed.order, tells_loss)).flatten()
}

/// Sends a call, unless the chain does not even take it, as for want of ether.
fn send(stage: &mut Stage, call: &Call) -> Option<Receipt> {
    stage.chain.send(call.tx.clone()).ok()
}

fn verdict(receipt: &Receipt, reason: &str) -> Verdict {
    if receipt.success { Ok(()) } else { Err(reason.to_owned()) }
}

/// What the contract says, which has to be one of its interface's errors, if it is one.
fn judge(receipt: &Receipt) -> Result<Verdict, Violation> {
    let name = if receipt.success { None } else { reasons::name(&receipt.output) };
    Violation::unless(receipt.success || name.is_some(), "errors: not one of the interface's", || {
        format!("{} {:?}", receipt.output, receipt.halt)
    })?;
    Ok(verdict(receipt, name.as_deref().unwrap_or_default()))
}

/// By which the successes are told apart: what is done, and with how many assets.
fn kind(verb: Verb, placed: &Placed) -> String {
    let Placed { from, to, .. } = placed;
    let assets = |same: bool| if same { "one asset" } else { "two assets" };
    let rate = |maturity: U256| if maturity.is_zero() { "floating" } else { "fixed" };
    match verb {
        Verb::Leverage => format!("leverage, {}, {}", assets(from.collateral == from.debt), rate(from.maturity)),
        Verb::Deleverage => format!("deleverage, {}, {}", assets(from.collateral == from.debt), rate(from.maturity)),
        Verb::Migrate if (from.debt, from.maturity) == (to.debt, to.maturity) => "migrate the collateral".to_owned(),
        Verb::Migrate if from.collateral != to.collateral => "migrate both".to_owned(),
        Verb::Migrate => {
            let rates = (rate(from.maturity), rate(to.maturity));
            format!("migrate a debt, {}, {} to {}", assets(from.debt == to.debt), rates.0, rates.1)
        }
    }
}
