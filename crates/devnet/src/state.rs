//! Accounts and their storage, in persistent maps: a copy of the whole state costs nothing.

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256, map::DefaultHashBuilder};
use revm::{
    Database,
    primitives::{StorageKey, StorageValue},
    state::{Account as TouchedAccount, AccountInfo, Bytecode, EvmState},
};
use std::convert::Infallible;

type Map<K, V> = imbl::GenericHashMap<K, V, DefaultHashBuilder, imbl::shared_ptr::DefaultSharedPtr>;

/// An account.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub(crate) info: AccountInfo,
    pub(crate) storage: Map<U256, U256>,
}

/// The state of a chain at some block.
#[derive(Clone, Debug, Default)]
pub struct State {
    accounts: Map<Address, Account>,
}

/// What is different of an account between two states.
#[derive(Clone, Debug)]
pub struct Change {
    /// Whose.
    pub address: Address,
    /// Wei before and after.
    pub balance: [U256; 2],
    /// The nonce before and after.
    pub nonce: [u64; 2],
    /// Whether its code is another.
    pub code: bool,
    /// The slots that have another value: where, and both values.
    pub slots: Vec<(U256, [U256; 2])>,
}

impl Change {
    fn between(address: Address, before: &Account, after: &Account) -> Self {
        let balance = [before.info.balance, after.info.balance];
        let nonce = [before.info.nonce, after.info.nonce];
        let code = before.info.code_hash != after.info.code_hash;
        let mut slots = Vec::new();
        if !before.storage.ptr_eq(&after.storage) {
            let value = |storage: &Map<U256, U256>, slot| storage.get(slot).copied().unwrap_or_default();
            let cleared = before.storage.keys().filter(|slot| !after.storage.contains_key(*slot));
            slots.extend(after.storage.keys().chain(cleared).filter_map(|slot| {
                let values = [value(&before.storage, slot), value(&after.storage, slot)];
                (values[0] != values[1]).then_some((*slot, values))
            }));
        }
        Self { address, balance, nonce, code, slots }
    }

    fn is_any(&self) -> bool {
        self.balance[0] != self.balance[1] || self.nonce[0] != self.nonce[1] || self.code || !self.slots.is_empty()
    }
}

impl State {
    /// Wei that an account has.
    #[must_use]
    pub fn balance(&self, address: Address) -> U256 {
        self.accounts.get(&address).map_or(U256::ZERO, |account| account.info.balance)
    }

    /// How many transactions an account has sent, or contracts it has created.
    #[must_use]
    pub fn nonce(&self, address: Address) -> u64 {
        self.accounts.get(&address).map_or(0, |account| account.info.nonce)
    }

    /// An account's code.
    #[must_use]
    pub fn code(&self, address: Address) -> Bytes {
        let code = self.accounts.get(&address).and_then(|account| account.info.code.as_ref());
        code.map(Bytecode::original_bytes).unwrap_or_default()
    }

    /// The hash of an account's code.
    #[must_use]
    pub fn code_hash(&self, address: Address) -> B256 {
        self.accounts.get(&address).map_or(KECCAK256_EMPTY, |account| account.info.code_hash)
    }

    /// A slot's value.
    #[must_use]
    pub fn storage(&self, address: Address, slot: U256) -> U256 {
        self.accounts.get(&address).and_then(|account| account.storage.get(&slot)).copied().unwrap_or_default()
    }

    /// All accounts, in no order.
    pub fn addresses(&self) -> impl Iterator<Item = Address> {
        self.accounts.keys().copied()
    }

    /// All slots of an account that are not zero, in no order.
    pub fn slots(&self, address: Address) -> impl Iterator<Item = (U256, U256)> {
        self.accounts.get(&address).into_iter().flat_map(|account| account.storage.iter().map(|(k, v)| (*k, *v)))
    }

    fn account(&mut self, address: Address) -> &mut Account {
        self.accounts.entry(address).or_default()
    }

    /// Gives an account so many wei.
    pub fn set_balance(&mut self, address: Address, balance: U256) {
        self.account(address).info.balance = balance;
    }

    /// Sets an account's nonce.
    pub fn set_nonce(&mut self, address: Address, nonce: u64) {
        self.account(address).info.nonce = nonce;
    }

    /// Sets an account's code. Code that is no delegation and no Stylus program is taken as EVM code.
    pub fn set_code(&mut self, address: Address, code: Bytes) {
        let info = &mut self.account(address).info;
        info.code_hash = if code.is_empty() { KECCAK256_EMPTY } else { keccak256(&code) };
        info.code = Some(Bytecode::new_raw_checked(code.clone()).unwrap_or_else(|_| Bytecode::new_legacy(code)));
    }

    /// Sets a slot.
    pub fn set_storage(&mut self, address: Address, slot: U256, value: U256) {
        let storage = &mut self.account(address).storage;
        if value.is_zero() {
            storage.remove(&slot);
        } else {
            storage.insert(slot, value);
        }
    }

    /// What is different from an earlier state, in no order. Storage that both share is not looked at, so that the cost
    /// is that of what was changed.
    #[must_use]
    pub fn changes_since(&self, earlier: &Self) -> Vec<Change> {
        let gone = earlier.accounts.keys().filter(|address| !self.accounts.contains_key(*address));
        let known = self.accounts.keys();
        let nothing = Account::default();
        let changes = known.chain(gone).map(|address| {
            let [before, after] = [earlier, self].map(|state| state.accounts.get(address).unwrap_or(&nothing));
            Change::between(*address, before, after)
        });
        changes.filter(Change::is_any).collect()
    }

    /// Takes over what a transaction changed.
    pub(crate) fn commit(&mut self, changes: EvmState) {
        for (address, account) in changes {
            if account.is_touched() {
                self.commit_account(address, account);
            }
        }
    }

    fn commit_account(&mut self, address: Address, changes: TouchedAccount) {
        // An account without balance, nonce and code vanishes, but for ArbOS's own, which has nothing but storage.
        let is_gone = changes.is_empty() && changes.storage.is_empty() && !self.has_storage(address);
        if changes.is_selfdestructed() || is_gone {
            self.accounts.remove(&address);
            return;
        }
        let created = changes.is_created();
        let account = self.account(address);
        if created {
            account.storage = Map::default();
        }
        let code = changes.info.code.clone().or_else(|| account.info.code.take());
        account.info = AccountInfo { code, ..changes.info };
        for (slot, value) in changes.storage {
            if value.is_changed() {
                self.set_storage(address, slot, value.present_value());
            }
        }
    }

    fn has_storage(&self, address: Address) -> bool {
        self.accounts.get(&address).is_some_and(|account| !account.storage.is_empty())
    }
}

impl Database for State {
    type Error = Infallible;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        Ok(self.accounts.get(&address).map(|account| account.info.clone()))
    }

    /// Code comes with its account, so that nobody asks for it by hash.
    fn code_by_hash(&mut self, _: B256) -> Result<Bytecode, Infallible> {
        Ok(Bytecode::default())
    }

    fn storage(&mut self, address: Address, slot: StorageKey) -> Result<StorageValue, Infallible> {
        Ok(State::storage(self, address, slot))
    }

    /// Of the parent chain's blocks, which there are none of: a value that depends on the number alone.
    fn block_hash(&mut self, number: u64) -> Result<B256, Infallible> {
        Ok(keccak256(number.to_be_bytes()))
    }
}
