//! Aave V3.

use crate::{ALICE, BOB, reason, world};
use alloy_primitives::{Address, Bytes, U256, address, bytes};
use devnet::{Chain, ChainConfig};
use protocols::{
    Asset, World,
    aave::{Delegation, FlashLoan},
    signing,
};

const YEAR: u64 = 365 * 24 * 3_600;
const RECEIVER: Address = address!("00000000000000000000000000000000000f1a54");
/// A borrower of flash loans: `executeOperation(asset, amount, premium, ..)` approves the caller for `amount + premium`
/// and returns true.
///
/// mstore(0, 0x095ea7b3 << 224); mstore(4, caller); mstore(36, calldata[36] + calldata[68]);
/// call(gas, calldata[4], 0, 0, 68, 0, 32); mstore(0, 1); return(0, 32)
const BORROWER: Bytes = bytes!(
    "63095ea7b360e01b5f52" "33600452" "602435604435016024" "52" "60205f60445f5f6004355af150" "60015f5260205ff3"
);

/// Alice with 10,000 USDC supplied.
fn supplier() -> (Chain, World) {
    let (mut chain, world) = world();
    let deposit = Asset::Usdc.units(10_000);
    world.tokens.of(Asset::Usdc).mint(&mut chain, ALICE, deposit).expect("funds");
    world.aave.supply(&mut chain, ALICE, Asset::Usdc, deposit).expect("a supply");
    (chain, world)
}

#[test]
fn an_account_is_valued_by_the_feeds_and_the_parameters() {
    let (mut chain, world) = supplier();
    world.aave.borrow(&mut chain, ALICE, Asset::Weth, Asset::Weth.units(1)).expect("a borrow");
    let data = world.aave.account_data(&chain, ALICE);
    let usd = |whole: u64| U256::from(whole * 100_000_000);
    assert_eq!((data.collateral_usd, data.debt_usd), (usd(10_000), usd(3_000)));
    assert_eq!((data.ltv_bps, data.liquidation_threshold_bps), (U256::from(7_500), U256::from(7_800)));
    assert_eq!(data.available_usd, usd(7_500 - 3_000));
    // 10,000 at 78% over 3,000.
    assert_eq!(data.health_wad, U256::from(2_600_000_000_000_000_000u64));
}

#[test]
fn debt_grows_until_all_is_repaid_and_withdrawn() {
    let (mut chain, world) = supplier();
    let borrowed = Asset::Weth.units(1);
    world.aave.borrow(&mut chain, ALICE, Asset::Weth, borrowed).expect("a borrow");
    assert_eq!(world.tokens.of(Asset::Weth).balance_of(&chain, ALICE), borrowed);
    chain.advance_time(YEAR);
    chain.mine();
    let debt = world.aave.debt(&chain, ALICE, Asset::Weth);
    assert!(debt > borrowed && debt < borrowed * U256::from(103) / U256::from(100), "{debt}");

    world.tokens.of(Asset::Weth).mint(&mut chain, ALICE, borrowed).expect("funds");
    let repaid = world.aave.repay(&mut chain, ALICE, Asset::Weth, U256::MAX).expect("a repayment");
    assert!(repaid >= debt);
    let withdrawn = world.aave.withdraw(&mut chain, ALICE, Asset::Usdc, U256::MAX).expect("a withdrawal");
    assert!(withdrawn >= Asset::Usdc.units(10_000));
    assert_eq!(world.aave.debt(&chain, ALICE, Asset::Weth), U256::ZERO);
    assert_eq!(world.aave.supplied(&chain, ALICE, Asset::Usdc), U256::ZERO);
    assert_eq!(world.tokens.of(Asset::Usdc).balance_of(&chain, ALICE), withdrawn);
}

#[test]
fn nobody_borrows_past_the_loan_to_value() {
    let (mut chain, world) = supplier();
    let most = Asset::Weth.units(5) / U256::from(2);
    let error = world.aave.borrow(&mut chain, ALICE, Asset::Weth, most + U256::from(1_000_000_000)).unwrap_err();
    // 36: the collateral cannot cover the new borrow.
    assert_eq!(reason(&error), "36");
    world.aave.borrow(&mut chain, ALICE, Asset::Weth, most).expect("2.5 ether are 75% of 10,000 dollars");
}

#[test]
fn assets_that_follow_ether_lend_more_to_each_other() {
    let (mut chain, world) = world();
    let deposit = Asset::WstEth.units(10);
    world.tokens.of(Asset::WstEth).mint(&mut chain, ALICE, deposit).expect("funds");
    world.aave.supply(&mut chain, ALICE, Asset::WstEth, deposit).expect("a supply");
    let borrow = Asset::Weth.units(11);
    world.aave.borrow(&mut chain, ALICE, Asset::Weth, borrow).expect_err("33,000 of 36,000 dollars are over 75%");
    world.aave.enter_ether_category(&mut chain, ALICE).expect("the category");
    world.aave.borrow(&mut chain, ALICE, Asset::Weth, borrow).expect("and under 93%");
}

#[test]
fn a_delegatee_borrows_as_the_delegators_debt() {
    let (mut chain, world) = supplier();
    let delegation = Delegation { delegator: ALICE, delegatee: BOB, asset: Asset::Weth, units: Asset::Weth.units(1) };
    world.aave.borrow_delegated(&mut chain, &delegation).expect_err("nothing is delegated");
    world.aave.delegate(&mut chain, &delegation).expect("a delegation");
    assert_eq!(world.aave.delegated(&chain, &delegation), delegation.units);
    borrow_all_delegated(&mut chain, &world, &delegation);
}

#[test]
fn a_delegation_can_be_signed() {
    let (mut chain, world) = world();
    let signer = &ChainConfig::default().signers()[7];
    let delegator = signer.address();
    let deposit = Asset::Usdc.units(10_000);
    world.tokens.of(Asset::Usdc).mint(&mut chain, delegator, deposit).expect("funds");
    world.aave.supply(&mut chain, delegator, Asset::Usdc, deposit).expect("a supply");

    let delegation = Delegation { delegator, delegatee: BOB, asset: Asset::Weth, units: Asset::Weth.units(1) };
    let digest = world.aave.delegation_digest(&chain, &delegation, U256::MAX);
    let signature = signing::sign(signer, digest);
    let more = Delegation { units: delegation.units + U256::ONE, ..delegation };
    world.aave.delegate_with_signature(&mut chain, &more, U256::MAX, &signature).expect_err("more than is signed");
    world.aave.delegate_with_signature(&mut chain, &delegation, U256::MAX, &signature).expect("a delegation");
    borrow_all_delegated(&mut chain, &world, &delegation);
    world.aave.delegate_with_signature(&mut chain, &delegation, U256::MAX, &signature).expect_err("a second use");
}

fn borrow_all_delegated(chain: &mut Chain, world: &World, delegation: &Delegation) {
    world.aave.borrow_delegated(chain, delegation).expect("a borrow");
    let Delegation { delegator, delegatee, asset, units } = *delegation;
    assert_eq!(world.tokens.of(asset).balance_of(chain, delegatee), units);
    assert_eq!(world.aave.debt(chain, delegator, asset), units);
    assert_eq!(world.aave.debt(chain, delegatee, asset), U256::ZERO);
    assert_eq!(world.aave.delegated(chain, delegation), U256::ZERO);
}

#[test]
fn a_flash_loan_costs_five_hundredths_of_a_percent() {
    for asset in Asset::ALL {
        let (mut chain, world) = world();
        chain.set_code(RECEIVER, BORROWER);
        let lent = asset.units(100);
        let premium = lent * U256::from(5) / U256::from(10_000);
        let loan = FlashLoan { caller: ALICE, receiver: RECEIVER, asset, units: lent };
        world.aave.flash_loan_simple(&mut chain, &loan).expect_err("the premium is not there");
        world.tokens.of(asset).mint(&mut chain, RECEIVER, premium).expect("funds");
        world.aave.flash_loan_simple(&mut chain, &loan).expect("a flash loan");
        assert_eq!(world.tokens.of(asset).balance_of(&chain, RECEIVER), U256::ZERO);
        assert_eq!(world.aave.flash_premium_bps(&chain), 5);
    }
}
