//! One event per verb, emitted last, with realised amounts.

use crate::{
    abi::IDebtManager::{Deleveraged, Leveraged, Migrated},
    door::Verb,
    holding::Name,
    host,
    word::{Address, Word, in_code},
};
use alloy_sol_types::SolEvent;

/// Logs what a verb did: whose position in which markets, and what is there now.
pub(crate) fn emit(verb: Verb, account: Address<'_>, name: &Name<'_>, [collateral, debt]: &[Word; 2]) {
    let signature = match verb {
        Verb::Leverage => in_code!(Leveraged::SIGNATURE_HASH.0),
        Verb::Deleverage => in_code!(Deleveraged::SIGNATURE_HASH.0),
        Verb::Migrate => in_code!(Migrated::SIGNATURE_HASH.0),
    };
    let (supplied, owed) = (name.collateral.word(), name.debt.word());
    host::log(&[&signature, account.word(), supplied, owed, collateral, debt]);
}
