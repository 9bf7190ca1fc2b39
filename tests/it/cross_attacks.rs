//! Attacks on the callbacks and on the paths of Uniswap V3, by their names in the threat model. The bystander has a
//! position of two assets and has approved the contract for everything.

use crate::{
    pairs::{LONG_WSTETH, SHORT_ETH, SHORT_WSTETH, stake},
    pools::{self, PUPPET, pool_address, says},
    stage::{ALICE, ATTACKER, BYSTANDER, Stage, near, times, usdc},
    wallet::{self, Mode, WALLET},
};
use alloy_primitives::{Address, Bytes, I256, U256, aliases::U160, keccak256};
use alloy_sol_types::{SolCall, SolError};
use debt_manager::abi::{
    IDebtManager::{
        FlashSource, FlashSourceUnsupported, InvalidCalldata, InvalidReturn, SwapPathMismatch, UnexpectedCallback,
        UnknownSelector, uniswapV3SwapCallbackCall,
    },
    IUniswapV3Pool::swapCall,
};
use devnet::Tx;
use protocols::{
    Asset::{Usdc, Weth, WstEth},
    manager::{self, Order, Verb},
    uniswap::IPool,
};

/// Alice puts in 100 USDC, and buys as many units for a debt of ether.
fn opens(stage: &Stage, units: U256) -> Tx {
    stage.dm.send(ALICE, SHORT_ETH.raises(stage, usdc(100), times(1)).adding(units))
}

/// The callback that a pool made in an honest operation of Alice's, with all its data.
fn overheard(stage: &Stage) -> Bytes {
    let (mut copy, dm) = (stage.chain.clone(), stage.dm.address);
    let (receipt, trace) = copy.send_traced(opens(stage, usdc(100))).unwrap();
    assert!(receipt.success);
    let frames = trace.frames();
    let mut callbacks = frames
        .into_iter()
        .filter(|frame| frame.to == dm && frame.input.starts_with(&uniswapV3SwapCallbackCall::SELECTOR));
    callbacks.next().unwrap().input.clone()
}

/// Callbacks that an attacker would make: of nothing, of what an honest one was, and of one for the bystander.
fn forgeries(stage: &Stage) -> Vec<uniswapV3SwapCallbackCall> {
    let honest = uniswapV3SwapCallbackCall::abi_decode(&overheard(stage)).unwrap();
    let forged = uniswapV3SwapCallbackCall { data: pools::replaced(&honest.data, ALICE, BYSTANDER), ..honest.clone() };
    let empty = uniswapV3SwapCallbackCall { data: Bytes::new(), ..honest.clone() };
    vec![empty, honest, forged]
}

/// A swap of 10 USDC's worth, either way, by whoever calls the pool.
fn swap(stage: &Stage, recipient: Address, data: Bytes) -> swapCall {
    let zero_for_one = stage.of(Weth).token.address < stage.of(Usdc).token.address;
    let limit = if zero_for_one { pools::LOWEST_PRICE } else { pools::HIGHEST_PRICE };
    let amount = -I256::from_raw(usdc(10));
    swapCall { recipient, zeroForOne: zero_for_one, amountSpecified: amount, sqrtPriceLimitX96: limit, data }
}

#[test]
fn b1_nobody_calls_back_for_a_swap_that_was_not_asked_for() {
    let mut stage = Stage::crossing();
    wallet::deploy(&mut stage);
    let (dm, pool) = (stage.dm.address, stage.world.uniswap.pool(Usdc, Weth).address);
    for forgery in forgeries(&stage) {
        let data: Bytes = forgery.abi_encode().into();
        for caller in [ATTACKER, BYSTANDER, stage.world.balancer.vault, pool] {
            stage.chain.set_balance(caller, stage.chain.config().funds());
            let from_pool = stage.chain.call(Tx::call(caller, dm, data.clone()));
            let expected = UnexpectedCallback { caller }.abi_encode();
            assert_eq!(from_pool.unwrap().output, Bytes::from(expected));
        }
        stage.reverts(Tx::call(ATTACKER, dm, data.clone()), &UnexpectedCallback { caller: ATTACKER });
        let receipt = wallet::perform(&mut stage, ATTACKER, &[(Mode::Must, dm, data)]);
        let expected = UnexpectedCallback { caller: WALLET }.abi_encode();
        assert_eq!(receipt.output, Bytes::from(expected));
    }
    let tx = Tx::call(ATTACKER, dm, uniswapV3SwapCallbackCall::SELECTOR);
    stage.reverts(tx, &InvalidCalldata { offset: U256::ZERO });
}

#[test]
fn b2_a_swap_that_somebody_else_started_is_refused() {
    let mut stage = Stage::crossing();
    let pool = stage.world.uniswap.pool(Usdc, Weth).address;
    stage.place_puppet(pool);
    for forgery in forgeries(&stage) {
        for recipient in [stage.dm.address, PUPPET] {
            let call = swap(&stage, recipient, forgery.data.clone());
            let tx = Tx::call(ATTACKER, PUPPET, call.abi_encode());
            stage.reverts(tx, &UnexpectedCallback { caller: PUPPET });
        }
        let flash = IPool::flashCall {
            recipient: stage.dm.address,
            amount0: U256::from(1_000),
            amount1: U256::from(1_000),
            data: forgery.data,
        };
        let tx = Tx::call(ATTACKER, PUPPET, flash.abi_encode());
        stage.reverts(tx, &UnknownSelector { selector: pools::FLASH_CALLBACK.into() });
    }
}

#[test]
fn b5_the_pool_of_a_forked_factory_is_never_met() {
    let mut stage = Stage::crossing();
    let tokens = [Usdc, Weth].map(|asset| stage.of(asset).token.address);
    let factory = stage.fork_factory(100);
    let price = stage.world.uniswap.pool(Usdc, Weth).sqrt_price_x96(&stage.chain);
    let forked = [500, 100].map(|fee| {
        let pool = stage.create_pool(factory, tokens, fee);
        stage.initialize(pool, price);
        stage.of(Usdc).token.transfer(&mut stage.chain, ATTACKER, pool, usdc(10_000)).unwrap();
        pool
    });
    let of_forks = |stage: &Stage| forked.map(|pool| stage.of(Usdc).token.balance_of(&stage.chain, pool));
    let before = of_forks(&stage);
    stage.succeeds(opens(&stage, usdc(100)));
    // The real factory has no pool at this fee.
    let target = pool_address(&stage, tokens, 100);
    assert!(!forked.contains(&target) && stage.chain.state().code(target).is_empty());
    let order = SHORT_ETH.raises(&stage, usdc(100), times(2)).swapping(pools::path(&[tokens[1], tokens[0]], &[100]));
    let error = InvalidReturn { target, selector: swapCall::SELECTOR.into() };
    stage.reverts(stage.dm.send(ALICE, order), &error);
    assert_eq!(of_forks(&stage), before);
    // And what a fork calls back with is nobody's.
    stage.place_puppet(forked[0]);
    for forgery in forgeries(&stage) {
        let tx = Tx::call(ATTACKER, forked[0], swap(&stage, ATTACKER, forgery.data.clone()).abi_encode());
        assert!(!stage.send(tx).success);
        let tx = Tx::call(PUPPET, stage.dm.address, forgery.abi_encode());
        assert!(stage.chain.call(tx).is_ok_and(|result| !result.success));
    }
}

#[test]
fn b5_a_fee_without_a_pool_is_named_wherever_it_stands_in_the_path() {
    let mut stage = Stage::crossing();
    let [usdc_at, weth, wsteth] = [Usdc, Weth, WstEth].map(|asset| stage.of(asset).token.address);
    let reverts = |stage: &mut Stage, path: Bytes, pool: [Address; 2], fee, source| {
        let order = SHORT_ETH.raises(stage, usdc(100), times(2)).swapping(path).flashing(source);
        let receipt = stage.send(stage.dm.send(ALICE, order));
        let target = pool_address(stage, pool, fee);
        let error = InvalidReturn { target, selector: swapCall::SELECTOR.into() };
        assert_eq!(pools::root_cause(&receipt).1, error.abi_encode());
    };
    for source in [FlashSource::UniswapV3, FlashSource::BalancerV2] {
        for fee in [0, 1, 100, 501, 3_000, 10_000, 0xff_ffff] {
            reverts(&mut stage, pools::path(&[weth, usdc_at], &[fee]), [weth, usdc_at], fee, source);
        }
        let path = pools::path(&[weth, wsteth, usdc_at], &[100, 500]);
        reverts(&mut stage, path, [wsteth, usdc_at], 500, source);
        let path = pools::path(&[weth, wsteth, usdc_at], &[500, 3_000]);
        reverts(&mut stage, path, [weth, wsteth], 500, source);
        let path = pools::path(&[weth, weth, usdc_at], &[500, 500]);
        reverts(&mut stage, path, [weth, weth], 500, source);
        let path = pools::path(&[weth, ATTACKER, usdc_at], &[500, 500]);
        reverts(&mut stage, path, [ATTACKER, usdc_at], 500, source);
        let path = pools::path(&[weth, Address::ZERO, usdc_at], &[500, 500]);
        reverts(&mut stage, path, [Address::ZERO, usdc_at], 500, source);
    }
}

#[test]
fn b5_a_pool_without_a_price_is_refused() {
    let mut stage = Stage::crossing();
    let tokens = [Weth, Usdc].map(|asset| stage.of(asset).token.address);
    let pool = stage.create_pool(stage.world.uniswap.factory, tokens, pools::FEE);
    let order = SHORT_ETH.raises(&stage, usdc(100), times(2)).swapping(pools::path(&tokens, &[pools::FEE]));
    let receipt = stage.send(stage.dm.send(ALICE, order));
    assert_eq!(pools::root_cause(&receipt), (pool, says("LOK")));
}

#[test]
fn b11_an_amount_that_is_an_address_lets_nobody_in() {
    let mut stage = Stage::crossing();
    wallet::deploy(&mut stage);
    stage.equip(WALLET);
    let dm = stage.dm.address;
    let honest: Bytes = overheard(&stage);
    let hash = keccak256(&uniswapV3SwapCallbackCall::abi_decode(&honest).unwrap().data);
    for amount in [U256::ZERO, U256::ONE, usdc(50)] {
        let caller = Address::from(amount.to::<U160>().to_be_bytes::<20>());
        if !amount.is_zero() {
            stage.succeeds(opens(&stage, amount));
        }
        for caller in [caller, Address::from_word(hash), Address::with_last_byte(1)] {
            stage.chain.set_balance(caller, stage.chain.config().funds());
            stage.reverts(Tx::call(caller, dm, honest.clone()), &UnexpectedCallback { caller });
        }
    }
    // In the transaction of an operation that was carried out, what its pool called back with is worth nothing.
    let order = SHORT_ETH.raises(&stage, usdc(100), times(1)).adding(usdc(100));
    let own: Bytes = order.calldata().into();
    let (mut copy, calls) = (stage.clone(), [(Mode::Must, dm, own.clone())]);
    assert!(wallet::perform(&mut copy, ATTACKER, &calls).success);
    let calls = [
        (Mode::Must, dm, own.clone()),
        (Mode::May, dm, pools::replaced(&honest, ALICE, WALLET)),
        (Mode::Must, dm, own),
    ];
    let receipt = wallet::perform(&mut stage, ATTACKER, &calls);
    assert!(receipt.success, "{}", receipt.output);
    assert_eq!(receipt.output.as_ref(), [0, 2, 0]);
}

#[test]
fn b12_zero_amounts_swap_nothing_and_the_next_operation_works() {
    let mut stage = Stage::crossing();
    let before = stage.clone();
    let opens_nothing = SHORT_ETH.raises(&stage, U256::ZERO, times(1)).adding(U256::ZERO);
    stage.succeeds(stage.dm.send(ALICE, opens_nothing));
    let deposits = SHORT_ETH.raises(&stage, usdc(100), times(1)).adding(U256::ZERO);
    stage.succeeds(stage.dm.send(ALICE, deposits));
    stage.succeeds(stage.dm.send(ALICE, SHORT_ETH.raises(&stage, U256::ZERO, times(1))));
    let repays_nothing = SHORT_ETH.lowers(&stage, usdc(30), times(1)).repaying(U256::ZERO);
    stage.succeeds(stage.dm.send(ALICE, repays_nothing));
    stage.succeeds(stage.dm.send(ALICE, SHORT_ETH.lowers(&stage, U256::ZERO, times(1))));
    stage.succeeds(stage.dm.send(ALICE, SHORT_ETH.closes(&stage)));
    assert_eq!(stage.traded(&before, Weth, Usdc), [U256::ZERO; 2]);
    assert!(near(stage.wallet(Usdc), stake(Usdc)));
    stage.succeeds(opens(&stage, usdc(100)));
    assert_eq!(stage.traded(&before, Weth, Usdc)[1], usdc(100));
}

#[test]
fn b12_a_portion_that_rounds_to_nothing_is_the_pools_to_refuse() {
    let mut stage = Stage::crossing();
    stage.succeeds(opens(&stage, usdc(100)));
    let path = stage.world.uniswap.path(&[Usdc, WstEth]);
    let order = manager::migrate(SHORT_ETH.market(&stage), LONG_WSTETH.market(&stage)).swapping_collateral(path);
    let receipt = stage.send(stage.dm.send(ALICE, order.portions(U256::ZERO, U256::ONE)));
    let pool = stage.world.uniswap.pool(Usdc, WstEth).address;
    assert_eq!(pools::root_cause(&receipt), (pool, says("AS")));
}

#[test]
fn b13_a_pool_that_is_in_use_by_its_own_swap_is_refused() {
    let mut stage = Stage::crossing();
    stage.succeeds(opens(&stage, usdc(100)));
    let pool = stage.world.uniswap.pool(Usdc, Weth).address;
    let twice = stage.world.uniswap.path(&[Weth, Usdc, Weth, Usdc]);
    for source in [FlashSource::UniswapV3, FlashSource::BalancerV2] {
        let order = SHORT_ETH.raises(&stage, usdc(100), times(2)).swapping(twice.clone()).flashing(source);
        let receipt = stage.send(stage.dm.send(ALICE, order));
        assert_eq!(pools::root_cause(&receipt), (pool, says("LOK")));
    }
    let path = stage.world.uniswap.path(&[Usdc, Weth, Usdc, WstEth]);
    let order = manager::migrate(SHORT_ETH.market(&stage), LONG_WSTETH.market(&stage)).swapping_collateral(path);
    let receipt = stage.send(stage.dm.send(ALICE, order));
    assert_eq!(pools::root_cause(&receipt), (pool, says("LOK")));
}

/// Paths that do not lead from one token to another.
fn wrong_paths(sold: Address, bought: Address) -> Vec<Bytes> {
    let (right, other) = (pools::path(&[sold, bought], &[500]), ATTACKER);
    let flipped = |at: usize| {
        let mut path = right.to_vec();
        path[at] ^= 1;
        Bytes::from(path)
    };
    vec![
        Bytes::new(),
        right.slice(..20),
        right.slice(..23),
        right.slice(..42),
        right.slice(1..),
        [&right[..], &[0]].concat().into(),
        [&[0], &right[..]].concat().into(),
        [sold.as_slice(), bought.as_slice()].concat().into(),
        [&right[..], &right[..]].concat().into(),
        pools::path(&[bought, sold], &[500]),
        pools::path(&[sold, other], &[100]),
        pools::path(&[other, bought], &[3_000]),
        flipped(0),
        flipped(19),
        flipped(23),
        flipped(42),
    ]
}

/// Holds that an order is refused with each wrong path.
fn refuses_wrong_paths<O: Verb>(stage: &mut Stage, ends: [Address; 2], order: impl Fn(Bytes) -> Order<O>) {
    let [sold, bought] = ends;
    for path in wrong_paths(sold, bought) {
        for source in [FlashSource::UniswapV3, FlashSource::BalancerV2] {
            let tx = stage.dm.send(ALICE, order(path.clone()).flashing(source));
            stage.reverts(tx, &SwapPathMismatch { sold, bought });
        }
    }
}

#[test]
fn paths_that_do_not_lead_where_they_must_are_refused() {
    let mut stage = Stage::crossing();
    stage.succeeds(opens(&stage, usdc(100)));
    let [usdc_at, weth, wsteth] = [Usdc, Weth, WstEth].map(|asset| stage.of(asset).token.address);
    let raises = SHORT_ETH.raises(&stage, usdc(100), times(2));
    refuses_wrong_paths(&mut stage, [weth, usdc_at], |path| raises.clone().swapping(path));
    let closes = SHORT_ETH.closes(&stage);
    refuses_wrong_paths(&mut stage, [usdc_at, weth], |path| closes.clone().swapping(path));
    let moves = manager::migrate(SHORT_ETH.market(&stage), SHORT_WSTETH.market(&stage));
    refuses_wrong_paths(&mut stage, [wsteth, weth], |path| moves.clone().swapping(path));
    let moves = manager::migrate(SHORT_ETH.market(&stage), LONG_WSTETH.market(&stage));
    refuses_wrong_paths(&mut stage, [usdc_at, wsteth], |path| moves.clone().swapping_collateral(path));
}

#[test]
fn between_an_asset_and_itself_there_is_no_path() {
    let mut stage = Stage::crossing();
    let asset = stage.of(Usdc).token.address;
    let same = manager::leverage(stage.of(Usdc).address, usdc(100), times(2));
    let error = SwapPathMismatch { sold: asset, bought: asset };
    for path in [
        stage.world.uniswap.path(&[Usdc, Weth]),
        stage.world.uniswap.path(&[Usdc, Weth, WstEth, Usdc]),
        Bytes::copy_from_slice(asset.as_slice()),
        Bytes::from_static(&[0]),
    ] {
        let order = same.clone().swapping(path);
        stage.reverts(stage.dm.send(ALICE, order.clone()), &error);
        stage.reverts(stage.dm.send(ALICE, order.flashing(FlashSource::BalancerV2)), &error);
    }
    let order = same.flashing(FlashSource::UniswapV3);
    stage.reverts(stage.dm.send(ALICE, order), &FlashSourceUnsupported { source: FlashSource::UniswapV3 as u8 });
}

#[test]
fn a_path_has_eight_pools_at_most() {
    let mut stage = Stage::crossing();
    let [usdc_at, weth] = [Usdc, Weth].map(|asset| stage.of(asset).token.address);
    let to_and_fro = |pools: usize| {
        let tokens: Vec<_> = [weth, usdc_at].into_iter().cycle().take(pools).chain([usdc_at]).collect();
        pools::path(&tokens, &vec![500; pools])
    };
    let order = SHORT_ETH.raises(&stage, usdc(100), times(2));
    // Of eight, the last is no pool at all: it has been read.
    let receipt = stage.send(stage.dm.send(ALICE, order.clone().swapping(to_and_fro(8))));
    let error =
        InvalidReturn { target: pool_address(&stage, [usdc_at, usdc_at], 500), selector: swapCall::SELECTOR.into() };
    assert_eq!(receipt.output, Bytes::from(error.abi_encode()));
    // The path follows the operation's 13 words and 2 offsets.
    let tx = stage.dm.send(ALICE, order.swapping(to_and_fro(9)));
    stage.reverts(tx, &InvalidCalldata { offset: U256::from(15 * 32) });
}
