//! D6: tokens that move what they are told to, and answer in every way that there is. What counts as done is what the
//! standard says, or no answer at all; anything else is refused by name.

use crate::{
    pools::{PROGRAM, root_cause},
    signatory::list,
    stage::{ALICE, Stage, times},
};
use alloy_primitives::{Address, Bytes, U256, hex};
use alloy_sol_types::{SolCall, SolError};
use debt_manager::abi::{
    IDebtManager::InvalidReturn,
    IERC20::{approveCall, balanceOfCall, transferCall, transferFromCall},
};
use devnet::Tx;
use protocols::{
    ExactlyMarket, manager,
    stand_ins::{Manner, StandIn},
};

/// Answers that mean that it is done.
fn good() -> Vec<Vec<u8>> {
    let one = word(U256::ONE);
    vec![Vec::new(), one.clone(), [&one[..], &word(U256::ZERO)].concat(), [&one[..], &[1; 5]].concat()]
}

/// Answers that mean that it is not, or nothing.
fn bad() -> Vec<Vec<u8>> {
    let (zero, one) = (word(U256::ZERO), word(U256::ONE));
    let numbers = [U256::from(2), U256::MAX, U256::ONE << 255, U256::ONE << 8].map(word);
    let lengths = [one[..31].to_vec(), one[31..].to_vec(), vec![1], vec![0]];
    let both = [zero.clone(), [&zero[..], &one].concat()];
    numbers.into_iter().chain(lengths).chain(both).collect()
}

fn word(number: U256) -> Vec<u8> {
    number.to_be_bytes_vec()
}

/// The code of a token that is moved by [`PROGRAM`], and then answers a caller so if this was asked of it.
fn answering(caller: Address, selector: [u8; 4], answer: &[u8]) -> Bytes {
    let length = [0, answer.len() as u8];
    let code = [
        // calldatacopy(0, 0, calldatasize); delegatecall(gas, program, 0, calldatasize, 0, 0);
        // returndatacopy(0, 0, returndatasize) || revert(0, returndatasize)
        &hex!("365f5f37 5f5f365f 73")[..],
        PROGRAM.as_slice(),
        &hex!("5af4 3d5f5f3e 6029 57 3d5ffd 5b"),
        // caller == `caller` && selector == `selector` || return(0, returndatasize)
        &hex!("33 73"),
        caller.as_slice(),
        &hex!("14 5f35 60e01c 63"),
        &selector,
        &hex!("14 16 6053 57 3d5ff3"),
        // codecopy(0, `ANSWER`, length); return(0, length)
        &hex!("5b 61"),
        &length,
        &hex!("6060 5f39 61"),
        &length,
        &hex!("5ff3"),
        // `ANSWER`
        answer,
    ];
    code.concat().into()
}

/// Alice has a hundred of a token that a market lists.
fn listed() -> (Stage, ExactlyMarket<StandIn>) {
    let mut stage = Stage::new();
    let market = list(&mut stage, Manner::DaiLike, ALICE);
    let dm = stage.dm.address;
    market.token.approve(&mut stage.chain, ALICE, dm, U256::MAX).unwrap();
    market.approve(&mut stage.chain, ALICE, dm, U256::MAX).unwrap();
    let program = stage.chain.state().code(market.token.address);
    stage.chain.set_code(PROGRAM, program);
    (stage, market)
}

fn opens(stage: &Stage, market: &ExactlyMarket<StandIn>) -> Tx {
    stage.dm.send(ALICE, manager::leverage(market.address, times(100), times(3)))
}

/// Out of all of it, so that what remains is sent to the wallet.
fn closes(stage: &Stage, market: &ExactlyMarket<StandIn>) -> Tx {
    stage.dm.send(ALICE, manager::deleverage(market.address, manager::ALL, times(1)))
}

/// An operation in which we make this call of the token ends as ever, or by name, as it answers.
fn decides<C: SolCall>(stage: &Stage, market: &ExactlyMarket<StandIn>, tx: &Tx) {
    let (token, dm, own) = (market.token.address, stage.dm.address, market.token);
    let mut plain = stage.clone();
    plain.succeeds(tx.clone());
    let answers = |stage: &mut Stage, answer: &[u8]| {
        stage.chain.set_code(token, answering(dm, C::SELECTOR, answer));
        let receipt = stage.send(tx.clone());
        stage.chain.set_code(token, own_code(stage));
        receipt
    };
    for answer in good() {
        let mut stage = stage.clone();
        let receipt = answers(&mut stage, &answer);
        assert!(receipt.success, "{} of {answer:?}: {}", C::SIGNATURE, receipt.output);
        assert_eq!(stage.belongings(ALICE), plain.belongings(ALICE));
    }
    for answer in bad() {
        let mut stage = stage.clone();
        let before = (stage.belongings(ALICE), own.balance_of(&stage.chain, ALICE));
        let receipt = answers(&mut stage, &answer);
        let error = InvalidReturn { target: token, selector: C::SELECTOR.into() };
        assert_eq!(root_cause(&receipt).1, error.abi_encode(), "{} of {answer:?}", C::SIGNATURE);
        assert_eq!((stage.belongings(ALICE), own.balance_of(&stage.chain, ALICE)), before);
    }
}

fn own_code(stage: &Stage) -> Bytes {
    stage.chain.state().code(PROGRAM)
}

#[test]
fn d6_what_a_token_answers_is_read_as_the_standard_says() {
    let (mut stage, market) = listed();
    let tx = opens(&stage, &market);
    decides::<transferFromCall>(&stage, &market, &tx);
    decides::<approveCall>(&stage, &market, &tx);
    stage.succeeds(tx);
    let tx = closes(&stage, &market);
    decides::<transferCall>(&stage, &market, &tx);
    decides::<approveCall>(&stage, &market, &tx);
}

#[test]
fn d6_a_token_in_tethers_way_is_handled_as_any_other() {
    let mut stage = Stage::new();
    let market = list(&mut stage, Manner::TetherLike { decimals: 18 }, ALICE);
    let dm = stage.dm.address;
    market.token.approve(&mut stage.chain, ALICE, dm, times(100)).unwrap();
    market.approve(&mut stage.chain, ALICE, dm, U256::MAX).unwrap();
    for _ in 0..2 {
        stage.succeeds(opens(&stage, &market));
        stage.succeeds(closes(&stage, &market));
        let left = market.token.balance_of(&stage.chain, ALICE);
        // Interest of some seconds.
        assert!(times(100) - left < times(1) / U256::from(1_000_000) && market.shares(&stage.chain, ALICE).is_zero());
        // It lets nobody change an approval that is not used up.
        let short = times(100) - left;
        let holder = protocols::Account::DEPOSITOR.0;
        market.token.transfer(&mut stage.chain, holder, ALICE, short).unwrap();
        market.token.approve(&mut stage.chain, ALICE, dm, times(100)).unwrap();
    }
}

#[test]
fn d6_a_token_that_is_gone_has_moved_nothing() {
    let (mut stage, market) = listed();
    let token = market.token.address;
    // Nothing but the deposit is moved: it is the first that is asked of the token.
    let tx = stage.dm.send(ALICE, manager::leverage(market.address, times(100), times(1)));
    stage.clone().succeeds(tx.clone());
    stage.chain.set_code(token, Bytes::new());
    let receipt = stage.chain.send(tx).unwrap();
    let error = InvalidReturn { target: token, selector: balanceOfCall::SELECTOR.into() };
    assert_eq!((receipt.success, receipt.output), (false, error.abi_encode().into()));
    stage.chain.set_code(token, own_code(&stage));
    assert_eq!(market.token.balance_of(&stage.chain, ALICE), times(100));
}
