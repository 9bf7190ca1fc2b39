//! Balancer V2's vault: calls back with the loan in hand, names its fee in the callback, is repaid by transfer.

use super::{PLAN, Plan};
use crate::{
    abi::IBalancerV2Vault::flashLoanCall,
    calldata::Calldata,
    error::{Error, Result},
    flight::{self, Lock},
    host, math,
    network::BALANCER_V2_VAULT,
    word::{WORD, words},
};
use alloy_primitives::Address;
use alloy_sol_types::SolCall;

/// Asks the vault for the plan's loan; it calls [`callback`] before it returns.
pub(super) fn lend(lock: &Lock, this: &Address, plan: &Plan) -> Result {
    let plan_values = plan.values();
    lock.commit(&host::keccak256_words(&plan_values));
    let [lender, market, account, asset, lent_assets, step, step_assets] = plan_values;
    // The recipient, where each of three arrays begins, two arrays of one, and the plan as bytes.
    let arguments = words![
        *this,
        4 * WORD,
        6 * WORD,
        8 * WORD,
        1_u64,
        asset,
        1_u64,
        lent_assets,
        PLAN * WORD,
        lender,
        market,
        account,
        asset,
        lent_assets,
        step,
        step_assets,
    ];
    host::call(&BALANCER_V2_VAULT, flashLoanCall::SELECTOR, &arguments).map(|[]| ())
}

/// `receiveFlashLoan`: only the vault, only with the plan that was committed to, only once.
pub(crate) fn callback(mut calldata: Calldata<'_>) -> Result {
    let caller = host::sender();
    if caller != BALANCER_V2_VAULT {
        return Err(Error::UnexpectedCallback { caller: &caller }.into());
    }
    for words in [4, 6, 8, 10] {
        calldata.fixed(words * WORD)?;
    }
    calldata.fixed(1)?;
    let token = calldata.address()?;
    calldata.fixed(1)?;
    let amount = calldata.uint()?;
    calldata.fixed(1)?;
    let fee_assets = calldata.uint()?;
    let data = calldata.bytes()?;
    calldata.end()?;

    flight::claim(data)?;
    let plan = Plan::decode(data)?;
    if token != plan.asset.0 || amount != plan.lent_assets {
        return Err(Error::FlashLoanMismatch { token: &token, amount: &amount }.into());
    }
    plan.carry_out(&math::add(&amount, &fee_assets)?, &BALANCER_V2_VAULT)
}
