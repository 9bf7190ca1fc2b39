//! What the people let the contract take, as it stands in storage: found once by approving, then read and written where
//! it stands, which is much faster than calls are.

use crate::{
    coin::{Coin, Each},
    people::Person,
    stage::Stage,
};
use alloy_primitives::{Address, U256};
use eyre::{Result, ensure};
use std::collections::BTreeMap;

/// Of each coin: units of it, and of its market's shares.
pub(crate) type Allowances = Each<[U256; 2]>;

/// The slots of a person's allowances, with the contracts that hold them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slots(BTreeMap<Person, Each<[(Address, U256); 2]>>);

impl Slots {
    /// Has everybody approve the contract for everything, and sees where that is written.
    pub(crate) fn find(stage: &mut Stage) -> Result<Self> {
        let mut slots = Self::default();
        for person in Person::ALL {
            let mut found = [[(Address::ZERO, U256::ZERO); 2]; Coin::ALL.len()];
            for asset in Coin::ALL {
                let (market, dm, account) = (stage.market(asset), stage.dm.address, person.address());
                let token = market.token;
                let before = stage.chain.state().clone();
                token.approve(&mut stage.chain, account, dm, U256::MAX)?;
                market.approve(&mut stage.chain, account, dm, U256::MAX)?;
                let changes = stage.chain.state().changes_since(&before);
                for (place, contract) in found[asset as usize].iter_mut().zip([token.address, market.address]) {
                    let written = changes.iter().filter(|change| change.address == contract);
                    let written: Vec<U256> = written.flat_map(|change| &change.slots).map(|(slot, _)| *slot).collect();
                    ensure!(written.len() == 1, "approving {contract} writes {} slots", written.len());
                    *place = (contract, written[0]);
                }
            }
            slots.0.insert(person, found);
        }
        Ok(slots)
    }
}

impl Stage {
    /// What somebody lets the contract take.
    pub(crate) fn allowances(&self, person: Person) -> Allowances {
        let state = self.chain.state();
        self.slots.0.get(&person).copied().map_or_else(Allowances::default, |slots| {
            slots.map(|pair| pair.map(|(contract, slot)| state.storage(contract, slot)))
        })
    }

    /// Lets the contract take so much of somebody's.
    pub(crate) fn allow(&mut self, person: Person, allowances: &Allowances) {
        let Some(slots) = self.slots.0.get(&person).copied() else { return };
        self.chain.edit(|state| {
            for ((contract, slot), units) in slots.as_flattened().iter().zip(allowances.as_flattened()) {
                state.set_storage(*contract, *slot, *units);
            }
        });
    }
}
