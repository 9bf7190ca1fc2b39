//! Each operation as a transaction to either manager.

use super::{
    case::{Case, Operation},
    permits::{Deposit, Signed},
    stage::Stage,
};
use crate::demo::Manager;
use alloy_primitives::U256;
use debt_manager::abi::IDebtManager::{Bounds, Market};
use devnet::Tx;
use eyre::{Result, bail};
use protocols::{
    Asset,
    exactly::{LeveragePermits, Permit, Roll, RollFixed, WAD},
    manager::{self, Order, Verb},
};

/// Most whole units of the asset that a debt may come to, and that a roll may pay.
const DEBT_MAX: u64 = 1_000;
/// Most whole units of the debt's asset that an operation may lose.
const LOSS_MAX: u64 = 10;

/// The transaction of a case.
pub(super) fn tx(stage: &Stage<'_>, case: Case, signed: &Signed) -> Result<Tx> {
    match stage.manager {
        Manager::Stylus => Ok(stylus(stage, case, signed)),
        Manager::Solidity => solidity(stage, case, signed),
    }
}

fn times(ratio: u64) -> U256 {
    U256::from(ratio) * U256::from(WAD)
}

/// Limits as a user states them. The health factor stays out: the other manager does not look at it.
fn bounds(stage: &Stage<'_>, owed: Asset) -> Bounds {
    Bounds {
        deadline: stage.deadline(),
        debtMax: owed.units(DEBT_MAX),
        collateralMin: U256::ZERO,
        equityLossMax: owed.units(LOSS_MAX),
        healthFactorMin: U256::ZERO,
    }
}

fn stylus(stage: &Stage<'_>, case: Case, signed: &Signed) -> Tx {
    let [usdc, weth, wsteth] = [Asset::Usdc, Asset::Weth, Asset::WstEth].map(|asset| stage.market(asset).address);
    let path = |sold, bought| stage.base.world.uniswap.path(&[sold, bought]);
    let [first, second] = stage.maturities;
    let roll = |from, to| {
        let position = |maturity| Market { maturity, ..manager::position(usdc, usdc) };
        let order = manager::migrate(position(from), position(to));
        send(stage, order.paying_at_most(Asset::Usdc.units(DEBT_MAX)), Asset::Usdc, signed)
    };
    match case.operation {
        Operation::Leverage(ratio) | Operation::LeverageFurther(ratio) | Operation::LeverageInThree(ratio) => {
            send(stage, manager::leverage(usdc, stage.deposit(), times(ratio)), Asset::Usdc, signed)
        }
        Operation::Deleverage => send(stage, manager::deleverage(usdc, manager::ALL, times(1)), Asset::Usdc, signed),
        Operation::RollToFixed => roll(U256::ZERO, first),
        Operation::RollFixed => roll(first, second),
        Operation::RollToFloating => roll(first, U256::ZERO),
        Operation::Short => {
            let order = manager::leverage(usdc, Asset::Usdc.units(100), times(2)).owing(weth);
            send(stage, order.swapping(path(Asset::Weth, Asset::Usdc)), Asset::Weth, signed)
        }
        Operation::Long => {
            let order = manager::leverage(weth, Asset::Weth.units(1) / U256::from(10), times(2)).owing(usdc);
            send(stage, order.swapping(path(Asset::Usdc, Asset::Weth)), Asset::Usdc, signed)
        }
        Operation::Close => {
            let order = manager::deleverage(usdc, manager::ALL, times(1)).owing(weth);
            send(stage, order.swapping(path(Asset::Usdc, Asset::Weth)), Asset::Weth, signed)
        }
        Operation::MoveCollateral => {
            let order = manager::migrate(manager::position(usdc, weth), manager::position(wsteth, weth));
            send(stage, order.swapping_collateral(path(Asset::Usdc, Asset::WstEth)), Asset::Weth, signed)
        }
        Operation::MoveDebt => {
            let order = manager::migrate(manager::position(usdc, weth), manager::position(usdc, usdc));
            send(stage, order.swapping(path(Asset::Usdc, Asset::Weth)), Asset::Usdc, signed)
        }
    }
}

fn send<O: Verb>(stage: &Stage<'_>, order: Order<O>, owed: Asset, signed: &Signed) -> Tx {
    let authorizations = signed.authorizations();
    let order = authorizations.into_iter().fold(order.within(bounds(stage, owed)), Order::authorized);
    stage.base.stylus.send(stage.account(), order)
}

fn solidity(stage: &Stage<'_>, case: Case, signed: &Signed) -> Result<Tx> {
    let (manager, account) = (stage.base.world.exactly.manager(), stage.account());
    let (market, deposit, max) = (stage.market(Asset::Usdc).address, stage.deposit(), Asset::Usdc.units(DEBT_MAX));
    let permit = signed.shares.as_ref().map(|(permit, signature)| Permit::signed(permit, signature));
    let [first, second] = stage.maturities;
    let roll = Roll { maturity: first, max_debt: max, percentage: times(1) };
    let tx = match case.operation {
        Operation::Leverage(ratio) | Operation::LeverageFurther(ratio) | Operation::LeverageInThree(ratio) => {
            manager.leverage(account, market, deposit, times(ratio), leverage_permits(permit, &signed.deposit))
        }
        Operation::Deleverage => manager.deleverage(account, market, stage.withdrawable()?, times(1), permit),
        Operation::RollToFixed => manager.roll_floating_to_fixed(account, market, roll, permit),
        Operation::RollToFloating => manager.roll_fixed_to_floating(account, market, roll, permit),
        Operation::RollFixed => {
            let (repay_maturity, borrow_maturity) = (first, second);
            let (max_repay, max_borrow, percentage) = (max, max, times(1));
            let roll = RollFixed { repay_maturity, borrow_maturity, max_repay, max_borrow, percentage };
            manager.roll_fixed(account, market, roll, permit)
        }
        Operation::Short | Operation::Long | Operation::Close | Operation::MoveCollateral | Operation::MoveDebt => {
            bail!("{}: Exactly's manager cannot do it", case.name())
        }
    };
    Ok(tx)
}

fn leverage_permits(shares: Option<Permit>, deposit: &Deposit) -> LeveragePermits {
    let Some(shares) = shares else { return LeveragePermits::None };
    match deposit {
        Deposit::Approved => LeveragePermits::Market(shares),
        Deposit::Token(permit, signature) => LeveragePermits::MarketAndToken(shares, Permit::signed(permit, signature)),
        Deposit::Permit2(permit, signature) => {
            LeveragePermits::MarketAndPermit2(shares, protocols::exactly::Permit2::signed(permit.deadline, signature))
        }
    }
}
