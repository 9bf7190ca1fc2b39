//! Pools that hold too little, that somebody has moved, or that trade a hostile token, by their names in the threat model.

use crate::{
    pairs::{LONG_WSTETH, SHORT_ETH, SHORT_WSTETH, percent, stake, tenths},
    pools::{self, FEE, Range, root_cause, says},
    stage::{ALICE, ATTACKER, BYSTANDER, Stage, times, usdc},
};
use alloy_primitives::{Address, Bytes, U256, keccak256};
use alloy_sol_types::{SolCall, SolError};
use debt_manager::abi::{
    IBalancerV2Vault::flashLoanCall,
    IDebtManager::{
        Bounds, CollateralBelowMin, DebtAboveMax, EquityLossAboveMax, FlashSource, Leverage, Reentered, Signed,
        SwapIncomplete, UnexpectedCallback, receiveFlashLoanCall, uniswapV3SwapCallbackCall,
    },
    IERC20, IExactlyMarket,
};
use devnet::Tx;
use protocols::{
    Asset::{Usdc, Weth, WstEth},
    manager::{self, Order},
};

/// A stage with a pool of the attacker's for 1,000 USDC's worth of each of two assets.
fn with_pool(range: Range) -> (Stage, Address) {
    let mut stage = Stage::crossing();
    let [usdc_at, weth] = [Usdc, Weth].map(|asset| stage.of(asset).token.address);
    let units = Weth.units(1) / U256::from(3);
    let pool = stage.open_pool([(usdc_at, usdc(1_000)), (weth, units)], range);
    (stage, pool)
}

/// Alice buys so many USDC in that pool, for a debt of ether.
fn buys(stage: &Stage, units: U256, source: FlashSource) -> Tx {
    let tokens = [Weth, Usdc].map(|asset| stage.of(asset).token.address);
    let order = SHORT_ETH.raises(stage, usdc(10_000), times(1)).adding(units);
    stage.dm.send(ALICE, order.swapping(pools::path(&tokens, &[FEE])).flashing(source))
}

fn incomplete(amount: U256, asked: U256) -> Vec<u8> {
    SwapIncomplete { amount, asked }.abi_encode()
}

#[test]
fn c11_a_pool_that_runs_out_sells_its_last_unit_and_not_one_more() {
    let (mut stage, pool) = with_pool(Range::Narrow);
    let receipt = stage.clone().send(buys(&stage, usdc(2_000), FlashSource::UniswapV3));
    let most = SwapIncomplete::abi_decode(&receipt.output).unwrap().amount;
    assert!(most > usdc(500) && most <= stage.of(Usdc).token.balance_of(&stage.chain, pool), "{most}");
    for source in [FlashSource::UniswapV3, FlashSource::BalancerV2] {
        stage.clone().succeeds(buys(&stage, most, source));
        for asked in [most + U256::ONE, usdc(9_000)] {
            let receipt = stage.clone().send(buys(&stage, asked, source));
            assert_eq!(root_cause(&receipt).1, incomplete(most, asked));
        }
    }
    let asked = most + U256::ONE;
    stage.reverts(buys(&stage, asked, FlashSource::UniswapV3), &SwapIncomplete { amount: most, asked });
}

#[test]
fn c11_a_pool_without_liquidity_delivers_nothing() {
    for range in [Range::None, Range::Narrow] {
        let (mut stage, pool) = with_pool(range);
        if range == Range::Narrow {
            // Everything there is has been bought, and the price is beyond it.
            let receipt = stage.clone().send(buys(&stage, usdc(2_000), FlashSource::UniswapV3));
            let most = SwapIncomplete::abi_decode(&receipt.output).unwrap().amount;
            stage.succeeds(buys(&stage, most, FlashSource::UniswapV3));
        }
        for source in [FlashSource::UniswapV3, FlashSource::BalancerV2] {
            let receipt = stage.send(buys(&stage, usdc(1), source));
            assert_eq!(root_cause(&receipt).1, incomplete(U256::ZERO, usdc(1)), "{pool}");
        }
    }
}

#[test]
fn c11_a_pool_that_runs_out_between_others_is_named() {
    let (mut stage, pool) = with_pool(Range::Narrow);
    let [usdc_at, weth, wsteth] = [Usdc, Weth, WstEth].map(|asset| stage.of(asset).token.address);
    // From staked ether to USDC, where the last pool of two is the one that runs out; and back, where it is the first.
    let order = SHORT_WSTETH.raises(&stage, stake(Usdc), times(2));
    let receipt = stage.send(stage.dm.send(ALICE, order.swapping(pools::path(&[wsteth, weth, usdc_at], &[100, FEE]))));
    assert!(SwapIncomplete::abi_decode(&receipt.output).is_ok(), "{}", receipt.output);
    let order = LONG_WSTETH.raises(&stage, stake(WstEth), times(2)).owing(stage.of(Usdc).address);
    let receipt = stage.send(stage.dm.send(ALICE, order.swapping(pools::path(&[usdc_at, weth, wsteth], &[FEE, 100]))));
    let (who, reason) = root_cause(&receipt);
    let error = SwapIncomplete::abi_decode(&reason).unwrap();
    assert!(who == stage.world.uniswap.pool(WstEth, Weth).address && error.amount < error.asked, "{who} {pool}");
}

#[test]
fn c11_a_sale_that_a_pool_cannot_take_is_refused() {
    let (mut stage, _) = with_pool(Range::Narrow);
    stage.succeeds(stage.dm.send(ALICE, SHORT_ETH.raises(&stage, usdc(10_000), times(2))));
    let [usdc_at, weth, wsteth] = [Usdc, Weth, WstEth].map(|asset| stage.of(asset).token.address);
    for (tokens, fees) in [([usdc_at, weth, wsteth], [FEE, 100]), ([usdc_at, weth, wsteth], [500, FEE])] {
        if fees == [500, FEE] {
            let sides = [(weth, Weth.units(1)), (wsteth, WstEth.units(1))];
            stage.open_pool(sides, Range::Narrow);
        }
        let order = manager::migrate(SHORT_ETH.market(&stage), LONG_WSTETH.market(&stage));
        let order = order.portions(U256::ZERO, times(1) / U256::from(2));
        let receipt = stage.send(stage.dm.send(ALICE, order.swapping_collateral(pools::path(&tokens, &fees))));
        let error = SwapIncomplete::abi_decode(&root_cause(&receipt).1).unwrap();
        assert!(error.amount < error.asked, "{fees:?}");
    }
}

/// What an operation of Alice's ends with when somebody has moved the price by so many hundredths of a percent before it.
fn sandwiched(hundredths: u64) -> Stage {
    let mut stage = Stage::crossing();
    // The pool holds 9 million of each; half of the move, of one side, makes the move.
    stage.trade(Weth, Usdc, Weth.units(9_000_000) * U256::from(hundredths) / U256::from(3_000 * 20_000));
    stage
}

#[test]
fn c12_a_moved_pool_costs_no_more_than_the_limits_say() {
    let within = |stage: &Stage, bounds| {
        let order = SHORT_ETH.raises(stage, stake(Usdc), times(2));
        stage.dm.send(ALICE, order.within(bounds))
    };
    let cost = |stage: &Stage| {
        let mut copy = stage.clone();
        copy.succeeds(within(&copy, Stage::loose()));
        SHORT_ETH.position(&copy, &copy.chain)
    };
    // Half a percent more than is paid when nobody interferes.
    let debt_max = cost(&sandwiched(0)).debt * U256::from(1_005) / U256::from(1_000);
    let mut refused = Vec::new();
    for hundredths in [0, 1, 10, 45, 60, 100, 500] {
        let mut stage = sandwiched(hundredths);
        let outcome = cost(&stage);
        let limited = within(&stage, Bounds { debtMax: debt_max, ..Stage::loose() });
        match outcome.debt <= debt_max {
            true => drop(stage.clone().succeeds(limited)),
            false => {
                stage.reverts(limited, &DebtAboveMax { debt: outcome.debt, debtMax: debt_max });
                refused.push(hundredths);
            }
        }
        // Every limit at the edge, both sides, wherever the price is.
        let debt = outcome.debt;
        stage.clone().succeeds(within(&stage, Bounds { debtMax: debt, ..Stage::loose() }));
        let less = debt - U256::ONE;
        let tx = within(&stage, Bounds { debtMax: less, ..Stage::loose() });
        stage.reverts(tx, &DebtAboveMax { debt, debtMax: less });
        let put_in = stage.worth_down(stake(Usdc), Usdc, Weth);
        let loss = put_in + debt - stage.worth_down(outcome.deposit, Usdc, Weth);
        stage.clone().succeeds(within(&stage, Bounds { equityLossMax: loss, ..Stage::loose() }));
        let less = loss - U256::ONE;
        let tx = within(&stage, Bounds { equityLossMax: less, ..Stage::loose() });
        stage.reverts(tx, &EquityLossAboveMax { loss, lossMax: less });
    }
    assert_eq!(refused, [60, 100, 500]);
}

#[test]
fn c12_a_decrease_keeps_the_deposit_that_the_limit_says() {
    for hundredths in [0, 50, 400] {
        let mut stage = Stage::crossing();
        stage.succeeds(stage.dm.send(ALICE, SHORT_ETH.raises(&stage, stake(Usdc), times(2))));
        stage.trade(Usdc, Weth, usdc(9_000_000) * U256::from(hundredths) / U256::from(20_000));
        let within = |stage: &Stage, bounds| {
            let order = SHORT_ETH.lowers(stage, U256::ZERO, tenths(12));
            stage.dm.send(ALICE, order.within(bounds))
        };
        let mut copy = stage.clone();
        copy.succeeds(within(&copy, Stage::loose()));
        let collateral = SHORT_ETH.position(&copy, &copy.chain).deposit;
        stage.clone().succeeds(within(&stage, Bounds { collateralMin: collateral, ..Stage::loose() }));
        let more = collateral + U256::ONE;
        let tx = within(&stage, Bounds { collateralMin: more, ..Stage::loose() });
        stage.reverts(tx, &CollateralBelowMin { collateral, collateralMin: more });
    }
}

/// A stage with a hostile token, and pools of it with USDC and with WETH.
pub(crate) fn with_hostile_token() -> (Stage, Address) {
    let mut stage = Stage::crossing();
    let [usdc_at, weth] = [Usdc, Weth].map(|asset| stage.of(asset).token.address);
    let token = stage.hostile_token(Weth.units(1_000_000));
    stage.open_pool([(token, Weth.units(10)), (usdc_at, usdc(30_000))], Range::All);
    stage.open_pool([(token, Weth.units(10)), (weth, Weth.units(10))], Range::All);
    (stage, token)
}

/// Alice buys 300 USDC for a debt of ether, through the pools of the token.
pub(crate) fn through(stage: &Stage, token: Address) -> Order<Leverage> {
    let [usdc_at, weth] = [Usdc, Weth].map(|asset| stage.of(asset).token.address);
    let order = SHORT_ETH.raises(stage, usdc(10_000), times(1)).adding(usdc(300));
    order.swapping(pools::path(&[weth, token, usdc_at], &[FEE, FEE]))
}

/// Everything that the contract can be asked, and how it answers a token amid an operation.
fn reentries(stage: &Stage, token: Address) -> Vec<(Bytes, Vec<u8>)> {
    let (mut copy, dm) = (stage.chain.clone(), stage.dm.address);
    let (receipt, trace) = copy.send_traced(stage.dm.send(ALICE, through(stage, token))).unwrap();
    assert!(receipt.success, "{}", receipt.output);
    let (reentered, unexpected) = (Reentered {}.abi_encode(), UnexpectedCallback { caller: token }.abi_encode());
    // The pools' own callbacks, one of which is awaited at that very moment.
    let callbacks = trace
        .frames()
        .into_iter()
        .filter(|frame| frame.to == dm && frame.input.starts_with(&uniswapV3SwapCallbackCall::SELECTOR));
    let mut all: Vec<_> = callbacks.map(|frame| (frame.input.clone(), unexpected.clone())).collect();
    assert_eq!(all.len(), 2);
    // The awaited one, but of the token as the pool, and of the bystander as the account.
    let awaited = uniswapV3SwapCallbackCall::abi_decode(&all[1].0).unwrap();
    let own = [token.into_word().as_slice(), &awaited.data[32..]].concat();
    let of_bystander = pools::replaced(&own, ALICE, BYSTANDER);
    for data in [own.into(), of_bystander] {
        all.push((uniswapV3SwapCallbackCall { data, ..awaited.clone() }.abi_encode().into(), unexpected.clone()));
    }
    let loan = receiveFlashLoanCall {
        tokens: vec![stage.of(Usdc).token.address],
        amounts: vec![usdc(300)],
        feeAmounts: vec![U256::ZERO],
        userData: awaited.data,
    };
    all.push((loan.abi_encode().into(), unexpected));
    let signed = Signed {
        account: ALICE,
        nonce: U256::ZERO,
        feeToken: Address::ZERO,
        fee: U256::ZERO,
        feeRecipient: Address::ZERO,
        signature: Bytes::new(),
    };
    let (raises, closes) = (through(stage, token), SHORT_ETH.closes(stage));
    let moves = manager::migrate(SHORT_ETH.market(stage), LONG_WSTETH.market(stage));
    for verb in [
        raises.calldata(),
        closes.calldata(),
        moves.calldata(),
        raises.calldata_for(signed.clone()),
        closes.calldata_for(signed.clone()),
        moves.calldata_for(signed),
    ] {
        all.push((verb.into(), reentered.clone()));
    }
    all
}

#[test]
fn c13_a_token_on_the_way_calls_the_contract_in_vain() {
    let (stage, token) = with_hostile_token();
    let reentries = reentries(&stage, token);
    assert_eq!(reentries.len(), debt_manager::selectors().count() + 3, "a selector is missing");
    for source in [FlashSource::UniswapV3, FlashSource::BalancerV2] {
        let mut plain = stage.clone();
        plain.succeeds(plain.dm.send(ALICE, through(&plain, token).flashing(source)));
        for (data, answer) in &reentries {
            let mut stage = stage.clone();
            stage.arm(token, stage.dm.address, data);
            stage.succeeds(stage.dm.send(ALICE, through(&stage, token).flashing(source)));
            assert_eq!(stage.noted(token), Some((false, keccak256(answer))), "{data}");
            let [got, would] = [&stage, &plain].map(|stage| SHORT_ETH.position(stage, &stage.chain));
            assert_eq!(got, would, "the operation went another way");
        }
    }
}

/// The last callback that a pool makes in an operation.
fn awaited(stage: &Stage, tx: Tx) -> uniswapV3SwapCallbackCall {
    let (mut copy, dm) = (stage.chain.clone(), stage.dm.address);
    let (_, trace) = copy.send_traced(tx).unwrap();
    let calls = trace.frames().into_iter().filter(|frame| frame.to == dm);
    calls.filter_map(|frame| uniswapV3SwapCallbackCall::abi_decode(&frame.input).ok()).next_back().unwrap()
}

#[test]
fn b11_a_swap_that_is_awaited_is_not_a_loan() {
    let (mut stage, token) = with_hostile_token();
    stage.succeeds(stage.dm.send(ALICE, SHORT_ETH.raises(&stage, usdc(300), times(2))));
    let (vault, [usdc_at, weth]) =
        (stage.world.balancer.vault, [Usdc, Weth].map(|asset| stage.of(asset).token.address));
    let to = manager::position(stage.of(Weth).address, stage.of(Weth).address);
    let sells = manager::migrate(SHORT_ETH.market(&stage), to);
    let sells = sells.swapping_collateral(pools::path(&[usdc_at, token, weth], &[FEE, FEE]));
    for (tx, asset) in [(stage.dm.send(ALICE, through(&stage, token)), Usdc), (stage.dm.send(ALICE, sells), Weth)] {
        let mut stage = stage.clone();
        // Some of the market's shares are in the vault: they are what the swap's words would be a loan of.
        let market = stage.of(asset);
        market.token.mint(&mut stage.chain, ATTACKER, stake(asset)).unwrap();
        market.deposit(&mut stage.chain, ATTACKER, stake(asset)).unwrap();
        market.transfer(&mut stage.chain, ATTACKER, vault, stake(asset) / U256::from(2)).unwrap();
        let data = awaited(&stage, tx.clone()).data;
        let amount = U256::from_be_slice(&data[10 * 32..11 * 32]);
        let loan = flashLoanCall {
            recipient: stage.dm.address,
            tokens: vec![market.address],
            amounts: vec![amount],
            userData: data,
        };
        stage.arm(token, vault, &loan.abi_encode());
        stage.succeeds(tx);
        let answer = UnexpectedCallback { caller: vault }.abi_encode();
        assert_eq!(stage.noted(token), Some((false, keccak256(answer))));
    }
}

#[test]
fn c13_a_token_on_the_way_calls_the_market_in_vain() {
    let (stage, token) = with_hostile_token();
    let mut plain = stage.clone();
    plain.succeeds(plain.dm.send(ALICE, through(&plain, token)));
    let (one, account) = (usdc(1), ALICE);
    let withdraws = IExactlyMarket::withdrawCall { assets: one, receiver: token, owner: account };
    let redeems = IExactlyMarket::redeemCall { shares: one, receiver: token, owner: account };
    let borrows = IExactlyMarket::borrowCall { assets: one, receiver: token, borrower: account };
    let takes = IERC20::transferFromCall { from: account, to: token, value: one };
    for data in [withdraws.abi_encode(), redeems.abi_encode(), borrows.abi_encode(), takes.abi_encode()] {
        for target in [stage.of(Usdc).address, stage.of(Weth).address, stage.of(Usdc).token.address] {
            let mut stage = stage.clone();
            stage.arm(token, target, &data);
            stage.succeeds(stage.dm.send(ALICE, through(&stage, token)));
            assert!(matches!(stage.noted(token), Some((false, _))));
            let [got, would] = [&stage, &plain].map(|stage| SHORT_ETH.position(stage, &stage.chain));
            assert_eq!(got, would, "the operation went another way");
        }
    }
}

#[test]
fn c13_what_a_token_gives_on_the_way_is_the_accounts() {
    let (mut stage, token) = with_hostile_token();
    stage.of(Usdc).token.transfer(&mut stage.chain, ATTACKER, token, usdc(7)).unwrap();
    let gives = IERC20::transferCall { to: stage.dm.address, value: usdc(7) };
    stage.arm(token, stage.of(Usdc).token.address, &gives.abi_encode());
    let had = stage.wallet(Usdc);
    stage.succeeds(stage.dm.send(ALICE, through(&stage, token)));
    assert_eq!(stage.noted(token).map(|(succeeded, _)| succeeded), Some(true));
    assert_eq!(stage.wallet(Usdc), had - usdc(10_000) + usdc(7));
}

#[test]
fn c13_a_sale_through_a_hostile_token_ends_as_it_would_without() {
    let (mut stage, token) = with_hostile_token();
    stage.succeeds(stage.dm.send(ALICE, SHORT_ETH.raises(&stage, usdc(300), times(2))));
    let [usdc_at, weth] = [Usdc, Weth].map(|asset| stage.of(asset).token.address);
    let to = manager::position(stage.of(Weth).address, stage.of(Weth).address);
    let order = manager::migrate(SHORT_ETH.market(&stage), to);
    let order = order.swapping_collateral(pools::path(&[usdc_at, token, weth], &[FEE, FEE]));
    let mut plain = stage.clone();
    plain.succeeds(plain.dm.send(ALICE, order.clone()));
    let would = plain.of(Weth).position(&plain.chain, ALICE);
    for (data, answer) in reentries(&stage, token) {
        let mut stage = stage.clone();
        stage.arm(token, stage.dm.address, &data);
        stage.succeeds(stage.dm.send(ALICE, order.clone()));
        assert_eq!(stage.noted(token), Some((false, keccak256(answer))));
        assert_eq!(stage.of(Weth).position(&stage.chain, ALICE), would);
    }
    // 600 USDC at 3,000 are a fifth of an ether, less two fees of 1 percent and the impact.
    assert!(would.deposit > percent(Weth.units(1), 18), "{would:?}");
}

#[test]
fn c13_a_token_that_does_not_move_is_refused_by_its_pool() {
    let (mut stage, token) = with_hostile_token();
    let [usdc_at, weth] = [Usdc, Weth].map(|asset| stage.of(asset).token.address);
    // It answers one to everything.
    stage.chain.set_code(token, Bytes::from_static(&[0x60, 1, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3]));
    let receipt = stage.send(stage.dm.send(ALICE, through(&stage, token)));
    let unpaid = pools::pool_address(&stage, [token, usdc_at], FEE);
    assert_eq!(root_cause(&receipt), (unpaid, says("IIA")));
    let order = through(&stage, token).flashing(FlashSource::BalancerV2);
    let receipt = stage.send(stage.dm.send(ALICE, order));
    assert_eq!(root_cause(&receipt), (unpaid, says("IIA")));
    assert!(pools::pool_address(&stage, [token, weth], FEE) != unpaid);
}
