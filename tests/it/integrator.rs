//! A contract in Solidity that uses ours: `abi/examples/LeverageVault.sol`, as `cargo xtask abi` has compiled it. The
//! position is the vault's; its owner sees our errors as they are.

use crate::stage::{ALICE, ATTACKER, Stage, near, times, usdc};
use alloy_primitives::{Address, U256, hex};
use alloy_sol_types::{SolCall, SolError, SolValue, sol};
use debt_manager::abi::IDebtManager::{
    Bounds, DeadlinePassed, DebtAboveMax, EquityLossAboveMax, HealthFactorBelowMin, WrappedError, WrongDirection,
};
use devnet::{Receipt, Tx};
use protocols::{exactly::WAD, manager};

sol! {
    struct Limits {
        uint256 deadline;
        uint256 debtMax;
        uint256 collateralMin;
        uint256 equityLossMax;
        uint256 healthFactorMin;
    }

    interface ILeverageVault {
        error NotOwner(address caller);

        function raise(uint256 deposit, uint256 ratio, Limits bounds) external returns (uint256 collateral, uint256 debt);
        function raiseAsFarAsHealthy(uint256 ratio, uint256 step, Limits bounds) external returns (uint256 reached);
        function lower(uint256 withdraw, uint256 ratio, Limits bounds) external returns (uint256 collateral, uint256 debt);
    }
}
use ILeverageVault::{NotOwner, lowerCall, raiseAsFarAsHealthyCall, raiseCall};

/// Alice's vault for USDC, which may take her tokens.
struct Vaulted {
    stage: Stage,
    vault: Address,
}

fn code() -> Vec<u8> {
    let compiled = include_str!("../../abi/examples/LeverageVault.json");
    let compiled: serde_json::Value = serde_json::from_str(compiled).unwrap();
    hex::decode(compiled["bytecode"].as_str().unwrap()).unwrap()
}

fn loose() -> Limits {
    limits(manager::loose_bounds())
}

fn limits(bounds: Bounds) -> Limits {
    let Bounds { deadline, debtMax, collateralMin, equityLossMax, healthFactorMin } = bounds;
    Limits { deadline, debtMax, collateralMin, equityLossMax, healthFactorMin }
}

fn wad(hundredths: u64) -> U256 {
    U256::from(WAD) / U256::from(100) * U256::from(hundredths)
}

impl Vaulted {
    fn new() -> Self {
        let mut stage = Stage::new();
        let market = stage.market();
        let arguments = (stage.dm.address, market.address, market.token.address).abi_encode_params();
        let created = stage.succeeds(Tx::create(ALICE, [code(), arguments].concat()));
        let vault = created.contract_address.unwrap();
        market.token.approve(&mut stage.chain, ALICE, vault, U256::MAX).unwrap();
        // So that nothing can be hers by mistake.
        market.token.approve(&mut stage.chain, ALICE, stage.dm.address, U256::ZERO).unwrap();
        market.approve(&mut stage.chain, ALICE, stage.dm.address, U256::ZERO).unwrap();
        Self { stage, vault }
    }

    /// The same, at 3x with 100 USDC.
    fn leveraged() -> Self {
        let mut vaulted = Self::new();
        vaulted.asks(raiseCall { deposit: usdc(100), ratio: times(3), bounds: loose() });
        vaulted
    }

    fn call(&self, from: Address, call: impl SolCall) -> Tx {
        Tx::call(from, self.vault, call.abi_encode())
    }

    /// Alice asks for something and gets it; the vault keeps nothing but the position, and has approved nobody.
    fn asks(&mut self, call: impl SolCall) -> Receipt {
        let receipt = self.stage.succeeds(self.call(ALICE, call));
        let (market, chain, dm) = (self.stage.market(), &self.stage.chain, self.stage.dm.address);
        let given = [market.token.allowance(chain, self.vault, dm), market.allowance(chain, self.vault, dm)];
        assert_eq!(given, [U256::ZERO; 2], "the vault has approved the contract");
        assert_eq!(market.token.balance_of(chain, self.vault), U256::ZERO, "something is left in the vault");
        receipt
    }

    /// The vault's position is that, but for what conversions cost; and so is what the call returned.
    fn has(&self, receipt: &Receipt, deposit: U256, debt: U256) {
        let position = self.stage.market().position(&self.stage.chain, self.vault);
        assert!(near(position.deposit, deposit) && near(position.debt, debt), "{position:?}");
        let (collateral, owed) = <(U256, U256)>::abi_decode_params(&receipt.output).unwrap();
        assert!(near(collateral, deposit) && near(owed, debt), "{collateral} {owed}");
    }
}

#[test]
fn a_vault_raises_and_lowers_its_own_leverage() {
    let mut vaulted = Vaulted::new();
    let receipt = vaulted.asks(raiseCall { deposit: usdc(60), ratio: times(3), bounds: loose() });
    vaulted.has(&receipt, usdc(180), usdc(120));
    assert_eq!(vaulted.stage.alices_wallet(), usdc(40));
    let receipt = vaulted.asks(raiseCall { deposit: usdc(40), ratio: times(4), bounds: loose() });
    vaulted.has(&receipt, usdc(400), usdc(300));
    let receipt = vaulted.asks(lowerCall { withdraw: usdc(50), ratio: times(2), bounds: loose() });
    vaulted.has(&receipt, usdc(100), usdc(50));
    assert_eq!(vaulted.stage.alices_wallet(), usdc(50));
    assert_eq!(vaulted.stage.alice().deposit, U256::ZERO, "the position is not Alice's");
}

#[test]
fn a_vault_closes_to_its_owner() {
    let mut vaulted = Vaulted::leveraged();
    vaulted.stage.chain.advance_time(30_000_000);
    let receipt = vaulted.asks(lowerCall { withdraw: manager::ALL, ratio: times(1), bounds: loose() });
    vaulted.has(&receipt, U256::ZERO, U256::ZERO);
    let market = vaulted.stage.market();
    assert_eq!(market.floating_shares(&vaulted.stage.chain, vaulted.vault), U256::ZERO);
    assert_eq!(market.shares(&vaulted.stage.chain, vaulted.vault), U256::ZERO);
    assert!(vaulted.stage.alices_wallet() > usdc(50), "{}", vaulted.stage.alices_wallet());
}

#[test]
fn our_errors_reach_the_owner_as_they_are() {
    let mut vaulted = Vaulted::leveraged();
    let position = vaulted.stage.market().position(&vaulted.stage.chain, vaulted.vault);
    let bounds = Bounds { deadline: U256::ONE, ..manager::loose_bounds() };
    let late = raiseCall { deposit: U256::ZERO, ratio: times(4), bounds: limits(bounds) };
    let timestamp = U256::from(vaulted.stage.chain.next_timestamp());
    let tx = vaulted.call(ALICE, late);
    vaulted.stage.reverts(tx, &DeadlinePassed { deadline: U256::ONE, timestamp });

    let lower = lowerCall { withdraw: U256::ZERO, ratio: times(5), bounds: loose() };
    let receipt = vaulted.stage.send(vaulted.call(ALICE, lower));
    let error = WrongDirection::abi_decode(&receipt.output).unwrap();
    assert!(near(error.debtTarget, usdc(400)) && near(error.debt, usdc(200)), "{}", receipt.output);

    // What the lender says is inside of what the flash source passes on: there is not so much leverage to be had.
    let raise = raiseCall { deposit: U256::ZERO, ratio: times(9), bounds: loose() };
    let receipt = vaulted.stage.send(vaulted.call(ALICE, raise));
    let error = WrappedError::abi_decode(&receipt.output).unwrap();
    assert_eq!(error.target, vaulted.stage.world.balancer.vault);
    let inner = WrappedError::abi_decode(&error.reason).unwrap();
    assert!(inner.target == vaulted.stage.market().address && !inner.reason.is_empty());
    assert_eq!(vaulted.stage.market().shares(&vaulted.stage.chain, ALICE), U256::ZERO);
    let now = vaulted.stage.market().position(&vaulted.stage.chain, vaulted.vault);
    assert!(near(now.debt, position.debt) && near(now.deposit, position.deposit));
}

#[test]
fn a_bound_that_is_broken_is_named_with_its_numbers() {
    let mut vaulted = Vaulted::leveraged();
    let bounds = Bounds { debtMax: usdc(250), ..manager::loose_bounds() };
    let raise = raiseCall { deposit: U256::ZERO, ratio: times(4), bounds: limits(bounds) };
    let receipt = vaulted.stage.send(vaulted.call(ALICE, raise));
    let error = DebtAboveMax::abi_decode(&receipt.output).unwrap();
    assert!(near(error.debt, usdc(300)) && error.debtMax == usdc(250), "{}", receipt.output);
    assert!(EquityLossAboveMax::abi_decode(&receipt.output).is_err());
}

#[test]
fn one_error_may_be_an_answer() {
    let mut vaulted = Vaulted::leveraged();
    let bounds = Bounds { healthFactorMin: wad(115), ..manager::loose_bounds() };
    let far = raiseAsFarAsHealthyCall { ratio: wad(450), step: wad(25), bounds: limits(bounds.clone()) };
    let receipt = vaulted.asks(far);
    let reached = U256::from_be_slice(&receipt.output);
    assert!(reached > times(3) && reached < wad(450), "{reached}");
    let chain = &vaulted.stage.chain;
    let health = vaulted.stage.world.exactly.health_factor(chain, vaulted.vault);
    assert!(health >= wad(115), "{health}");

    // One step more is refused, and that is the error that was passed over.
    let more = raiseCall { deposit: U256::ZERO, ratio: reached + wad(25), bounds: limits(bounds) };
    let receipt = vaulted.stage.send(vaulted.call(ALICE, more));
    let error = HealthFactorBelowMin::abi_decode(&receipt.output).unwrap();
    assert!(error.healthFactor < wad(115) && error.healthFactorMin == wad(115));

    // Any other error stays one, through the hands of the vault.
    let less = raiseAsFarAsHealthyCall { ratio: times(2), step: wad(25), bounds: loose() };
    let receipt = vaulted.stage.send(vaulted.call(ALICE, less));
    assert!(WrongDirection::abi_decode(&receipt.output).is_ok(), "{}", receipt.output);
}

#[test]
fn nobody_else_commands_a_vault() {
    let mut vaulted = Vaulted::leveraged();
    let lower = lowerCall { withdraw: manager::ALL, ratio: times(1), bounds: loose() };
    let tx = vaulted.call(ATTACKER, lower);
    vaulted.stage.reverts(tx, &NotOwner { caller: ATTACKER });
    // Nor can anyone use its position through the contract: it has approved nobody outside of its calls.
    let market = vaulted.stage.market().address;
    let close = vaulted.stage.dm.send(ATTACKER, manager::deleverage(market, manager::ALL, times(1)));
    let before = vaulted.stage.market().position(&vaulted.stage.chain, vaulted.vault);
    vaulted.stage.send(close);
    let after = vaulted.stage.market().position(&vaulted.stage.chain, vaulted.vault);
    assert!(near(before.debt, after.debt) && near(before.deposit, after.deposit));
}
