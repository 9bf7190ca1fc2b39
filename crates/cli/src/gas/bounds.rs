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

#[cfg(test)]
mod tests {
    use super::{Bounds, FULL_DELEVERAGE, LEVERAGE, WITH_PERMITS, compare, share, share_of_tx};
    use crate::{demo::Manager, gas::measure::Row};

    fn row(variant: &str, manager: Manager, cached: bool, tx_gas: u64, net_own_gas: i64) -> Row {
        let (operation, variant) = ("leverage", variant.to_owned());
        Row { operation, variant, manager, cached, tx_gas, net_own_gas, calldata_bytes: 100, arbos: 61 }
    }

    /// Both managers, with what ours needs.
    fn rows(variant: &str, [uncached, cached]: [u64; 2], net_own: i64) -> Vec<Row> {
        vec![
            // Net own gas counts cached: what it is otherwise does not matter.
            row(variant, Manager::Stylus, false, uncached, 9_000),
            row(variant, Manager::Stylus, true, cached, net_own),
            row(variant, Manager::Solidity, false, 100_000, 10_000),
            row(variant, Manager::Solidity, true, 100_000, 10_000),
        ]
    }

    #[test]
    fn a_share_is_ours_of_the_others() {
        assert_eq!(share([1, 4]), 0.25);
        assert_eq!(share([-1, 4]), -0.25);
        assert_eq!(share_of_tx([3, 2]), 1.5);
    }

    #[test]
    fn each_kind_of_gas_is_compared_with_its_own() {
        let [one] = compare(&rows("3x, no permit", [97_000, 93_000], 4_000)).try_into().unwrap();
        assert_eq!((one.net_own, one.uncached, one.cached), ([4_000, 10_000], [97_000, 100_000], [93_000, 100_000]));
    }

    #[test]
    fn what_only_one_manager_does_is_not_compared() {
        let mut rows = rows("3x, no permit", [97_000, 93_000], 4_000);
        rows.retain(|row| row.manager == Manager::Stylus);
        assert!(compare(&rows).is_empty());
    }

    #[test]
    fn versions_and_variants_are_not_mixed() {
        let mut rows = rows("3x, no permit", [97_000, 93_000], 4_000);
        rows.iter_mut().filter(|row| row.manager == Manager::Solidity).for_each(|row| row.arbos = 51);
        assert!(compare(&rows).is_empty());
        rows.iter_mut().for_each(|row| row.arbos = 61);
        rows.iter_mut().filter(|row| row.manager == Manager::Solidity).for_each(|row| row.variant.clear());
        assert!(compare(&rows).is_empty());
    }

    #[test]
    fn a_bound_holds_up_to_itself_and_no_further() {
        let broken = |tx, net_own| compare(&rows("3x, no permit", tx, net_own))[0].broken();
        assert_eq!(broken([97_000, 93_000], 4_000), [""; 0]);
        assert!(broken([97_001, 93_000], 4_000)[0].contains("uncached"));
        assert!(broken([97_000, 93_001], 4_000)[0].contains("transaction gas, cached"));
        assert!(broken([97_000, 93_000], 4_001)[0].contains("net own"));
        assert_eq!(broken([97_001, 93_001], 4_001).len(), 3);
    }

    #[test]
    fn each_operation_has_its_own_bounds() {
        let tx = |operation, variant| Bounds::of(operation, variant).tx;
        assert_eq!(tx("leverage", "4x, no permit"), Some(LEVERAGE));
        assert_eq!(tx("full deleverage", "no permit"), Some(FULL_DELEVERAGE));
        assert_eq!(tx("leverage", "4x, market permit"), Some(WITH_PERMITS));
        assert_eq!(tx("full deleverage", "market permit"), Some(WITH_PERMITS));
        assert_eq!(tx("roll fixed to fixed", "no permit"), None);
        assert_eq!(Bounds::of("roll fixed to fixed", "no permit").net_own, 0.40);
    }
}
