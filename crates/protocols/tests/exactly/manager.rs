//! Exactly's own manager, with each way to authorise it and each of its rolls.

use crate::{BOB, succeed, times, usdc, with_collateral, world};
use alloy::signers::local::PrivateKeySigner;
use alloy_primitives::{Address, B256, U256};
use devnet::{CallTrace, Chain};
use protocols::{
    Asset, World,
    exactly::{FixedPosition, LeveragePermits, Permit, Permit2, Roll, RollFixed, WAD, fixed::maturity},
    permit2::PERMIT2,
    signing::eip2612,
};

fn signer(chain: &mut Chain) -> PrivateKeySigner {
    let signer = PrivateKeySigner::from_bytes(&B256::repeat_byte(0xa1)).unwrap();
    chain.set_balance(signer.address(), U256::from(WAD));
    signer
}

/// A permit for the manager, of a market's shares or of a token's units.
fn permit(chain: &Chain, world: &World, signer: &PrivateKeySigner, contract: Address, value: U256) -> Permit {
    let spender = world.exactly.manager().address;
    let signed = eip2612::permit(chain, contract, signer.address(), spender, value, U256::MAX);
    Permit::signed(&signed, &eip2612::sign_permit(chain, contract, signer, &signed))
}

#[test]
fn leverage_with_a_permit_of_shares_alone() {
    let (mut chain, world) = world();
    let (market, manager, signer) = (world.exactly.market(Asset::Usdc), world.exactly.manager(), signer(&mut chain));
    let account = signer.address();
    market.token.mint(&mut chain, account, usdc(100)).unwrap();
    market.token.approve(&mut chain, account, manager.address, usdc(100)).unwrap();
    let permits = LeveragePermits::Market(permit(&chain, &world, &signer, market.address, usdc(200)));
    succeed(&mut chain, manager.leverage(account, market.address, usdc(100), times(3), permits));
    assert!(market.position(&chain, account).debt.abs_diff(usdc(200)) <= U256::from(1));
    assert_eq!(market.nonce(&chain, account), U256::from(1));

    let shares = permit(&chain, &world, &signer, market.address, usdc(251));
    succeed(&mut chain, manager.deleverage(account, market.address, usdc(50), times(1), Some(shares)));
    assert_eq!(market.position(&chain, account).debt, U256::ZERO);
    assert_eq!(market.token.balance_of(&chain, account), usdc(50));
}

#[test]
fn leverage_with_a_tokens_own_permit() {
    let (mut chain, world) = world();
    let (market, manager, signer) = (world.exactly.market(Asset::Usdc), world.exactly.manager(), signer(&mut chain));
    let account = signer.address();
    market.token.mint(&mut chain, account, usdc(100)).unwrap();
    let shares = permit(&chain, &world, &signer, market.address, usdc(200));
    let token = permit(&chain, &world, &signer, market.token.address, usdc(100));
    let permits = LeveragePermits::MarketAndToken(shares, token);
    succeed(&mut chain, manager.leverage(account, market.address, U256::ZERO, times(3), permits));
    assert!(market.position(&chain, account).deposit.abs_diff(usdc(300)) <= U256::from(1));
}

#[test]
fn leverage_through_permit2() {
    let (mut chain, world) = world();
    let (market, manager, signer) = (world.exactly.market(Asset::Usdc), world.exactly.manager(), signer(&mut chain));
    let account = signer.address();
    market.token.mint(&mut chain, account, usdc(100)).unwrap();
    market.token.approve(&mut chain, account, PERMIT2, U256::MAX).unwrap();
    let deadline = U256::from(u64::MAX);
    let transfer = manager.transfer(account, market.token, usdc(100), deadline);
    let transfer = Permit2::signed(deadline, &transfer.sign(&chain, &signer, None));
    let shares = permit(&chain, &world, &signer, market.address, usdc(200));
    let permits = LeveragePermits::MarketAndPermit2(shares, transfer);
    succeed(&mut chain, manager.leverage(account, market.address, usdc(100), times(3), permits));
    assert!(market.position(&chain, account).deposit.abs_diff(usdc(300)) <= U256::from(1));
}

/// Gas of a transaction before its first frame: the transaction itself, and its data.
fn intrinsic_gas(input: &[u8]) -> u64 {
    21_000 + input.iter().map(|byte| if *byte == 0 { 4 } else { 16 }).sum::<u64>()
}

#[test]
fn what_is_the_managers_own_gas_and_what_is_not_add_up_to_the_transaction() {
    // Earned by a slot that is written for the first time and cleared in the same transaction.
    const CLEARED: i64 = 19_900;
    let (mut chain, world) = world();
    let (market, manager, signer) = (world.exactly.market(Asset::Usdc), world.exactly.manager(), signer(&mut chain));
    let account = signer.address();
    market.token.mint(&mut chain, account, usdc(100)).unwrap();
    market.token.approve(&mut chain, account, manager.address, usdc(100)).unwrap();
    market.approve(&mut chain, account, manager.address, U256::MAX).unwrap();
    let tx = manager.leverage(account, market.address, usdc(100), times(3), LeveragePermits::None);
    let intrinsic = intrinsic_gas(&tx.input);
    let (receipt, trace) = chain.send_traced(tx).unwrap();
    assert!(receipt.success);
    assert_eq!(receipt.gas_refunded.cast_signed(), trace.refund);
    assert_eq!(receipt.gas_used + receipt.gas_refunded, intrinsic + trace.gas_used);

    let proxy_and_code = world.exactly.solidity_manager;
    let (own, other): (Vec<&CallTrace>, Vec<&CallTrace>) =
        trace.frames().into_iter().partition(|frame| proxy_and_code.contains(&frame.code));
    assert_eq!(own.len(), 4, "the call and the callback, each through the proxy");
    let gas = |frames: &[&CallTrace]| frames.iter().map(|frame| frame.own_gas().cast_signed()).sum::<i64>();
    assert_eq!(gas(&own) + gas(&other), trace.gas_used.cast_signed());
    // The manager writes two slots, whose account and whose data are in flight. The tokens' refunds are not its own.
    assert_eq!(trace.net_own_gas(&proxy_and_code), gas(&own) - 2 * CLEARED);
    assert!(trace.refund > 2 * CLEARED);
}

/// A floating debt goes to a maturity, to the next one, and half of it back. By approval, or by permits of so many
/// units. Returns the units that each roll borrowed.
fn roll_around(permits: Option<[U256; 3]>) -> [U256; 3] {
    let (mut chain, world) = world();
    let (manager, signer) = (world.exactly.manager(), signer(&mut chain));
    let account = signer.address();
    let market = with_collateral(&mut chain, &world, account, 1_000);
    market.borrow(&mut chain, account, usdc(100)).unwrap();
    let [first, second] = [1, 2].map(|nth| maturity(&chain, nth));
    if permits.is_none() {
        market.approve(&mut chain, account, manager.address, U256::MAX).unwrap();
    }
    let shares =
        |chain: &Chain, nth: usize| permits.map(|values| permit(chain, &world, &signer, market.address, values[nth]));

    let roll = Roll { maturity: first, max_debt: U256::MAX, percentage: times(1) };
    let tx = manager.roll_floating_to_fixed(account, market.address, roll, shares(&chain, 0));
    succeed(&mut chain, tx);
    assert_eq!(market.floating_debt(&chain, account), U256::ZERO);
    let fixed = market.fixed_borrow(&chain, first, account);
    assert!(fixed.principal >= usdc(100));

    let limits = RollFixed {
        repay_maturity: first,
        borrow_maturity: second,
        max_repay: U256::MAX,
        max_borrow: U256::MAX,
        percentage: times(1),
    };
    let tx = manager.roll_fixed(account, market.address, limits, shares(&chain, 1));
    succeed(&mut chain, tx);
    assert_eq!(market.fixed_borrow(&chain, first, account), FixedPosition::default());
    let moved = market.fixed_borrow(&chain, second, account);
    assert!(moved.principal >= usdc(100));

    let roll = Roll { maturity: second, max_debt: U256::MAX, percentage: times(1) / U256::from(2) };
    let tx = manager.roll_fixed_to_floating(account, market.address, roll, shares(&chain, 2));
    succeed(&mut chain, tx);
    let left = market.fixed_borrow(&chain, second, account).total();
    assert!(left.abs_diff(moved.total() / U256::from(2)) <= U256::from(1), "{left} of {moved:?}");
    let floating = market.floating_debt(&chain, account);
    assert!(floating > usdc(49));
    [fixed.total(), moved.total(), floating]
}

#[test]
fn debts_roll_between_maturities_and_the_floating_rate() {
    let borrowed = roll_around(None);
    // The manager takes no permit of which it leaves more than a hundredth.
    roll_around(Some(borrowed.map(|units| units + units / U256::from(200))));
}

#[test]
fn nobody_rolls_the_debt_of_another() {
    let (mut chain, world) = world();
    let (manager, signer) = (world.exactly.manager(), signer(&mut chain));
    let account = signer.address();
    let market = with_collateral(&mut chain, &world, account, 1_000);
    market.borrow(&mut chain, account, usdc(100)).unwrap();
    market.approve(&mut chain, account, manager.address, U256::MAX).unwrap();
    let roll = Roll { maturity: maturity(&chain, 1), max_debt: U256::MAX, percentage: times(1) };
    // Bob names nobody: the manager acts for who calls, and he owes nothing.
    let _ = chain.send(manager.roll_floating_to_fixed(BOB, market.address, roll, None)).unwrap();
    assert!(market.floating_debt(&chain, account) >= usdc(100));
}
