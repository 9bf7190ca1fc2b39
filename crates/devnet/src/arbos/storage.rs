//! ArbOS's state: the storage of an account of its own, read and written without anybody's gas changing by it.
//!
//! A value is kept at `keccak256(what it is ++ which one)`. The layout is ours: Nitro's differs, and nothing outside this
//! module depends on either. Writes go through the journal, so that a revert undoes them; an account that was cold before
//! is cold after, since Nitro's own accesses do not count for EIP-2929.

use crate::evm::Context;
use alloy_primitives::{Address, Bytes, U256, address, keccak256};
use revm::{
    Database,
    context::{ContextTr, JournalTr, journaled_state::account::JournaledAccountTr as _},
};

/// The account whose storage is ArbOS's state.
pub const STATE: Address = address!("a4b05fffffffffffffffffffffffffffffffffff");

/// Where a value is kept.
pub(crate) fn slot(what: &str, which: impl AsRef<[u8]>) -> U256 {
    keccak256([what.as_bytes(), which.as_ref()].concat()).into()
}

/// A slot's value as this transaction sees it, without touching it.
pub(crate) fn peek(context: &mut Context, address: Address, slot: U256) -> U256 {
    let touched = context.journal().evm_state().get(&address).and_then(|account| account.storage.get(&slot));
    match touched {
        Some(slot) => slot.present_value(),
        None => {
            let Ok(value) = Database::storage(context.journal_mut().db_mut(), address, slot);
            value
        }
    }
}

/// An account's code as this transaction sees it, without touching it.
pub(crate) fn peek_code(context: &Context, address: Address) -> Bytes {
    let touched = context.journal().evm_state().get(&address).and_then(|account| account.info.code.clone());
    touched.map_or_else(|| context.journal().db().code(address), |code| code.original_bytes())
}

/// An account's wei as this transaction sees them, without touching it.
pub(crate) fn peek_balance(context: &Context, address: Address) -> U256 {
    let touched = context.journal().evm_state().get(&address).map(|account| account.info.balance);
    touched.unwrap_or_else(|| context.journal().db().balance(address))
}

/// Sets a slot of ArbOS's own.
pub(crate) fn set(context: &mut Context, slot: U256, value: U256) {
    unseen(context, STATE, |context| {
        context.journal_mut().touch_account(STATE);
        let Ok(_) = context.journal_mut().sstore(STATE, slot, value);
    });
}

/// Does something to an account, which stays as cold as it was.
pub(crate) fn unseen<T>(context: &mut Context, account: Address, act: impl FnOnce(&mut Context) -> T) -> T {
    let Ok(loaded) = context.journal_mut().load_account(account);
    let was_cold = loaded.is_cold;
    let done = act(context);
    if was_cold {
        let Ok(mut loaded) = context.journal_mut().load_account_mut(account);
        loaded.data.unsafe_mark_cold();
    }
    done
}
