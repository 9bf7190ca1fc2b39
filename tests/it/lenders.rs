//! B7, B8: a vault that does not lend what it was asked for, or not as it should. The real one never does; whatever is at
//! its address, nobody but the borrower can lose by it.

use crate::{
    pools::{root_cause, says},
    reentry::{Callback, callbacks, loan},
    script::{Step, Then, script},
    stage::{ALICE, Stage, near, times, usdc},
};
use alloy_primitives::{Address, Bytes, U256, hex};
use alloy_sol_types::{SolCall, SolError};
use debt_manager::abi::{
    IBalancerV2Vault::flashLoanCall,
    IDebtManager::{
        ArithmeticOverflow, FlashLiquidityTooLow, FlashLoanMismatch, FlashLoanMissing, UnexpectedCallback, WrappedError,
    },
    IERC20::transferCall,
};
use devnet::{Receipt, Tx};
use protocols::{Asset, manager};

/// 100 USDC at three times: 200 are lent.
fn opens(stage: &Stage) -> Tx {
    stage.dm.send(ALICE, manager::leverage(stage.market().address, usdc(100), times(3)))
}

/// What the vault calls back with when it lends them.
fn honest(stage: &Stage) -> Callback {
    let (_, trace) = stage.chain.clone().send_traced(opens(stage)).unwrap();
    callbacks(stage.dm.address, &trace).into_iter().next().unwrap()
}

/// The vault hands over so much of a token.
fn hands(stage: &Stage, token: Address, value: U256) -> Step {
    Step::must(token, transferCall { to: stage.dm.address, value }.abi_encode())
}

/// The vault calls back, and reverts if it is refused.
fn calls_back(stage: &Stage, callback: &Callback) -> Step {
    Step::must(stage.dm.address, loan(callback, callback.data.clone()))
}

/// Sends the operation while the vault does this instead of lending.
fn sent(stage: &mut Stage, steps: &[Step]) -> Receipt {
    let vault = stage.world.balancer.vault;
    stage.chain.set_code(vault, script(steps, Then::Stop));
    stage.send(opens(stage))
}

/// Refused, and nothing has changed.
fn refused(stage: &Stage, steps: &[Step], error: &impl SolError) {
    let mut stage = stage.clone();
    let before = stage.belongings(ALICE);
    let (_, reason) = root_cause(&sent(&mut stage, steps));
    assert_eq!(Bytes::from(reason), Bytes::from(error.abi_encode()));
    assert_eq!(stage.belongings(ALICE), before);
}

#[test]
fn b7_only_the_loan_that_was_asked_for_is_taken() {
    let stage = Stage::new();
    let (callback, weth) = (honest(&stage), stage.world.exactly.market(Asset::Weth).token.address);
    let [amount, fee] = callback.amounts;
    for (token, lent) in [
        (callback.token, amount - U256::ONE),
        (callback.token, amount + U256::ONE),
        (callback.token, U256::ZERO),
        (weth, amount),
    ] {
        let other = Callback { token, amounts: [lent, fee], ..callback.clone() };
        let steps = [hands(&stage, token, lent), calls_back(&stage, &other)];
        refused(&stage, &steps, &FlashLoanMismatch { token, amount: lent });
    }
    // As the real one does it.
    let mut stage = stage;
    let steps = [hands(&stage, callback.token, amount), calls_back(&stage, &callback)];
    assert!(sent(&mut stage, &steps).success);
    let position = stage.alice();
    assert!(near(position.deposit, usdc(300)) && near(position.debt, usdc(200)), "{position:?}");
}

#[test]
fn b7_a_loan_that_is_delivered_short_is_no_loan() {
    let stage = Stage::new();
    let callback = honest(&stage);
    let [amount, _] = callback.amounts;
    for short in [U256::ONE, amount] {
        let mut stage = stage.clone();
        let before = stage.belongings(ALICE);
        let steps = [hands(&stage, callback.token, amount - short), calls_back(&stage, &callback)];
        // The market does not say why it could not take it.
        assert_eq!(root_cause(&sent(&mut stage, &steps)).0, stage.market().address);
        assert_eq!(stage.belongings(ALICE), before);
    }
}

#[test]
fn b7_a_fee_beyond_all_numbers_is_refused() {
    let stage = Stage::new();
    let callback = honest(&stage);
    let [amount, _] = callback.amounts;
    let asks = |fee| {
        let dear = Callback { amounts: [amount, fee], ..callback.clone() };
        [hands(&stage, callback.token, amount), calls_back(&stage, &dear)]
    };
    refused(&stage, &asks(U256::MAX), &ArithmeticOverflow {});
    refused(&stage, &asks(U256::MAX - amount + U256::ONE), &ArithmeticOverflow {});
    // What can be counted is for the market to refuse, which lends no such amount.
    let (who, _) = root_cause(&sent(&mut stage.clone(), &asks(U256::MAX - amount)));
    assert_eq!(who, stage.market().address);
}

#[test]
fn b7_what_the_vault_hands_on_is_what_it_was_given() {
    let stage = Stage::new();
    let (callback, vault) = (honest(&stage), stage.world.balancer.vault);
    let lends = hands(&stage, callback.token, callback.amounts[0]);
    let other = |data: Bytes| {
        let call = Callback { data, ..callback.clone() };
        refused(&stage, &[lends.clone(), calls_back(&stage, &call)], &UnexpectedCallback { caller: vault });
    };
    for at in 0..callback.data.len() {
        let mut data = callback.data.to_vec();
        data[at] ^= 1;
        other(data.into());
    }
    let length = callback.data.len();
    for length in [0, 32, length - 32, length - 1] {
        other(callback.data.slice(..length));
    }
    other([&callback.data[..], &[0]].concat().into());
}

#[test]
fn b7_a_vault_that_does_not_call_back_has_not_lent() {
    let stage = Stage::new();
    let callback = honest(&stage);
    refused(&stage, &[], &FlashLoanMissing {});
    refused(&stage, &[hands(&stage, callback.token, callback.amounts[0])], &FlashLoanMissing {});
    // And one whose call was refused has not either.
    let wrong = loan(&callback, Bytes::new());
    refused(&stage, &[Step::may(stage.dm.address, wrong)], &FlashLoanMissing {});
}

#[test]
fn b7_a_vault_that_calls_back_twice_is_heard_once() {
    let mut stage = Stage::new();
    let (callback, vault, dm) = (honest(&stage), stage.world.balancer.vault, stage.dm.address);
    let (lends, again) = (hands(&stage, callback.token, callback.amounts[0]), loan(&callback, callback.data.clone()));
    let steps = [lends, calls_back(&stage, &callback), Step::may(dm, again.clone())];
    let mut once = stage.clone();
    once.succeeds(opens(&once));
    stage.chain.set_code(vault, script(&steps, Then::Stop));
    let (receipt, trace) = stage.chain.send_traced(opens(&stage)).unwrap();
    assert!(receipt.success, "{}", receipt.output);
    assert_eq!(stage.belongings(ALICE), once.belongings(ALICE));
    let calls: Vec<_> = trace.frames().into_iter().filter(|frame| frame.to == dm && frame.from == vault).collect();
    let refusal = Bytes::from(UnexpectedCallback { caller: vault }.abi_encode());
    assert_eq!(calls.iter().map(|call| call.success).collect::<Vec<_>>(), [true, false]);
    assert_eq!((&calls[1].input[..], &calls[1].output), (&again[..], &refusal));
}

#[test]
fn b8_a_vault_that_refuses_is_named_whatever_it_says_it_holds() {
    for holds in [usdc(1_000), usdc(200), usdc(50), U256::ZERO] {
        let mut stage = Stage::new();
        stage.vault_holds(holds);
        let (vault, before) = (stage.world.balancer.vault, stage.belongings(ALICE));
        let beyond = [hands(&stage, stage.market().token.address, U256::MAX)];
        let receipt = sent(&mut stage, &beyond);
        assert_eq!(stage.belongings(ALICE), before);
        if holds.is_zero() {
            let error = FlashLiquidityTooLow { available: holds, needed: usdc(200) };
            assert_eq!(receipt.output, Bytes::from(error.abi_encode()));
        } else {
            assert_eq!(root_cause(&receipt), (vault, says("ERC20: transfer amount exceeds balance")));
        }
    }
}

#[test]
fn a_reason_is_told_up_to_4_kib() {
    let stage = Stage::new();
    let vault = stage.world.balancer.vault;
    for length in [0, 1, 4_095, 4_096, 4_097, 100_000_u32] {
        let mut stage = stage.clone();
        // revert(0, length)
        let code = [&hex!("63")[..], &length.to_be_bytes(), &hex!("5ffd")].concat();
        stage.chain.set_code(vault, code.into());
        let reason = Bytes::from(vec![0; length.min(4_096) as usize]);
        let selector = flashLoanCall::SELECTOR.into();
        let error = WrappedError { target: vault, selector, reason, details: Bytes::new() };
        stage.reverts(opens(&stage), &error);
    }
}
