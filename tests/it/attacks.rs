//! Attacks, by their names in the threat model. The bystander has approved the contract for everything.

use crate::{
    script::{Step, Then, script},
    stage::{ALICE, ATTACKER, BYSTANDER, Stage, times, usdc},
    wallet::{self, Mode, WALLET},
};
use alloy_primitives::{Address, Bytes, U256, address};
use alloy_sol_types::{SolCall, SolError};
use debt_manager::abi::{
    IBalancerV2Vault::flashLoanCall,
    IDebtManager::{
        self, Bounds, MarketNotListed, UnexpectedCallback, UnknownSelector, WrappedError, receiveFlashLoanCall,
    },
};
use devnet::Tx;
use protocols::manager;

/// A callback that would borrow in the bystander's name.
fn callback(stage: &Stage, user_data: Bytes) -> receiveFlashLoanCall {
    receiveFlashLoanCall {
        tokens: vec![stage.market().token.address],
        amounts: vec![usdc(10)],
        feeAmounts: vec![U256::ZERO],
        userData: user_data,
    }
}

/// The plan that an honest operation of the bystander's would commit to.
fn plan(stage: &Stage) -> Bytes {
    let (market, asset) = (stage.market().address, stage.market().token.address);
    let addresses = [market, BYSTANDER, asset].map(|address| address.into_word());
    let words =
        [U256::ZERO, addresses[0].into(), addresses[1].into(), addresses[2].into(), usdc(10), U256::ZERO, U256::ZERO];
    words.iter().flat_map(U256::to_be_bytes::<32>).collect()
}

/// Alice's 100 USDC at 3x, as calldata.
fn leverage(market: Address) -> Bytes {
    let operation = manager::leverage(market, usdc(100), times(3));
    operation.calldata().into()
}

#[test]
fn b1_nobody_but_the_vault_calls_back() {
    let mut stage = Stage::new();
    wallet::deploy(&mut stage);
    for user_data in [Bytes::new(), plan(&stage)] {
        let data: Bytes = callback(&stage, user_data).abi_encode().into();
        let tx = Tx::call(ATTACKER, stage.dm.address, data.clone());
        stage.reverts(tx, &UnexpectedCallback { caller: ATTACKER });
        let dm = stage.dm.address;
        let receipt = wallet::perform(&mut stage, ATTACKER, &[(Mode::Must, dm, data)]);
        assert_eq!(receipt.output, Bytes::from(UnexpectedCallback { caller: WALLET }.abi_encode()));
    }
    let tx = Tx::call(ATTACKER, stage.dm.address, receiveFlashLoanCall::SELECTOR);
    stage.reverts(tx, &UnexpectedCallback { caller: ATTACKER });
}

#[test]
fn b2_a_loan_that_somebody_else_took_is_refused() {
    let mut stage = Stage::new();
    let vault = stage.world.balancer.vault;
    for user_data in [Bytes::new(), plan(&stage)] {
        let loan = flashLoanCall {
            recipient: stage.dm.address,
            tokens: vec![stage.market().token.address],
            amounts: vec![usdc(10)],
            userData: user_data,
        };
        let tx = Tx::call(ATTACKER, vault, loan.abi_encode());
        stage.reverts(tx, &UnexpectedCallback { caller: vault });
    }
}

#[test]
fn a1_a_market_that_is_not_listed_is_never_called() {
    let mut stage = Stage::new();
    // Whatever is asked of it, it would hand the bystander's position to the attacker if it were called.
    let fake = address!("fa4e00000000000000000000000000000000fa4e");
    let code =
        Bytes::from_static(&[0x60, 0x01, 0x60, 0x00, 0x55, 0x60, 0x01, 0x60, 0x00, 0x52, 0x60, 0x20, 0x60, 0x00, 0xf3]);
    stage.chain.set_code(fake, code);
    for market in [fake, stage.market().token.address, stage.world.exactly.auditor, ATTACKER, stage.dm.address] {
        let tx = Tx::call(ATTACKER, stage.dm.address, leverage(market));
        stage.reverts(tx, &MarketNotListed { market });
    }
    assert_eq!(stage.chain.state().storage(fake, U256::ZERO), U256::ZERO, "the fake market was called");
}

/// Operations of every verb and both doors, for the bystander or the sender, that have a market somewhere.
fn with_market(stage: &Stage, market: Address) -> Vec<Bytes> {
    let good = stage.market().address;
    let nobodys = IDebtManager::Signed {
        account: BYSTANDER,
        nonce: U256::ZERO,
        feeToken: market,
        fee: U256::ONE,
        feeRecipient: ATTACKER,
        signature: Bytes::new(),
    };
    let (mut all, both) = (Vec::new(), |calls: [Vec<u8>; 2]| calls.map(Bytes::from));
    for [collateral, debt] in [[market, good], [good, market], [market, market]] {
        let raises = manager::leverage(collateral, usdc(100), times(2)).owing(debt);
        let lowers = manager::deleverage(collateral, manager::ALL, times(1)).owing(debt);
        let (there, here) = (manager::position(collateral, debt), manager::position(good, good));
        let moves = [manager::migrate(there.clone(), here.clone()), manager::migrate(here, there)];
        all.extend(both([raises.calldata(), raises.calldata_for(nobodys.clone())]));
        all.extend(both([lowers.calldata(), lowers.calldata_for(nobodys.clone())]));
        all.extend(moves.iter().flat_map(|order| both([order.calldata(), order.calldata_for(nobodys.clone())])));
    }
    all
}

#[test]
fn a2_a_hostile_market_is_asked_nothing_whatever_it_would_answer() {
    let mut stage = Stage::new();
    let (fake, dm) = (address!("fa4e00000000000000000000000000000000fa4e"), stage.dm.address);
    // Its getters are a real market's, but that each first calls the contract for the bystander's position.
    let program = address!("9e11000000000000000000000000000000009e11");
    stage.chain.set_code(program, stage.chain.state().code(stage.market().address));
    let calls: Vec<Step> =
        with_market(&stage, stage.market().address).into_iter().map(|data| Step::may(dm, data)).collect();
    stage.chain.set_code(fake, script(&calls, Then::As(program)));
    for data in with_market(&stage, fake) {
        let tx = Tx::call(ATTACKER, dm, data);
        let (_, trace) = stage.chain.clone().send_traced(tx.clone()).unwrap();
        assert!(trace.frames().iter().all(|frame| frame.code != fake), "it was called");
        stage.reverts(tx, &MarketNotListed { market: fake });
    }
}

#[test]
fn d10_no_approval_survives_success_or_a_caught_revert() {
    let mut stage = Stage::new();
    wallet::deploy(&mut stage);
    let (dm, market) = (stage.dm.address, stage.market().address);
    // A bound that fails at the very end, after everything has been approved, lent and repaid; and then a success.
    let operation = manager::leverage(market, usdc(100), times(3));
    let bounds = Bounds { debtMax: U256::ZERO, ..Stage::loose() };
    let fails = operation.within(bounds);
    let calls = [(Mode::May, dm, fails.calldata().into()), (Mode::Must, dm, leverage(market))];
    let receipt = wallet::perform(&mut stage, ATTACKER, &calls);
    assert!(receipt.success, "{}", receipt.output);
    assert_eq!(receipt.output.as_ref(), [2, 0]);
}

#[test]
fn i8_several_operations_in_one_transaction_do_not_meet() {
    let mut stage = Stage::new();
    wallet::deploy(&mut stage);
    let (dm, market) = (stage.dm.address, stage.market().address);
    let operation = manager::deleverage(market, manager::ALL, times(1));
    let close: Bytes = stage.dm.send(WALLET, operation).input;
    let stale: Bytes = callback(&stage, plan(&stage)).abi_encode().into();
    let calls = [(Mode::Must, dm, leverage(market)), (Mode::May, dm, stale), (Mode::Must, dm, close)];
    let receipt = wallet::perform(&mut stage, ATTACKER, &calls);
    assert!(receipt.success, "{}", receipt.output);
    assert_eq!(receipt.output.as_ref(), [0, 2, 0]);
    assert_eq!(stage.market().shares(&stage.chain, WALLET), U256::ZERO);
}

#[test]
fn g9_delegated_static_and_constructor_calls_change_nothing() {
    let mut stage = Stage::new();
    wallet::deploy(&mut stage);
    let (dm, market) = (stage.dm.address, stage.market().address);
    let before = stage.market().shares(&stage.chain, WALLET);
    let calls = [(Mode::Static, dm, leverage(market)), (Mode::Delegate, dm, leverage(market))];
    let receipt = wallet::perform(&mut stage, ATTACKER, &calls);
    assert!(receipt.success);
    assert_eq!(receipt.output[0], 2, "a static call took effect");
    assert_eq!(stage.market().shares(&stage.chain, WALLET), before);
    // The selector that the SDK's constructors have.
    let selector = alloy_primitives::keccak256("stylus_constructor()")[..4].to_vec();
    let named = alloy_primitives::FixedBytes::from_slice(&selector);
    for _ in 0..2 {
        let tx = Tx::call(ATTACKER, dm, selector.clone());
        stage.reverts(tx, &UnknownSelector { selector: named });
    }
}

#[test]
fn g9_donations_are_nobodys_and_no_weapon() {
    let mut stage = Stage::new();
    let dm = stage.dm.address;
    stage.market().token.transfer(&mut stage.chain, ATTACKER, dm, usdc(33)).unwrap();
    stage.chain.set_balance(dm, U256::from(5));
    stage.alice_leverages(usdc(100), times(4));
    stage.alice_deleverages(manager::ALL, times(1));
    assert_eq!(stage.market().token.balance_of(&stage.chain, dm), usdc(33));
    assert!(stage.alices_wallet() <= usdc(100));
}

#[test]
fn the_lenders_own_reason_is_inside_the_error() {
    let mut stage = Stage::new();
    let market = stage.market();
    // More than the market can lend against the deposit: its Auditor refuses.
    let tx = Tx::call(ALICE, stage.dm.address, manager::leverage(market.address, usdc(100), times(20)).calldata());
    let receipt = stage.send(tx);
    let outer = WrappedError::abi_decode(&receipt.output).unwrap();
    assert_eq!(outer.target, stage.world.balancer.vault);
    let inner = WrappedError::abi_decode(&outer.reason).unwrap();
    assert_eq!(inner.target, market.address);
    assert!(!inner.reason.is_empty() && inner.details.is_empty());
}
