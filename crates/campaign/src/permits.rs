//! Signed approvals of what an operation uses, in all their kinds: for exactly that or for more, taken back again,
//! submitted by somebody else first, twice, or wrong.

use crate::{allowances::Allowances, coin::Coin, people::Person, rng::Rng, stage::Stage};
use alloy_primitives::{Address, Bytes, U256};
use debt_manager::abi::IDebtManager::{Authorization, AuthorizationKind};
use devnet::Tx;
use protocols::{
    Asset,
    manager::authorization,
    signing::{
        self, dai,
        eip2612::{self, Permit},
        eip7598, permit2,
    },
};

/// Nonces of Permit2's that are used: a few words of them.
const NONCES: u64 = 8 * 256;

/// Whether a call has to come to what it came to when it was rehearsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It has to succeed.
    Same,
    /// Something that it needs is missing.
    Fails,
    /// It may fail, as for a surplus that cannot be used up.
    Unknown,
}

/// The approvals of a call.
#[derive(Default)]
pub(crate) struct Permits {
    pub(crate) list: Vec<Authorization>,
    /// Of what allowances are given.
    pub(crate) tokens: Vec<Address>,
    /// Whether more than what is used.
    pub(crate) has_surplus: bool,
}

/// What is signed.
#[derive(Clone, Copy)]
struct Draft {
    kind: AuthorizationKind,
    token: Address,
    value: U256,
    deadline: U256,
}

/// How a permit differs from one of exactly what is used.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Exact,
    Surplus,
    TakenBack,
    /// The attacker submits it before the call.
    Early,
    Twice,
}

/// How a list of permits is made worthless.
#[derive(Clone, Copy)]
enum Fault {
    Short,
    Forged(u64),
    Expired,
    Foreign,
}

impl Stage {
    /// Takes all allowances of somebody's back but for those that cannot be signed, and signs permits for the others.
    /// With a fault one of them is not as it has to be.
    pub(crate) fn permits(
        &mut self,
        person: Person,
        used: &Allowances,
        variety: u64,
        fault: Option<u64>,
    ) -> (Permits, Fate) {
        let (mut rng, mut used, mut kept) = (Rng::new(variety, 1), *used, Allowances::default());
        if person == Person::Wallet {
            kept.iter_mut().zip(&used).for_each(|(kept, used)| kept[1] = used[1]);
        }
        self.allow(person, &kept);
        let fault = fault.map(|choice| {
            let mut rng = Rng::new(choice, 1);
            rng.pick(&[Fault::Short, Fault::Forged(choice), Fault::Expired, Fault::Foreign])
        });
        let is_short = matches!(fault, Some(Fault::Short)) && shorten(&mut used, &kept, variety);
        let deadline = match fault {
            Some(Fault::Expired) => U256::from(self.chain.timestamp() - 1),
            _ => U256::MAX,
        };
        let mut permits = Permits::default();
        for (asset, [units, shares]) in Coin::ALL.into_iter().zip(used) {
            let market = self.market(asset);
            let mut sign = |kinds: &[AuthorizationKind], token, value: U256| {
                if !value.is_zero() {
                    let manner = if fault.is_some() { Manner::Exact } else { manner(&mut rng) };
                    let (kind, value) = (rng.pick(kinds), manner.value(&mut rng, value));
                    self.sign(&mut permits, person, manner, &Draft { kind, token, value, deadline });
                }
            };
            if person != Person::Wallet {
                sign(&[AuthorizationKind::Eip2612], market.address, shares);
            }
            sign(kinds(person, asset, fault.is_some()), market.token.address, units);
        }
        let is_faulty = match fault {
            None => false,
            Some(Fault::Short) => is_short,
            Some(Fault::Forged(choice)) => forge(&mut permits, choice),
            Some(Fault::Expired) => !permits.list.is_empty(),
            Some(Fault::Foreign) => {
                let kind = AuthorizationKind::Eip2612;
                // A token like any other, but of another lender.
                let token = self.world.aave.reserve(Asset::Usdc).a_token.address;
                permits.list.push(authorization(kind, token, U256::ONE, deadline, vec![0; 65].into()));
                true
            }
        };
        let fate = if permits.has_surplus { Fate::Unknown } else { Fate::Same };
        (permits, if is_faulty { Fate::Fails } else { fate })
    }

    /// Adds a permit, and what goes with it, to others.
    fn sign(&mut self, permits: &mut Permits, person: Person, manner: Manner, draft: &Draft) {
        match draft.kind {
            AuthorizationKind::Permit2 => {
                permits.list.push(self.transfer(person, draft));
                return;
            }
            AuthorizationKind::DaiLike => permits.list.extend(self.dai_permits(person, draft.token)),
            _ => {
                let given = self.permit(person, draft, 0);
                let nothing = Draft { value: U256::ZERO, ..*draft };
                match manner {
                    Manner::Exact => {}
                    Manner::Surplus => permits.has_surplus = true,
                    Manner::TakenBack => permits.list.push(self.permit(person, &nothing, 1)),
                    Manner::Early => self.submit(person, &given),
                    Manner::Twice => permits.list.push(given.clone()),
                }
                permits.list.push(given);
            }
        }
        permits.tokens.push(draft.token);
    }

    /// An allowance by signature; `ahead` is how many others of the account's come before it.
    fn permit(&self, person: Person, draft: &Draft, ahead: u64) -> Authorization {
        let &Draft { kind, token, value, deadline } = draft;
        let (chain, spender) = (&self.chain, self.dm.address);
        let mut permit = eip2612::permit(chain, token, person.address(), spender, value, deadline);
        permit.nonce += U256::from(ahead);
        let signature = signing::bytes(&signing::sign(person.key(), eip2612::digest(chain, token, &permit)));
        Authorization { nonce: permit.nonce, ..authorization(kind, token, value, deadline, signature) }
    }

    /// An allowance of everything in Dai's way, and what takes it back.
    fn dai_permits(&self, person: Person, token: Address) -> [Authorization; 2] {
        [true, false].map(|allowed| {
            let (chain, spender) = (&self.chain, self.dm.address);
            let mut permit = dai::permit(chain, token, person.address(), spender, U256::MAX, allowed);
            permit.nonce += U256::from(!allowed);
            let signature = signing::bytes(&signing::sign(person.key(), dai::digest(chain, token, &permit)));
            let value = U256::from(allowed);
            let given = authorization(AuthorizationKind::DaiLike, token, value, U256::MAX, signature);
            Authorization { nonce: permit.nonce, ..given }
        })
    }

    /// A transfer by Permit2, with a nonce that has not been used.
    fn transfer(&self, person: Person, draft: &Draft) -> Authorization {
        let (&Draft { kind, token, value, deadline }, nonce) = (draft, self.unused_nonce());
        let permit = permit2::Permit::one(token, value, self.dm.address, nonce, deadline);
        let signature = signing::bytes(&permit.sign(&self.chain, person.key(), None));
        Authorization { nonce, ..authorization(kind, token, value, deadline, signature) }
    }

    /// The attacker submits a permit, as anyone can who sees it.
    fn submit(&mut self, person: Person, given: &Authorization) {
        let &Authorization { kind, token, value, nonce, deadline, ref signature } = given;
        let permit = Permit { owner: person.address(), spender: self.dm.address, value, nonce, deadline };
        let data = match (kind, alloy_primitives::Signature::from_raw(signature)) {
            (AuthorizationKind::Eip2612, Ok(signature)) => eip2612::call(&permit, &signature),
            _ => eip7598::call(&permit, signature.clone()),
        };
        // Where it is refused the call submits it again, and is judged.
        let _ = self.chain.send(Tx::call(Person::Attacker.address(), token, data));
    }

    /// Each transaction is a block, so no block's number comes twice before there are more of them than nonces.
    pub(crate) fn unused_nonce(&self) -> U256 {
        U256::from(self.chain.block_number() % NONCES)
    }
}

impl Manner {
    /// Of how much the permit is.
    fn value(self, rng: &mut Rng, used: U256) -> U256 {
        match self {
            Self::Exact | Self::Early | Self::Twice => used,
            Self::Surplus => used + rng.pick(&[U256::ONE, used / U256::from(100), used]),
            Self::TakenBack => rng.pick(&[used, used + U256::ONE, used + used, U256::MAX]),
        }
    }
}

fn manner(rng: &mut Rng) -> Manner {
    let manners =
        [(60, Manner::Exact), (10, Manner::Surplus), (10, Manner::TakenBack), (10, Manner::Early), (10, Manner::Twice)];
    rng.weighted(&manners)
}

/// The kinds of permits that a coin takes of somebody, of an amount or of everything. Wrapped ether has none of its own.
fn kinds(person: Person, coin: Coin, is_of_amount: bool) -> &'static [AuthorizationKind] {
    use AuthorizationKind::{DaiLike, Eip2612, Eip7598, Permit2};
    match (person, coin) {
        (Person::Wallet, Coin::Usdc) => &[Eip7598, Permit2],
        (_, Coin::Usdc) => &[Eip2612, Eip7598, Permit2],
        (_, Coin::Weth) | (Person::Wallet, _) => &[Permit2],
        (_, Coin::Dai) if !is_of_amount => &[DaiLike],
        (_, Coin::WstEth | Coin::Dai) => &[Eip2612, Permit2],
    }
}

/// Takes a unit from one of those that are not zero and not kept. Whether there was any.
pub(crate) fn shorten(used: &mut Allowances, kept: &Allowances, choice: u64) -> bool {
    let units = used.as_flattened_mut().iter_mut().zip(kept.as_flattened());
    let mut some: Vec<&mut U256> =
        units.filter(|(units, kept)| !units.is_zero() && kept.is_zero()).map(|(units, _)| units).collect();
    let count = some.len() as u64;
    match some.get_mut((choice % count.max(1)) as usize) {
        Some(units) => {
            **units -= U256::ONE;
            true
        }
        None => false,
    }
}

/// Flips a bit of a signature. Whether there is any.
fn forge(permits: &mut Permits, choice: u64) -> bool {
    let count = permits.list.len() as u64;
    let Some(chosen) = permits.list.get_mut((choice % count.max(1)) as usize) else { return false };
    let mut signature = chosen.signature.to_vec();
    // Of `r` and `s`: another `v` may be another way to write the same.
    let bit = (choice >> 8) % (64 * 8);
    signature[(bit / 8) as usize] ^= 1 << (bit % 8);
    chosen.signature = Bytes::from(signature);
    true
}
