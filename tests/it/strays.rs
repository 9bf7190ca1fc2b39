//! What somebody has lost in the contract is nobody's: no operation uses it, moves it or is refused for it.

use crate::{
    repertoire::{Scene, scenes},
    stage::Stage,
};
use alloy_primitives::U256;
use protocols::Account;

/// Wei, units and shares that are lost: as few as rounding costs, and far more than any operation handles.
const FEW: U256 = U256::ONE;
const MANY: U256 = U256::from_limbs([0, 1, 0, 0]);

/// Somebody loses something of everything in the contract.
fn loses(stage: &mut Stage, units: U256) {
    let dm = stage.dm.address;
    stage.chain.set_balance(dm, units);
    for market in stage.watched.clone() {
        let depositor = Account::DEPOSITOR.0;
        let shares = market.shares(&stage.chain, depositor).min(units);
        market.transfer(&mut stage.chain, depositor, dm, shares).unwrap();
    }
    let tokens: Vec<_> = stage.world.exactly.markets.map(|market| market.token).to_vec();
    for token in tokens {
        token.mint(&mut stage.chain, dm, units.min(U256::from(u64::MAX))).unwrap();
    }
}

#[test]
fn g9_what_is_lost_in_the_contract_changes_no_operation() {
    for Scene { title, stage, account, tx } in scenes() {
        let second = stage.chain.next_timestamp() + 60;
        let sent = |mut stage: Stage| {
            stage.chain.set_next_timestamp(second).unwrap();
            let receipt = stage.send(tx.clone());
            assert!(receipt.success, "{title}: {}", receipt.output);
            (receipt.output, stage.belongings(account))
        };
        let plain = sent(stage.clone());
        for units in [FEW, MANY] {
            let mut stage = stage.clone();
            loses(&mut stage, units);
            assert_eq!(sent(stage), plain, "{title} with {units} lost");
        }
    }
}
