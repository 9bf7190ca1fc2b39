//! C5: a pool that does not deliver what was asked of it. The real ones never do; whatever is at the address of one, what
//! is done is what was asked for, within the limits, or nothing.

use crate::{
    pairs::{SHORT_ETH, stake},
    pools::root_cause,
    reentry::{Callback, callbacks, swap},
    script::{Step, Then, script},
    stage::{ALICE, BYSTANDER, Stage, times},
};
use alloy_primitives::{Address, Bytes, U256, hex};
use alloy_sol_types::{SolCall, SolError};
use debt_manager::abi::{
    IDebtManager::{
        ArithmeticOverflow, Bounds, CollateralBelowMin, DebtAboveMax, FlashLoanMissing, InvalidReturn, SwapIncomplete,
        UnexpectedCallback,
    },
    IERC20::transferCall,
    IUniswapV3Pool::swapCall,
};
use devnet::{Receipt, Tx};
use protocols::Asset::{Usdc, Weth};

/// A pool that Alice buys as much from as she puts in, and what it says when it is honest.
struct Sale {
    stage: Stage,
    pool: Address,
    callback: Callback,
    /// What it is paid and what it delivers; in the order of its tokens, the one that is delivered is negative.
    owed: U256,
    delivered: U256,
    /// Whether what is delivered is its first token.
    first: bool,
    /// What the position comes to.
    bounds: Bounds,
}

impl Sale {
    fn new() -> Self {
        let stage = Stage::crossing();
        let pool = stage.world.uniswap.pool(Usdc, Weth).address;
        let mut after = stage.clone();
        let (receipt, trace) = after.chain.send_traced(buys(&stage, Stage::loose())).unwrap();
        assert!(receipt.success);
        let callback = callbacks(stage.dm.address, &trace).into_iter().next().unwrap();
        let first = stage.of(Usdc).token.address < stage.of(Weth).token.address;
        let [delivered, owed] = if first { callback.amounts } else { [callback.amounts[1], callback.amounts[0]] };
        let [collateral, debt] = [0, 32].map(|at| U256::from_be_slice(&receipt.output[at..at + 32]));
        let bounds = Bounds { debtMax: debt, collateralMin: collateral, ..Stage::loose() };
        Self { stage, pool, callback, owed, delivered: U256::ZERO.wrapping_sub(delivered), first, bounds }
    }

    /// The changes of its balances that it tells.
    fn deltas(&self, owed: U256, delivered: U256) -> [U256; 2] {
        let delivered = U256::ZERO.wrapping_sub(delivered);
        if self.first { [delivered, owed] } else { [owed, delivered] }
    }

    /// It hands over so much of a token.
    fn hands(&self, to: Address, token: Address, value: U256) -> Step {
        Step::must(token, transferCall { to, value }.abi_encode())
    }

    /// It calls back and tells these changes.
    fn calls_back(&self, owed: U256, delivered: U256) -> Step {
        let told = Callback { amounts: self.deltas(owed, delivered), ..self.callback.clone() };
        Step::must(self.stage.dm.address, swap(&told, told.data.clone()))
    }

    /// What an honest one does, told and done with these numbers.
    fn steps(&self, owed: U256, delivered: U256) -> [Step; 2] {
        let usdc = self.stage.of(Usdc).token.address;
        [self.hands(self.stage.dm.address, usdc, delivered), self.calls_back(owed, delivered)]
    }

    /// Alice buys, and it does this.
    fn does(&self, steps: &[Step], then: Then) -> Receipt {
        let mut stage = self.stage.clone();
        let before = stage.belongings(ALICE);
        stage.chain.set_code(self.pool, script(steps, then));
        let receipt = stage.send(buys(&stage, self.bounds.clone()));
        assert!(receipt.success || stage.belongings(ALICE) == before);
        receipt
    }

    fn refused(&self, steps: &[Step], then: Then, error: &impl SolError) {
        let (_, reason) = root_cause(&self.does(steps, then));
        assert_eq!(Bytes::from(reason), Bytes::from(error.abi_encode()));
    }

    /// As it should be.
    fn truth(&self) -> Then {
        Then::Return(self.deltas(self.owed, self.delivered))
    }
}

/// Alice puts her USDC in, and buys as much again for a debt of ether.
fn buys(stage: &Stage, bounds: Bounds) -> Tx {
    stage.dm.send(ALICE, SHORT_ETH.raises(stage, stake(Usdc), times(2)).within(bounds))
}

#[test]
fn c5_a_pool_delivers_what_was_asked_for_or_nothing_is_done() {
    let (sale, one) = (Sale::new(), U256::ONE);
    let Sale { owed, delivered, .. } = sale;
    assert!(sale.does(&sale.steps(owed, delivered), sale.truth()).success, "as a real one does it");
    // It tells less or more than it was asked for.
    for amount in [delivered - one, delivered + one, U256::ZERO] {
        let then = Then::Return(sale.deltas(owed, amount));
        sale.refused(&sale.steps(owed, delivered), then, &SwapIncomplete { amount, asked: delivered });
    }
    // It delivers less than it tells, or to somebody else, or something else.
    let [usdc, weth] = [Usdc, Weth].map(|asset| sale.stage.of(asset).token.address);
    let (dm, calls) = (sale.stage.dm.address, sale.calls_back(owed, delivered));
    for (to, token, value) in [(dm, usdc, delivered - one), (BYSTANDER, usdc, one), (ALICE, usdc, one), (dm, weth, one)]
    {
        let receipt = sale.does(&[sale.hands(to, token, value), calls.clone()], sale.truth());
        assert_eq!(root_cause(&receipt).0, sale.stage.of(Usdc).address);
    }
}

#[test]
fn c5_a_pool_that_tells_two_stories_is_held_to_the_limits() {
    let (sale, one) = (Sale::new(), U256::ONE);
    let Sale { owed, delivered, ref bounds, .. } = sale;
    let receipt = sale.does(&sale.steps(owed, delivered - one), sale.truth());
    let error = CollateralBelowMin { collateral: bounds.collateralMin - one, collateralMin: bounds.collateralMin };
    assert_eq!(receipt.output, Bytes::from(error.abi_encode()));
    let receipt = sale.does(&sale.steps(owed + one, delivered), sale.truth());
    let error = DebtAboveMax { debt: bounds.debtMax + one, debtMax: bounds.debtMax };
    assert_eq!(receipt.output, Bytes::from(error.abi_encode()));
    // It is asked to pay for what it delivers, or takes from both sides.
    let backwards = sale.calls_back(U256::ZERO.wrapping_sub(owed), delivered);
    sale.refused(&[backwards], sale.truth(), &ArithmeticOverflow {});
    let both = sale.calls_back(owed, U256::ZERO.wrapping_sub(delivered));
    sale.refused(&[both], sale.truth(), &ArithmeticOverflow {});
}

#[test]
fn c5_a_pool_that_says_nothing_or_comes_twice_is_refused() {
    let sale = Sale::new();
    let Sale { owed, delivered, pool, ref stage, .. } = sale;
    let steps = sale.steps(owed, delivered);
    sale.refused(&[], sale.truth(), &FlashLoanMissing {});
    sale.refused(&steps[..1], sale.truth(), &FlashLoanMissing {});
    sale.refused(&steps, Then::Stop, &InvalidReturn { target: pool, selector: swapCall::SELECTOR.into() });
    let twice = [&steps[..], &steps[1..]].concat();
    sale.refused(&twice, sale.truth(), &UnexpectedCallback { caller: pool });
    let other = Callback { data: sale.callback.data.slice(32..), ..sale.callback.clone() };
    let forged = Step::must(stage.dm.address, swap(&other, other.data.clone()));
    sale.refused(&[forged], sale.truth(), &UnexpectedCallback { caller: pool });
}

#[test]
fn c9_a_pool_that_is_gone_or_does_nothing_has_not_swapped() {
    let sale = Sale::new();
    let order = buys(&sale.stage, Stage::loose());
    let gone = InvalidReturn { target: sale.pool, selector: swapCall::SELECTOR.into() };
    // No code; one that stops; and one that returns a word too few.
    for code in [&hex!("")[..], &hex!("00"), &hex!("60205ff3"), &hex!("603f5ff3")] {
        let mut stage = sale.stage.clone();
        stage.chain.set_code(sale.pool, Bytes::copy_from_slice(code));
        let receipt = stage.send(order.clone());
        // Without a callback, nothing has been taken out or put in.
        let (_, reason) = root_cause(&receipt);
        assert_eq!(Bytes::from(reason), Bytes::from(gone.abi_encode()));
    }
    sale.refused(&[], Then::Return([U256::ZERO; 2]), &FlashLoanMissing {});
    sale.refused(&[], sale.truth(), &FlashLoanMissing {});
}
