//! The bounds on gas, and what is held against them.

use super::measure::Row;
use crate::demo::Manager;

/// What our contract may need at most of what Exactly's manager needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    /// Net own gas, cached.
    pub(super) net_own: f64,
    /// Gas of the transaction, where that has a bound.
    pub(super) tx: Option<TxBounds>,
}

/// Bounds on the gas of a transaction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TxBounds {
    pub(super) uncached: f64,
    pub(super) cached: f64,
}

const NET_OWN: f64 = 0.40;
const LEVERAGE: TxBounds = TxBounds { uncached: 0.97, cached: 0.93 };
const FULL_DELEVERAGE: TxBounds = TxBounds { uncached: 0.85, cached: 0.81 };
const WITH_PERMITS: TxBounds = TxBounds { uncached: 0.97, cached: 0.93 };

impl Bounds {
    fn of(operation: &str, variant: &str) -> Self {
        let tx = match operation {
            "leverage" | "full deleverage" if !variant.ends_with("no permit") => Some(WITH_PERMITS),
            "leverage" => Some(LEVERAGE),
            "full deleverage" => Some(FULL_DELEVERAGE),
            _ => None,
        };
        Self { net_own: NET_OWN, tx }
    }
}

/// An operation by both managers.
#[derive(Clone, Debug)]
pub(super) struct Comparison {
    pub(super) operation: &'static str,
    pub(super) variant: String,
    /// Net own gas, cached: ours and the other's.
    pub(super) net_own: [i64; 2],
    /// Gas of the transaction, not cached.
    pub(super) uncached: [u64; 2],
    /// Gas of the transaction, cached.
    pub(super) cached: [u64; 2],
    pub(super) bounds: Bounds,
}

/// The first as a share of the second.
#[expect(clippy::cast_precision_loss, reason = "gas is far below 2^52")]
pub(super) fn share([ours, other]: [i64; 2]) -> f64 {
    ours as f64 / other as f64
}

/// The same for gas that is never negative.
pub(super) fn share_of_tx(gas: [u64; 2]) -> f64 {
    share(gas.map(u64::cast_signed))
}

/// Each operation that both managers did, in order.
pub(super) fn compare(rows: &[Row]) -> Vec<Comparison> {
    let find = |like: &Row, manager, cached| {
        rows.iter().find(|row| {
            let same = row.operation == like.operation && row.variant == like.variant && row.arbos == like.arbos;
            same && row.manager == manager && row.cached == cached
        })
    };
    let ours = rows.iter().filter(|row| row.manager == Manager::Stylus && !row.cached);
    ours.filter_map(|row| {
        let cached = find(row, Manager::Stylus, true)?;
        let (other, other_cached) = (find(row, Manager::Solidity, false)?, find(row, Manager::Solidity, true)?);
        Some(Comparison {
            operation: row.operation,
            variant: row.variant.clone(),
            net_own: [cached.net_own_gas, other_cached.net_own_gas],
            uncached: [row.tx_gas, other.tx_gas],
            cached: [cached.tx_gas, other_cached.tx_gas],
            bounds: Bounds::of(row.operation, &row.variant),
        })
    })
    .collect()
}

impl Comparison {
    /// What is over its bound, a line each.
    pub(super) fn broken(&self) -> Vec<String> {
        let Self { operation, variant, net_own, uncached, cached, bounds } = self;
        let tx = bounds.tx;
        let checks = [
            ("net own gas, cached", share(*net_own), Some(bounds.net_own)),
            ("transaction gas, uncached", share_of_tx(*uncached), tx.map(|tx| tx.uncached)),
            ("transaction gas, cached", share_of_tx(*cached), tx.map(|tx| tx.cached)),
        ];
        let over = checks.into_iter().filter_map(|(what, share, bound)| Some((what, share, bound?)));
        over.filter(|(_, share, bound)| share > bound)
            .map(|(what, share, bound)| format!("{operation}, {variant}: {what} {share:.3}x, at most {bound:.2}x"))
            .collect()
    }
}
