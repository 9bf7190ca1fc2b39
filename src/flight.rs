//! The one lock of all entry points, and the one callback that an operation in flight may receive.
//!
//! Both live in transient storage: zero between calls, undone by a revert, gone with the transaction.

use crate::{
    error::{Error, Result},
    host,
};
use alloy_primitives::B256;

/// Set while an operation runs.
const LOCK: u8 = 0;
/// The hash of what the callback may be asked to do; zero when none is awaited.
const COMMITMENT: u8 = 1;

/// Proof that this frame holds the lock: what only the outermost frame may do asks for it.
pub(crate) struct Lock(());

impl Lock {
    /// Taken first of all, by every entry point but the callbacks.
    pub(crate) fn take() -> Result<Self> {
        if !host::transient_load(LOCK).is_zero() {
            return Err(Error::Reentered {}.into());
        }
        host::transient_store(LOCK, &B256::with_last_byte(1));
        Ok(Self(()))
    }

    /// Awaits one callback with exactly this data.
    pub(crate) fn commit(&self, hash: &B256) {
        host::transient_store(COMMITMENT, hash);
    }

    /// The callback has come: a source that returned without lending is refused.
    pub(crate) fn landed(&self) -> Result {
        if host::transient_load(COMMITMENT).is_zero() { Ok(()) } else { Err(Error::FlashLoanMissing {}.into()) }
    }

    /// Ends the operation.
    pub(crate) fn release(self) {
        host::transient_store(LOCK, &B256::ZERO);
    }
}

/// Claims the callback, once. The caller has been checked; the data is what the operation committed to, to the byte.
pub(crate) fn claim(data: &[u8]) -> Result {
    if host::transient_load(COMMITMENT) != host::keccak256(data) {
        return Err(Error::UnexpectedCallback { caller: &host::sender() }.into());
    }
    host::transient_store(COMMITMENT, &B256::ZERO);
    Ok(())
}
