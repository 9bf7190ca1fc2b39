//! How each person has an operation of theirs performed: with allowances that never end, with exact ones, by permits, or
//! by a signature that somebody else sends.

use crate::{
    allowances::Allowances,
    coin::Coin,
    orders::Placed,
    people::Person,
    permits::{Fate, shorten},
    rehearsal::Outcome,
    rng::Rng,
    stage::Stage,
    step::Operation,
};
use alloy_primitives::{Address, U256};
use debt_manager::abi::IDebtManager::Signed;
use devnet::Tx;
use protocols::{manager::Fee, signing};

/// A transaction, and what is agreed in it.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) tx: Tx,
    /// Whose position it is about.
    pub(crate) account: Address,
    /// How that account lets the contract act.
    pub(crate) way: &'static str,
    /// Who gets a fee.
    pub(crate) fee: Option<Fee>,
    /// Of what an allowance is given in it.
    pub(crate) authorized: Vec<Address>,
    /// Whose allowances are what is used, and no more.
    pub(crate) exact: Option<Person>,
    /// Whether it has to succeed if its rehearsal does.
    pub(crate) fate: Fate,
}

impl Call {
    /// A call that somebody sends for themselves.
    pub(crate) fn direct(tx: Tx, way: &'static str) -> Self {
        let account = tx.from;
        Self { tx, account, way, fee: None, authorized: Vec::new(), exact: None, fate: Fate::Same }
    }
}

/// Whether what an operation uses has to be known before its call can be put together.
pub(crate) fn is_measured(person: Person) -> bool {
    person != Person::Alice
}

impl Stage {
    /// Puts the call together and gives what allowances it needs. `outcome` is what it comes to, if it can succeed.
    pub(crate) fn prepare(&mut self, operation: &Operation, placed: &Placed, outcome: Option<&Outcome>) -> Call {
        let Operation { person, variety, fault, .. } = *operation;
        let by_permits = Rng::new(variety, 0).percent(40);
        match (person, outcome) {
            (Person::Bob, Some(outcome)) => self.with_allowances(person, placed, outcome, fault),
            (Person::Carol, Some(outcome)) => self.with_permits(operation, placed, outcome),
            (Person::Wallet, Some(outcome)) if by_permits => self.with_permits(operation, placed, outcome),
            (Person::Dave, Some(outcome)) if by_permits => {
                let (mut placed, mut used) = (placed.clone(), outcome.used);
                // What is deposited moves by the signature of the operation.
                used.iter_mut().for_each(|[units, _]| *units = U256::ZERO);
                let (permits, fate) = self.permits(person, &used, variety, None);
                *placed.order.authorizations() = permits.list;
                let call = self.signed(person, &placed, fault);
                // What the permits say is not part of what is signed, and some of it is nowhere read.
                let fate = if fault.is_some() { Fate::Unknown } else { fate };
                Call { fate, authorized: permits.tokens, way: "a signed operation, with permits", ..call }
            }
            (Person::Dave | Person::Wallet, _) => {
                self.allow(person, &[[U256::ZERO, U256::MAX]; Coin::ALL.len()]);
                self.signed(person, placed, fault)
            }
            _ => {
                self.allow(person, &[[U256::MAX; 2]; Coin::ALL.len()]);
                Call::direct(self.call(person.address(), placed.order.calldata()), "endless allowances")
            }
        }
    }

    /// Allows what is used, to the unit; with a fault, less of one.
    fn with_allowances(&mut self, person: Person, placed: &Placed, outcome: &Outcome, fault: Option<u64>) -> Call {
        let mut used = outcome.used;
        let is_short = fault.is_some_and(|choice| shorten(&mut used, &Allowances::default(), choice));
        self.allow(person, &used);
        let call = Call::direct(self.call(person.address(), placed.order.calldata()), "exact allowances");
        Call { exact: Some(person), fate: if is_short { Fate::Fails } else { Fate::Same }, ..call }
    }

    fn with_permits(&mut self, operation: &Operation, placed: &Placed, outcome: &Outcome) -> Call {
        let Operation { person, variety, fault, .. } = *operation;
        let (permits, fate) = self.permits(person, &outcome.used, variety, fault);
        let mut order = placed.order.clone();
        *order.authorizations() = permits.list;
        let way = if person == Person::Wallet { "a wallet's permits" } else { "permits" };
        let call = Call::direct(self.call(person.address(), order.calldata()), way);
        Call { fate, authorized: permits.tokens, ..call }
    }

    /// The account signs the operation and a fee, and somebody else sends it; with a fault, something else, or what
    /// somebody else has signed.
    fn signed(&self, person: Person, placed: &Placed, fault: Option<u64>) -> Call {
        let (account, attacker) = (person.address(), Person::Attacker.address());
        let (usdc, nonce) = (self.market(Coin::Usdc).token, self.unused_nonce());
        let deposited = if placed.from.collateral == Coin::Usdc { placed.order.asked().deposit } else { U256::ZERO };
        let spare = usdc.balance_of(&self.chain, account).saturating_sub(deposited);
        let fee = Fee { token: usdc.address, units: spare.min(nonce % U256::from(3)), recipient: attacker };
        let asset = self.market(placed.from.collateral).token.address;
        let (permit, witness) = placed.order.intent(self.dm, asset, nonce, fee);
        let is_forged = fault.is_some_and(|choice| choice.is_multiple_of(4));
        let key = if is_forged { Person::Attacker.key() } else { person.key() };
        let signature = signing::bytes(&permit.sign(&self.chain, key, Some(&witness)));
        let signed =
            Signed { account, nonce, feeToken: fee.token, fee: fee.units, feeRecipient: fee.recipient, signature };
        let mut input = placed.order.calldata_for(signed);
        if let Some(choice) = fault.filter(|_| !is_forged) {
            tamper(&mut input, choice);
        }
        let way = if person == Person::Wallet { "an operation that a wallet signed" } else { "a signed operation" };
        let fate = if fault.is_some() { Fate::Fails } else { Fate::Same };
        Call { account, way, fee: Some(fee), fate, ..Call::direct(self.call(attacker, input), way) }
    }
}

/// Whether a call is for an account that does not send it itself.
pub(crate) fn is_relayed(call: &Call) -> bool {
    call.tx.from != call.account
}

/// Flips a bit behind the selector, anywhere.
fn tamper(input: &mut [u8], choice: u64) {
    let mut rng = Rng::new(choice, 0);
    let at = 4 + rng.below(input.len() as u64 - 4) as usize;
    input[at] ^= 1 << rng.below(8);
}
