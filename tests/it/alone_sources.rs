//! What is asked of flash sources and paid to them, against big integers: for any amount, any fee and any liquidity.

use crate::{
    alone::{ASSETS, Ended, Invented, MARKETS, Manners},
    cases::{CASES, Random, Sides},
    pools,
    reference::{fits, whole},
    stage::times,
};
use alloy_primitives::{I256, U256};
use alloy_sol_types::SolCall;
use debt_manager::{
    abi::{
        IDebtManager::{
            ArithmeticOverflow, FlashLiquidityTooLow, FlashLoanMismatch, InvalidReturn, SwapIncomplete,
            UnexpectedCallback, uniswapV3SwapCallbackCall,
        },
        IERC20::{approveCall, transferCall, transferFromCall},
        IExactlyMarket::{borrowCall, depositCall},
        IUniswapV3Pool::swapCall,
    },
    network,
};
use num_bigint::BigInt;
use protocols::manager::{self, Order};

/// Most times that a loan is used again.
const ROUNDS: u64 = 32;

fn overflow() -> Ended {
    Ended::with(&ArithmeticOverflow {})
}

/// Somebody adds so many units to a deposit.
fn adds(units: U256, deposit: U256) -> Vec<u8> {
    manager::leverage(MARKETS[0], deposit, times(1)).adding(units).calldata()
}

fn sum<'a>(numbers: impl Iterator<Item = &'a U256>) -> BigInt {
    numbers.map(|number| whole(*number)).sum()
}

#[test]
fn g1_a_loan_is_put_in_with_the_deposit_and_paid_back_with_its_fee() {
    let (mut random, mut sides) = (Random::new(51), Sides::default());
    for _ in 0..CASES {
        let units = random.number().max(U256::ONE);
        let (deposit, fee) = (random.beside(&[units]), random.beside(&[units]));
        let supplied = fits(&(whole(units) + whole(deposit)));
        let mut world = Invented::default();
        let ended = world.ask(adds(units, deposit));
        if supplied.is_none() {
            assert_eq!(ended, overflow(), "{units} {deposit}");
            continue;
        }
        assert_eq!(ended, Ended::Well, "{units} {deposit}");
        let loan = world.loan().unwrap();
        let mut world = Invented::default();
        let ended = world.lend(&loan, fee);
        let due = fits(&(whole(units) + whole(fee)));
        sides.count(ended == Ended::Well);
        let (Some(supplied), Some(due)) = (supplied, due) else {
            assert_eq!(ended, overflow(), "{units} {deposit} {fee}");
            continue;
        };
        assert_eq!(ended, Ended::Well, "{units} {deposit} {fee}");
        let deposits: Vec<_> = world.made::<depositCall>(MARKETS[0]).iter().map(|call| call.assets).collect();
        let approved: Vec<_> = world.made::<approveCall>(ASSETS[0]).iter().map(|call| call.value).collect();
        let borrows: Vec<_> =
            world.made::<borrowCall>(MARKETS[0]).iter().map(|call| (call.assets, call.receiver)).collect();
        assert_eq!((deposits, approved), (vec![supplied], vec![supplied]));
        assert_eq!(borrows, [(due, network::BALANCER_V2_VAULT)]);
    }
    sides.were_both_met();
}

#[test]
fn d6_what_says_nothing_is_a_token_only_if_it_has_code() {
    let end = |manners| {
        let mut world = Invented { manners, ..Invented::default() };
        assert_eq!(world.ask(adds(times(1), times(2))), Ended::Well);
        let loan = world.loan().unwrap();
        world.lend(&loan, U256::ZERO)
    };
    assert_eq!((end(Manners::Telling), end(Manners::Silent)), (Ended::Well, Ended::Well));
    let error = InvalidReturn { target: ASSETS[0], selector: transferFromCall::SELECTOR.into() };
    assert_eq!(end(Manners::Gone), Ended::with(&error));
}

#[test]
fn g1_another_loan_than_the_one_asked_for_is_refused() {
    let mut random = Random::new(52);
    for _ in 0..CASES / 10 {
        let units = random.number().max(U256::ONE);
        let mut world = Invented::default();
        assert_eq!(world.ask(adds(units, U256::ZERO)), Ended::Well);
        let mut loan = world.loan().unwrap();
        let amount = random.beside(&[units]);
        if amount == units {
            continue;
        }
        loan.amounts = vec![amount];
        let refused = Ended::with(&FlashLoanMismatch { token: ASSETS[0], amount });
        assert_eq!(Invented::default().lend(&loan, U256::ZERO), refused);
        (loan.amounts, loan.tokens) = (vec![units], vec![ASSETS[1]]);
        let refused = Ended::with(&FlashLoanMismatch { token: ASSETS[1], amount: units });
        assert_eq!(Invented::default().lend(&loan, U256::ZERO), refused);
        loan.tokens = vec![ASSETS[0]];
        assert_eq!(Invented::default().lend(&loan, U256::ZERO), Ended::Well);
    }
}

#[test]
fn g1_as_few_rounds_as_the_liquidity_allows() {
    let (mut random, mut sides) = (Random::new(53), Sides::default());
    for _ in 0..CASES {
        let units = random.number().max(U256::ONE);
        let available = match random.below(4) {
            0 => random.beside(&[units]),
            _ => (units / U256::from(1 + random.below(40))).saturating_add(U256::from(random.below(3))),
        };
        let deposit: U256 = random.number() >> 1;
        if units.checked_add(deposit).is_none() {
            continue;
        }
        let mut world = Invented { vault: Some(available), ..Invented::default() };
        let ended = world.ask(adds(units, deposit));
        let rounds = whole(units).checked_div(&whole(available)).map(|rounds| match &rounds * whole(available) {
            even if even == whole(units) => rounds,
            _ => rounds + 1,
        });
        let Some(rounds) = rounds.filter(|rounds| *rounds <= BigInt::from(ROUNDS)) else {
            let error = FlashLiquidityTooLow { available, needed: units };
            assert_eq!(ended, Ended::with(&error), "{units} {available}");
            sides.count(false);
            continue;
        };
        assert_eq!(ended, Ended::Well, "{units} {available}");
        let loan = world.loan().unwrap();
        let lent = whole(loan.amounts[0]);
        // In this many rounds, and with the smallest loan with which that is so.
        assert!(&lent * &rounds >= whole(units) && (&lent - 1) * &rounds < whole(units), "{units} {available}");
        sides.count(true);
        if fits(&(&lent + whole(deposit))).is_none() {
            continue;
        }
        let mut world = Invented::default();
        assert_eq!(world.lend(&loan, U256::ZERO), Ended::Well, "{units} {available} {deposit}");
        let deposits = world.made::<depositCall>(MARKETS[0]);
        assert!(deposits.len() == rounds.to_u64_digits().1[0] as usize);
        assert_eq!(sum(deposits.iter().map(|call| &call.assets)), whole(units) + whole(deposit));
        let borrows = world.made::<borrowCall>(MARKETS[0]);
        let transfers = world.made::<transferCall>(ASSETS[0]);
        assert_eq!(sum(borrows.iter().map(|call| &call.assets)), whole(units), "{units} {available}");
        // The last round's loan goes back to the vault, whoever takes it there.
        let paid = borrows.iter().filter(|call| call.receiver == network::BALANCER_V2_VAULT);
        let to_vault = transfers.iter().filter(|call| call.to == network::BALANCER_V2_VAULT);
        let back = sum(paid.map(|call| &call.assets)) + sum(to_vault.map(|call| &call.value));
        assert_eq!(back, lent, "{units} {available}");
    }
    sides.were_both_met();
}

/// Somebody buys so many units of the first asset in the pool of both, for a debt of the second.
fn buys(units: U256) -> Vec<u8> {
    let order = manager::leverage(MARKETS[0], U256::ZERO, times(1)).adding(units);
    order.owing(MARKETS[1]).swapping(pools::path(&[ASSETS[1], ASSETS[0]], &[500])).calldata()
}

/// A world with a price for each asset.
fn priced() -> Invented {
    Invented { prices: [U256::ONE; 2], ..Invented::default() }
}

/// A number's negative, as a word.
fn negative(number: U256) -> U256 {
    U256::ZERO.wrapping_sub(number)
}

#[test]
fn g1_a_pool_is_asked_for_exactly_what_is_missing() {
    let (mut random, mut sides) = (Random::new(54), Sides::default());
    let pool = pools::pool_of(network::UNISWAP_V3_FACTORY, ASSETS, 500);
    for _ in 0..CASES {
        let units = random.number().max(U256::ONE);
        let owed = random.number();
        let delivered = if random.below(2) == 0 { units } else { random.beside(&[units]) };
        // The first asset is the pool's first: it is paid out.
        let mut world = Invented { deltas: [negative(delivered), owed], ..priced() };
        let ended = world.ask(buys(units));
        let [swap] = &world.made::<swapCall>(pool)[..] else { panic!("{world:?}") };
        assert_eq!((swap.amountSpecified, swap.zeroForOne), (I256::from_raw(negative(units)), false));
        // Neither is ever less than nothing.
        let are_amounts = [owed, delivered].iter().all(|number| !I256::from_raw(*number).is_negative());
        let expected = match are_amounts {
            false => overflow(),
            true if delivered != units => Ended::with(&SwapIncomplete { amount: delivered, asked: units }),
            true => Ended::Well,
        };
        assert_eq!(ended, expected, "{units} {owed} {delivered}");
        sides.count(ended == Ended::Well);
    }
    sides.were_both_met();
}

#[test]
fn g1_a_pool_is_paid_what_it_says_and_what_it_gave_is_put_in() {
    let (mut random, mut sides) = (Random::new(55), Sides::default());
    let pool = pools::pool_of(network::UNISWAP_V3_FACTORY, ASSETS, 500);
    for _ in 0..CASES {
        let units: U256 = random.number() >> 1;
        let units = units.max(U256::ONE);
        let mut world = Invented { deltas: [negative(units), U256::ONE], ..priced() };
        assert_eq!(world.ask(buys(units)), Ended::Well);
        let data = world.made::<swapCall>(pool)[0].data.clone();
        let deltas = [negative(if random.below(2) == 0 { units } else { random.number() }), random.number()];
        let [amount0, amount1] = deltas.map(I256::from_raw);
        let back = uniswapV3SwapCallbackCall { amount0Delta: amount0, amount1Delta: amount1, data: data.clone() };
        let mut world = Invented::default();
        world.await_callback(&data);
        let ended = world.call(pool, back.abi_encode());
        let fine = [deltas[1], negative(deltas[0])].iter().all(|number| !I256::from_raw(*number).is_negative());
        assert_eq!(ended, if fine { Ended::Well } else { overflow() }, "{units} {deltas:?}");
        sides.count(fine);
        let other = Invented::default().call(MARKETS[0], back.abi_encode());
        assert_eq!(other, Ended::with(&UnexpectedCallback { caller: MARKETS[0] }));
        if fine {
            let supplied: Vec<_> = world.made::<depositCall>(MARKETS[0]).iter().map(|call| call.assets).collect();
            assert_eq!(supplied, [negative(deltas[0])]);
            let borrows: Vec<_> =
                world.made::<borrowCall>(MARKETS[1]).iter().map(|call| (call.assets, call.receiver)).collect();
            assert_eq!(borrows, if deltas[1].is_zero() { vec![] } else { vec![(deltas[1], pool)] });
        }
    }
    sides.were_both_met();
}

#[test]
fn a_path_of_another_shape_is_no_path() {
    let good = pools::path(&[ASSETS[1], ASSETS[0]], &[500]);
    let ask = |path: &[u8]| {
        let order: Order<_> = manager::leverage(MARKETS[0], U256::ZERO, times(1)).adding(U256::ONE);
        let mut world = Invented { deltas: [negative(U256::ONE), U256::ONE], ..priced() };
        world.ask(order.owing(MARKETS[1]).swapping(path.to_vec()).calldata())
    };
    assert_eq!(ask(&good), Ended::Well);
    for length in 0..good.len() {
        assert_ne!(ask(&good[..length]), Ended::Well, "{length}");
    }
    for more in 1..23 {
        // The ends are right, and what is between them is not a row of fees and tokens.
        let stretched = [&good[..20], &vec![7; more], &good[20..]].concat();
        assert_ne!(ask(&stretched), Ended::Well, "{more}");
    }
    let through = [&good[..20], &[0, 1, 244], &[9; 20], &good[20..]].concat();
    assert_eq!(ask(&through), Ended::Well);
}
