//! Whose a slot of storage is.
//!
//! Balances, shares, debts, allowances and nonces lie in mappings, at slots that are hashes of their owner's address and
//! the mapping's number. Working those out for everybody who is watched, whatever the number, tells of each slot that a
//! transaction has written whose it was, without asking anything of any contract.

use crate::people::Person;
use alloy_primitives::{Address, B256, U256, keccak256, map::HashMap};

/// Numbers that a mapping can have: more than the widest contract of the world has variables.
const MAPPINGS: u64 = 400;
/// Neighbouring slots that an entry may take: an account's or a pool's, a debt's of a maturity, and an allowance's.
const RECORD: u64 = 4;
const DEBT: u64 = 2;
const WORD: u64 = 1;
/// Words of Permit2's nonces that the campaign uses.
const NONCE_WORDS: u64 = 8;

/// Whose a slot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Of somebody who is watched.
    Person(Person),
    /// The contract under test's.
    Contract,
    /// An account of a protocol, by its place in the list.
    Protocol(usize),
    /// A variable that is nobody's: a number, or a pool of a maturity.
    Common,
}

/// The slots that are somebody's, in whichever contract.
#[derive(Debug, Default)]
pub(crate) struct Owners(HashMap<U256, Owner>);

fn entry(key: B256, mapping: B256) -> B256 {
    keccak256([key, mapping].concat())
}

impl Owners {
    /// Works out the slots of people, of the contract under test and of protocols' accounts, as owners and, of
    /// allowances, as spenders; with debts at these maturities.
    pub(crate) fn of(contract: Address, protocols: &[Address], maturities: &[U256]) -> Self {
        let people = Person::ALL.map(|person| (person.address(), Owner::Person(person)));
        let protocols = protocols.iter().enumerate().map(|(index, address)| (*address, Owner::Protocol(index)));
        let mut all = people.to_vec();
        all.push((contract, Owner::Contract));
        let watched = all.len();
        all.extend(protocols);
        let mut owners = Self::default();
        for mapping in (0..MAPPINGS).map(|number| B256::from(U256::from(number))) {
            let pools: Vec<B256> = maturities.iter().map(|maturity| entry(B256::from(*maturity), mapping)).collect();
            pools.iter().for_each(|pool| owners.insert(*pool, RECORD, Owner::Common));
            for (index, (address, owner)) in all.iter().enumerate() {
                let own = entry(address.into_word(), mapping);
                owners.insert(own, RECORD, *owner);
                if index >= watched {
                    continue;
                }
                all.iter().for_each(|(spender, _)| owners.insert(entry(spender.into_word(), own), WORD, *owner));
                pools.iter().for_each(|pool| owners.insert(entry(address.into_word(), *pool), DEBT, *owner));
            }
        }
        for (address, owner) in &all[..watched] {
            let nonces = entry(address.into_word(), B256::ZERO);
            (0..NONCE_WORDS).for_each(|word| owners.insert(entry(B256::from(U256::from(word)), nonces), WORD, *owner));
        }
        owners
    }

    fn insert(&mut self, slot: B256, size: u64, owner: Owner) {
        let slot = U256::from_be_bytes(slot.0);
        (0..size).for_each(|offset| {
            self.0.entry(slot.wrapping_add(U256::from(offset))).or_insert(owner);
        });
    }

    /// Whose a slot is, if that is known.
    pub(crate) fn of_slot(&self, slot: U256) -> Option<Owner> {
        if slot < U256::from(MAPPINGS) {
            return Some(Owner::Common);
        }
        self.0.get(&slot).copied()
    }
}
