//! What gas costs. Arbitrum drops tips, so the price of a unit is the base fee and nothing else.

use alloy::eips::BlockId;
use serde_json::{Value, json};

use super::{Node, error::RpcError, hex::quantity, params::Params};

/// The most blocks one answer covers, geth's limit.
const HISTORY_LIMIT: u64 = 1_024;

pub(super) fn gas_price(node: &mut Node, params: Params) -> Result<Value, RpcError> {
    params.end()?;
    Ok(quantity(node.chain.base_fee()))
}

pub(super) fn max_priority_fee(_: &mut Node, params: Params) -> Result<Value, RpcError> {
    params.end()?;
    Ok(quantity(0u64))
}

/// `eth_feeHistory(count, newest, percentiles)`. Every reward is zero.
pub(super) fn history(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let count = params.required_u64()?.min(HISTORY_LIMIT);
    let newest: BlockId = params.required()?;
    let percentiles: Vec<f64> = params.optional()?.unwrap_or_default();
    params.end()?;
    check_percentiles(&percentiles)?;
    let newest = node.block_number_of(newest)?;
    let oldest = (newest + 1).saturating_sub(count);
    let mut fees = Vec::new();
    let mut ratios = Vec::new();
    for number in oldest..=newest {
        let block = node.block(number)?;
        fees.push(quantity(block.base_fee));
        ratios.push(block.gas_used as f64 / block.gas_limit as f64);
    }
    fees.push(quantity(node.chain.base_fee()));
    if count == 0 {
        return Ok(json!({ "oldestBlock": "0x0", "gasUsedRatio": null }));
    }
    let mut answer = json!({ "oldestBlock": quantity(oldest), "baseFeePerGas": fees, "gasUsedRatio": ratios });
    if !percentiles.is_empty() {
        let zeros = vec![quantity(0u64); percentiles.len()];
        answer["reward"] = vec![Value::from(zeros); ratios.len()].into();
    }
    Ok(answer)
}

fn check_percentiles(percentiles: &[f64]) -> Result<(), RpcError> {
    let in_range = percentiles.iter().all(|percentile| (0.0..=100.0).contains(percentile));
    if !in_range || !percentiles.is_sorted() {
        return Err(RpcError::server("invalid reward percentile: must be sorted values between 0 and 100"));
    }
    if percentiles.len() > 100 {
        return Err(RpcError::server("over the query limit 100: reward percentiles"));
    }
    Ok(())
}
