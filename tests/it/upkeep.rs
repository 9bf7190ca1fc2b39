//! The program as a program, by the names in the threat model: it expires and is activated again, it may be called in any
//! way, and it imports nothing that it has no use for.

use crate::{
    stage::{ALICE, ATTACKER, Stage, near, times, usdc, wasm},
    wallet::{self, Mode, WALLET},
};
use alloy_primitives::{Bytes, U256};
use devnet::{Chain, ChainConfig};
use protocols::{Account, DebtManager, manager};
use std::collections::BTreeSet;
use stylus::params::ArbOs;
use wasmparser::{Parser, Payload, TypeRef};

const DAY: u64 = 24 * 60 * 60;

/// What the program may ask of its host. No storage, no creation, no delegation, no gas: it has no use for any of them.
const IMPORTS: [&str; 17] = [
    "account_code_size",
    "block_timestamp",
    "call_contract",
    "contract_address",
    "emit_log",
    "exit_early",
    "math_div",
    "msg_sender",
    "msg_value",
    "native_keccak256",
    "read_args",
    "read_return_data",
    "return_data_size",
    "static_call_contract",
    "transient_load_bytes32",
    "transient_store_bytes32",
    "write_result",
];

#[test]
fn g8_an_expired_program_is_activated_again_by_anyone() {
    let mut stage = Stage::new();
    stage.alice_leverages(usdc(100), times(3));
    let market = stage.market().address;
    stage.chain.advance_time(366 * DAY);
    let before = stage.belongings(ALICE);
    let closes = stage.dm.send(ALICE, manager::deleverage(market, manager::ALL, times(1)));
    assert!(!stage.send(closes.clone()).success);
    assert_eq!(stage.belongings(ALICE), before);
    // A stranger pays for it, and gets nothing by it.
    stage.chain.set_balance(ATTACKER, stage.chain.config().funds());
    assert!(stage.chain.activate(stage.dm.address, ATTACKER).unwrap().success);
    stage.succeeds(closes);
    assert_eq!(stage.market().floating_shares(&stage.chain, ALICE), U256::ZERO);
    // It need not have expired: a month before, it is renewed in time.
    stage.chain.advance_time(340 * DAY);
    stage.succeeds(stage.dm.send(ALICE, manager::leverage(market, usdc(10), times(2))));
}

#[test]
fn g8_a_program_of_an_older_version_is_activated_again_by_anyone() {
    let mut chain = Chain::new(ChainConfig { arbos: ArbOs::V51, ..ChainConfig::default() });
    let owner = chain.config().signers()[0].address();
    chain.set_balance(Account::DEPLOYER.0, chain.config().funds());
    let dm = DebtManager::deploy(&mut chain, &wasm()).unwrap();
    let ask = |chain: &mut Chain| chain.send(devnet::Tx::call(owner, dm.address, Bytes::new())).unwrap().output;
    let alive = ask(&mut chain);
    assert_eq!(alive.len(), 36, "it names the selector that it does not know");
    chain.set_arbos(ArbOs::V61);
    assert_ne!(ask(&mut chain), alive);
    let stranger = chain.config().signers()[3].address();
    assert!(chain.activate(dm.address, stranger).unwrap().success);
    assert_eq!(ask(&mut chain), alive);
}

#[test]
fn g9_no_selector_does_anything_in_a_static_call_or_as_somebody_elses_code() {
    let mut stage = Stage::new();
    wallet::deploy(&mut stage);
    let (dm, market) = (stage.dm.address, stage.market());
    let opens: Bytes = manager::leverage(market.address, usdc(50), times(2)).calldata().into();
    assert!(wallet::perform(&mut stage, ATTACKER, &[(Mode::Must, dm, opens.clone())]).success);
    let before = (market.shares(&stage.chain, WALLET), market.floating_shares(&stage.chain, WALLET));
    let floating = manager::position(market.address, market.address);
    let moves = manager::migrate(floating.clone(), floating).maturing(stage.maturity(1));
    let closes = manager::deleverage(market.address, manager::ALL, times(1));
    let good: [Bytes; 3] = [opens, closes.calldata().into(), moves.calldata().into()];
    let bare = debt_manager::selectors().map(|selector| Bytes::from(selector.to_vec()));
    for data in bare.chain(good) {
        for mode in [Mode::Static, Mode::Delegate] {
            let holdings = stage.belongings(WALLET);
            let receipt = wallet::perform(&mut stage, ATTACKER, &[(mode, dm, data.clone())]);
            assert!(receipt.success, "{}", receipt.output);
            if matches!(mode, Mode::Static) {
                assert_eq!(receipt.output.as_ref(), [2], "{data}");
            }
            // As the wallet's code, it acts for the wallet's caller, who has approved the wallet for nothing.
            assert_eq!(stage.belongings(WALLET), holdings, "{data}");
        }
    }
    assert_eq!((market.shares(&stage.chain, WALLET), market.floating_shares(&stage.chain, WALLET)), before);
}

#[test]
fn g9_ether_that_is_forced_on_it_stays_and_does_no_harm() {
    let mut stage = Stage::new();
    let (dm, market) = (stage.dm.address, stage.market());
    stage.chain.set_balance(dm, U256::from(1_000));
    market.token.transfer(&mut stage.chain, ATTACKER, dm, usdc(50)).unwrap();
    // Shares, too: deposits in somebody's name are not the contract's to use.
    market.deposit(&mut stage.chain, ATTACKER, usdc(20)).unwrap();
    market.transfer(&mut stage.chain, ATTACKER, dm, usdc(10)).unwrap();
    stage.alice_leverages(usdc(100), times(3));
    stage.alice_deleverages(usdc(5), times(2));
    stage.alice_deleverages(manager::ALL, times(1));
    assert!(near(stage.alices_wallet(), usdc(100)));
}

#[test]
fn g10_the_program_imports_what_it_uses_and_nothing_else() {
    let module = wasm();
    let mut imports = BTreeSet::new();
    for payload in Parser::new(0).parse_all(&module) {
        let Payload::ImportSection(section) = payload.unwrap() else { continue };
        for import in section.into_imports() {
            let import = import.unwrap();
            assert!(import.module == stylus::imports::MODULE && matches!(import.ty, TypeRef::Func(_)), "{import:?}");
            assert!(imports.insert(import.name.to_owned()), "{} twice", import.name);
        }
    }
    let expected: BTreeSet<String> = IMPORTS.into_iter().map(str::to_owned).collect();
    assert_eq!(imports, expected);
}
