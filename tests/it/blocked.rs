//! E3: a token whose issuer blocks accounts, or stops it altogether, as Circle's USDC can be. Everybody who has a part in
//! an operation is blocked in turn: it is refused by name and changes nothing, or does not need who is blocked.

use crate::{
    pairs::{SHORT_ETH, stake},
    stage::{ALICE, BYSTANDER, Stage, near, times, usdc},
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError, sol};
use debt_manager::abi::IDebtManager::{FlashSource, WrappedError};
use devnet::Tx;
use protocols::{Account, Asset::Usdc, deployer::execute, manager};

sol! {
    interface IIssuer {
        function blacklist(address account) external;
        function unBlacklist(address account) external;
        function pause() external;
        function unpause() external;
    }
}

/// The issuer does something to its token.
fn issuer<C: SolCall>(stage: &mut Stage, call: C) {
    let token = stage.market().token.address;
    execute(&mut stage.chain, C::SIGNATURE, Tx::call(Account::DEPLOYER.0, token, call.abi_encode())).unwrap();
}

fn block(stage: &Stage, account: Address) -> Stage {
    let mut stage = stage.clone();
    issuer(&mut stage, IIssuer::blacklistCall { account });
    stage
}

/// Alice has 60 of her 100 USDC at three times.
fn leveraged() -> Stage {
    let mut stage = Stage::new();
    stage.alice_leverages(usdc(60), times(3));
    stage
}

fn raises(stage: &Stage, deposit: U256) -> Tx {
    stage.dm.send(ALICE, manager::leverage(stage.market().address, deposit, times(4)))
}

fn lowers(stage: &Stage, withdraw: U256, ratio: U256) -> Tx {
    stage.dm.send(ALICE, manager::deleverage(stage.market().address, withdraw, ratio))
}

/// It is refused by whom it is said to be, and Alice has what she had.
fn is_refused(stage: &mut Stage, tx: Tx) {
    let before = stage.belongings(ALICE);
    let receipt = stage.send(tx);
    assert!(!receipt.success && WrappedError::abi_decode(&receipt.output).is_ok(), "{}", receipt.output);
    assert_eq!(stage.belongings(ALICE), before);
}

#[test]
fn e3_a_blocked_account_repays_all_that_it_owes() {
    let mut stage = block(&leveraged(), ALICE);
    for tx in [raises(&stage, usdc(1)), lowers(&stage, manager::ALL, times(1)), lowers(&stage, usdc(1), times(2))] {
        is_refused(&mut stage, tx);
    }
    // As long as nothing comes from its wallet or goes there, it is not asked.
    stage.succeeds(raises(&stage, U256::ZERO));
    stage.succeeds(lowers(&stage, U256::ZERO, times(1)));
    let position = stage.alice();
    assert!(near(position.deposit, usdc(60)) && position.debt.is_zero(), "{position:?}");
    let close = manager::deleverage(stage.market().address, manager::ALL, times(1));
    stage.clone().succeeds(stage.dm.send(BYSTANDER, close));
    issuer(&mut stage, IIssuer::unBlacklistCall { account: ALICE });
    stage.succeeds(lowers(&stage, manager::ALL, times(1)));
    assert!(near(stage.alices_wallet(), usdc(100)));
}

#[test]
fn e3_a_blocked_contract_vault_or_market_refuses_until_it_is_not() {
    let stage = leveraged();
    for account in [stage.dm.address, stage.world.balancer.vault, stage.market().address] {
        let mut blocked = block(&stage, account);
        for tx in [raises(&stage, usdc(1)), lowers(&stage, manager::ALL, times(1)), lowers(&stage, usdc(1), times(2))] {
            is_refused(&mut blocked, tx);
        }
        issuer(&mut blocked, IIssuer::unBlacklistCall { account });
        blocked.succeeds(lowers(&blocked, manager::ALL, times(1)));
        assert!(near(blocked.alices_wallet(), usdc(100)));
    }
}

#[test]
fn e3_one_blocked_source_is_not_all_of_them() {
    let stage = Stage::crossing();
    let (vault, pool) = (stage.world.balancer.vault, stage.world.uniswap.pool(Usdc, protocols::Asset::Weth).address);
    let buys = |source| stage.dm.send(ALICE, SHORT_ETH.raises(&stage, stake(Usdc), times(2)).flashing(source));
    let mut no_vault = block(&stage, vault);
    is_refused(&mut no_vault, buys(FlashSource::BalancerV2));
    no_vault.succeeds(buys(FlashSource::UniswapV3));
    let mut no_pool = block(&stage, pool);
    is_refused(&mut no_pool, buys(FlashSource::BalancerV2));
    is_refused(&mut no_pool, buys(FlashSource::UniswapV3));
}

#[test]
fn e3_a_token_that_is_stopped_refuses_until_it_goes_on() {
    let mut stage = leveraged();
    issuer(&mut stage, IIssuer::pauseCall {});
    for tx in [raises(&stage, usdc(1)), raises(&stage, U256::ZERO), lowers(&stage, manager::ALL, times(1))] {
        is_refused(&mut stage, tx);
    }
    issuer(&mut stage, IIssuer::unpauseCall {});
    stage.succeeds(lowers(&stage, manager::ALL, times(1)));
    assert!(near(stage.alices_wallet(), usdc(100)));
}
