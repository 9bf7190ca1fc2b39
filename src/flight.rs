//! The one lock of all entry points, and the one callback that an operation in flight may receive at a time.
//!
//! Both live in transient storage: zero between calls, undone by a revert, gone with the transaction.

use crate::{
    error::{revert, unexpected_callback},
    host,
    word::{self, Word, ZERO},
};

/// Set while an operation runs.
const LOCK: u8 = 0;

/// The callback that is awaited: where the hash of what it may be asked to do is, or zero. Each has its own place, so that
/// what one may be asked to do says nothing to the other.
#[derive(Clone, Copy)]
pub(crate) enum Awaited {
    /// Balancer's.
    Loan = 1,
    /// A pool's.
    Swap = 2,
}

/// Proof that this frame holds the lock: what only the outermost frame may do asks for it.
pub(crate) struct Lock(());

/// Proof that an operation is in flight and that this frame is part of it: what may be asked of others then asks for it.
pub(crate) struct Flight(());

impl Lock {
    /// Taken first of all, by every entry point but the callbacks.
    pub(crate) fn take() -> Self {
        if !word::is_zero(&host::transient_load(LOCK)) {
            revert!(Reentered());
        }
        host::transient_store(LOCK, &word::of_small(1));
        Self(())
    }

    /// The flight that the lock protects.
    pub(crate) fn flight(&self) -> Flight {
        Flight(())
    }

    /// Ends the operation.
    pub(crate) fn release(self) {
        host::transient_store(LOCK, &ZERO);
    }
}

impl Flight {
    /// The callback has been claimed, once: the caller has been checked, and the data is what was committed to, to the
    /// byte.
    #[inline(never)]
    pub(crate) fn claim(awaited: Awaited, data: &[u8]) -> Self {
        if !word::same(&host::transient_load(awaited as u8), &host::keccak256(data)) {
            unexpected_callback();
        }
        host::transient_store(awaited as u8, &ZERO);
        Self(())
    }

    /// Awaits one callback with exactly the data that has this hash.
    pub(crate) fn commit(&self, awaited: Awaited, hash: &Word) {
        host::transient_store(awaited as u8, hash);
    }

    /// What the loan cost beyond itself, told by the callback that claimed it, in the same place: no hash is a number so
    /// small, and nobody chooses it but the source.
    pub(crate) fn costs(&self, fee_assets: &Word) {
        if !word::is_zero(fee_assets) {
            host::transient_store(Awaited::Loan as u8, fee_assets);
        }
    }

    /// The callback has come: a source that returned without lending is refused. Returns what the loan cost.
    #[inline(never)]
    pub(crate) fn landed(&self, awaited: Awaited, hash: &Word) -> Word {
        let fee_assets = host::transient_load(awaited as u8);
        if word::same(&fee_assets, hash) {
            revert!(FlashLoanMissing());
        }
        if !word::is_zero(&fee_assets) {
            host::transient_store(awaited as u8, &ZERO);
        }
        fee_assets
    }
}
