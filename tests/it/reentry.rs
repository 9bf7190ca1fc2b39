//! G3: every contract that gets control during an operation calls every entry point back, at every call that is made of
//! it. Whoever it is, and wherever in the operation: all are refused, and the operation ends as it would have.

use crate::{
    pools::replaced,
    repertoire::{Scene, scenes},
    script::{Step, Then, script},
    stage::{BYSTANDER, Stage, times},
};
use alloy_primitives::{Address, Bytes, U256, hex, keccak256};
use alloy_sol_types::{SolCall, SolError, SolInterface};
use debt_manager::abi::{
    IBalancerV2Vault::IBalancerV2VaultCalls,
    IDaiLikePermit::IDaiLikePermitCalls,
    IDebtManager::{
        Bounds, Reentered, Signed, UnexpectedCallback, deleverageCall, deleverageForCall, leverageCall,
        leverageForCall, migrateCall, migrateForCall, receiveFlashLoanCall, uniswapV3SwapCallbackCall,
    },
    IERC20::IERC20Calls,
    IERC20Permit::IERC20PermitCalls,
    IERC7598::IERC7598Calls,
    IExactlyAuditor::IExactlyAuditorCalls,
    IExactlyMarket::IExactlyMarketCalls,
    IPermit2::IPermit2Calls,
    IUniswapV3Pool::IUniswapV3PoolCalls,
};
use devnet::trace::{CallTrace, FrameKind};
use protocols::manager;
use std::collections::BTreeSet;

/// Gas for all the attempts of an operation.
const GAS: u64 = 1_000_000_000;

/// A callback that a source makes in an operation when nobody interferes.
#[derive(Clone)]
pub(crate) struct Callback {
    pub(crate) source: Address,
    pub(crate) data: Bytes,
    /// What is lent and the fee, or what the pool's balances change by.
    pub(crate) amounts: [U256; 2],
    pub(crate) token: Address,
}

/// What a contract calls back with.
struct Attempt {
    data: Bytes,
    /// Whether it would be the source's own callback, if this one made it.
    of: Option<Address>,
}

/// How an entry point answers somebody amid an operation. One that is not here has no case.
fn answer(selector: [u8; 4], caller: Address) -> Vec<u8> {
    match selector {
        leverageCall::SELECTOR
        | deleverageCall::SELECTOR
        | migrateCall::SELECTOR
        | leverageForCall::SELECTOR
        | deleverageForCall::SELECTOR
        | migrateForCall::SELECTOR => Reentered {}.abi_encode(),
        receiveFlashLoanCall::SELECTOR | uniswapV3SwapCallbackCall::SELECTOR => {
            UnexpectedCallback { caller }.abi_encode()
        }
        _ => panic!("{} has no case", hex::encode(selector)),
    }
}

/// The calls of an entry point. Out of time, so that out of an operation they do nothing.
fn attempts(selector: [u8; 4], scene: &Scene, callbacks: &[Callback]) -> Vec<Attempt> {
    let market = scene.stage.market().address;
    let late = Bounds { deadline: U256::ZERO, ..Stage::loose() };
    let raises = manager::leverage(market, U256::ZERO, times(2)).within(late.clone());
    let lowers = manager::deleverage(market, manager::ALL, times(1)).within(late.clone());
    let moves = manager::migrate(manager::position(market, market), manager::position(market, market)).within(late);
    let own = |data: Vec<u8>| vec![Attempt { data: data.into(), of: None }];
    match selector {
        leverageCall::SELECTOR => own(raises.calldata()),
        deleverageCall::SELECTOR => own(lowers.calldata()),
        migrateCall::SELECTOR => own(moves.calldata()),
        leverageForCall::SELECTOR => own(raises.calldata_for(of_bystander())),
        deleverageForCall::SELECTOR => own(lowers.calldata_for(of_bystander())),
        migrateForCall::SELECTOR => own(moves.calldata_for(of_bystander())),
        receiveFlashLoanCall::SELECTOR => forged(scene, callbacks, loan),
        uniswapV3SwapCallbackCall::SELECTOR => forged(scene, callbacks, swap),
        _ => panic!("{} has no case", hex::encode(selector)),
    }
}

/// An operation for the bystander, whose signature nobody has.
fn of_bystander() -> Signed {
    Signed {
        account: BYSTANDER,
        nonce: U256::ZERO,
        feeToken: Address::ZERO,
        fee: U256::ZERO,
        feeRecipient: Address::ZERO,
        signature: Bytes::new(),
    }
}

/// Every callback of the operation, in the form of the one and the other source: as it is, and of the bystander's position.
fn forged(scene: &Scene, callbacks: &[Callback], encode: impl Fn(&Callback, Bytes) -> Vec<u8>) -> Vec<Attempt> {
    let of = |callback: &Callback| {
        let forgery = replaced(&callback.data, scene.account, BYSTANDER);
        let attempt = |data: &Bytes| encode(callback, data.clone()).into();
        [
            Attempt { data: attempt(&callback.data), of: Some(callback.source) },
            Attempt { data: attempt(&forgery), of: None },
        ]
    };
    callbacks.iter().flat_map(of).collect()
}

/// The vault's call.
pub(crate) fn loan(callback: &Callback, data: Bytes) -> Vec<u8> {
    let (tokens, amounts) = (vec![callback.token], vec![callback.amounts[0]]);
    receiveFlashLoanCall { tokens, amounts, feeAmounts: vec![callback.amounts[1]], userData: data }.abi_encode()
}

/// A pool's call.
pub(crate) fn swap(callback: &Callback, data: Bytes) -> Vec<u8> {
    let [first, second] = callback.amounts.map(alloy_primitives::I256::from_raw);
    uniswapV3SwapCallbackCall { amount0Delta: first, amount1Delta: second, data }.abi_encode()
}

/// The callbacks that an operation gets when nobody interferes.
pub(crate) fn callbacks(dm: Address, trace: &CallTrace) -> Vec<Callback> {
    let to_us = trace.frames().into_iter().filter(|frame| frame.to == dm);
    let read = |frame: &CallTrace| {
        let source = frame.from;
        if let Ok(call) = receiveFlashLoanCall::abi_decode(&frame.input) {
            let amounts = [call.amounts[0], call.feeAmounts[0]];
            return Some(Callback { source, data: call.userData, amounts, token: call.tokens[0] });
        }
        let call = uniswapV3SwapCallbackCall::abi_decode(&frame.input).ok()?;
        let amounts = [call.amount0Delta, call.amount1Delta].map(alloy_primitives::I256::into_raw);
        Some(Callback { source, data: call.data, amounts, token: source })
    };
    to_us.filter_map(read).collect()
}

/// Where the code of a contract that meddles is.
fn own_code(meddler: Address) -> Address {
    Address::from_word(keccak256(meddler))
}

/// Every contract that gets control in an operation.
fn meddlers(stage: &Stage, trace: &CallTrace) -> BTreeSet<Address> {
    let called = trace.frames().into_iter().filter(|frame| frame.kind != FrameKind::DelegateCall);
    called
        .map(|frame| frame.to)
        .filter(|to| *to != stage.dm.address && !stage.chain.state().code(*to).is_empty())
        .collect()
}

/// Everyone calls back whenever called. Returns how many attempts that were.
fn is_refused_to_everybody(scene: &Scene) -> usize {
    let Scene { title, stage, account, tx } = scene;
    let dm = stage.dm.address;
    let (mut plain, mut hostile) = (stage.clone(), stage.clone());
    let (honest, trace) = plain.chain.send_traced(tx.clone()).unwrap();
    assert!(honest.success, "{title}: {}", honest.output);
    let (callbacks, meddlers) = (callbacks(dm, &trace), meddlers(stage, &trace));
    let all: Vec<Attempt> =
        debt_manager::selectors().flat_map(|selector| attempts(selector, scene, &callbacks)).collect();
    // A source is believed that its own callback comes with what it lends.
    let of = |meddler: Address| all.iter().filter(move |attempt| attempt.of != Some(meddler)).collect::<Vec<_>>();
    for meddler in &meddlers {
        let code = stage.chain.state().code(*meddler);
        hostile.chain.set_code(own_code(*meddler), code);
        let calls: Vec<Step> = of(*meddler).iter().map(|attempt| Step::may(dm, attempt.data.clone())).collect();
        hostile.chain.set_code(*meddler, script(&calls, Then::As(own_code(*meddler))));
    }
    let (receipt, trace) = hostile.chain.send_traced(tx.clone().gas(GAS)).unwrap();
    assert_eq!(receipt.output, honest.output, "{title}");
    for meddler in &meddlers {
        hostile.chain.set_code(*meddler, stage.chain.state().code(*meddler));
    }
    for who in [*account, BYSTANDER, dm] {
        assert_eq!(hostile.belongings(who), plain.belongings(who), "{title}");
    }
    let mut tried = 0;
    for frame in trace.frames().into_iter().filter(|frame| frame.code == frame.to && meddlers.contains(&frame.to)) {
        let expected = of(frame.to);
        assert!(frame.children.len() > expected.len(), "{title}: {} had no control", frame.to);
        for (attempt, child) in expected.iter().zip(&frame.children) {
            assert_eq!((child.to, &child.input), (dm, &attempt.data));
            let answer = answer(*attempt.data.first_chunk().unwrap(), frame.to);
            let selector = frame.input.first_chunk::<4>().map(hex::encode);
            assert_eq!(
                (child.success, &child.output[..]),
                (false, &answer[..]),
                "{title}: in {selector:?} of {}",
                frame.to
            );
            tried += 1;
        }
    }
    tried
}

#[test]
fn g3_every_entry_point_is_closed_at_every_call_that_an_operation_makes() {
    let tried: usize = scenes().iter().map(is_refused_to_everybody).sum();
    assert!(tried > 5_000, "{tried}");
}

/// The functions of others that the contract calls, by their interfaces.
fn functions_of_others() -> BTreeSet<[u8; 4]> {
    let mut all: BTreeSet<[u8; 4]> = IERC20Calls::selectors().collect();
    all.extend(
        IERC20PermitCalls::selectors().chain(IERC7598Calls::selectors()).chain(IDaiLikePermitCalls::selectors()),
    );
    all.extend(IExactlyAuditorCalls::selectors().chain(IExactlyMarketCalls::selectors()));
    all.extend(IPermit2Calls::selectors().chain(IBalancerV2VaultCalls::selectors()));
    all.extend(IUniswapV3PoolCalls::selectors());
    all
}

#[test]
fn g3_the_operations_make_every_call_that_the_contract_can_make() {
    let mut called = BTreeSet::new();
    for Scene { stage, tx, .. } in scenes() {
        let (_, trace) = stage.chain.clone().send_traced(tx).unwrap();
        let calls = trace.frames().into_iter().filter(|frame| frame.kind != FrameKind::DelegateCall);
        let ours = calls.filter(|frame| frame.from == stage.dm.address);
        called.extend(ours.filter_map(|frame| frame.input.first_chunk().copied()));
    }
    let missing: Vec<_> = functions_of_others().difference(&called).map(hex::encode).collect();
    assert_eq!(missing, Vec::<String>::new(), "no operation calls them");
    let unknown: Vec<_> = called.difference(&functions_of_others()).map(hex::encode).collect();
    assert_eq!(unknown, Vec::<String>::new(), "no interface has them");
}
