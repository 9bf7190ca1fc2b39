//! The preview on a stage, and what an account has, read once more from the lender's and the tokens' own views.

use crate::stage::{ALICE, Stage, wasm_of};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolValue;
use debt_manager::abi::{
    IDebtManager::{self, Market},
    IDebtPreview::{Account, Position, Preview, Reason},
    IExactlyMarket::penaltyRateCall,
};
use devnet::{Chain, Receipt, Tx};
use protocols::{
    DebtPreview, ExactlyMarket,
    deployer::ask,
    exactly::WAD,
    manager::{Order, Verb},
};
use std::{fmt::Debug, sync::OnceLock};

/// A health factor that is not asked for.
const NO_MATTER: U256 = U256::ZERO;

/// An operation, and whose.
pub(crate) struct Asked {
    pub(crate) account: Address,
    pub(crate) from: Market,
    pub(crate) to: Market,
    pub(crate) calldata: Vec<u8>,
}

/// An order from whose operation the first position can be told.
pub(crate) trait Begins: Verb {
    fn from(&self) -> Market;
}
impl Begins for IDebtManager::Leverage {
    fn from(&self) -> Market {
        self.market.clone()
    }
}
impl Begins for IDebtManager::Deleverage {
    fn from(&self) -> Market {
        self.market.clone()
    }
}
impl Begins for IDebtManager::Migrate {
    fn from(&self) -> Market {
        self.market.clone()
    }
}

/// An order of an account's own.
pub(crate) fn own<O: Begins>(account: Address, order: &Order<O>) -> Asked {
    let (from, to) = (order.operation.from(), order.operation.clone().market().clone());
    Asked { account, from, to, calldata: order.calldata() }
}

/// What is compared: everything, also where it cannot be printed.
fn equal<T: SolValue>(what: &str, is: &T, should: &T, shows: impl Debug) {
    assert!(is.abi_encode() == should.abi_encode(), "{what}: {shows:?}");
}

fn shown(account: &Account) -> [U256; 9] {
    let Account { from, to, collateralValue, debtValue, healthFactor } = account;
    let of = |position: &Position| [position.collateral, position.debt, position.ratio];
    let [[a, b, c], [d, e, f]] = [of(from), of(to)];
    [a, b, c, d, e, f, *collateralValue, *debtValue, *healthFactor]
}

impl Stage {
    /// The preview, deployed on this stage.
    pub(crate) fn preview(&mut self) -> DebtPreview {
        static WASM: OnceLock<Vec<u8>> = OnceLock::new();
        DebtPreview::deploy(&mut self.chain, WASM.get_or_init(|| wasm_of("debt_preview.wasm"))).unwrap()
    }

    fn market_at(&self, address: Address) -> ExactlyMarket {
        let markets = self.world.exactly.markets;
        markets.into_iter().find(|market| market.address == address).unwrap()
    }

    /// What an account owes somewhere at a moment of the chain, by the lender's own views; with the penalty when late.
    fn owes(&self, chain: &Chain, account: Address, position: &Market) -> U256 {
        let market = self.market_at(position.debt);
        if position.maturity.is_zero() {
            return market.floating_debt(chain, account);
        }
        let face = market.fixed_borrow(chain, position.maturity, account).total();
        let late = U256::from(chain.latest().timestamp).saturating_sub(position.maturity);
        let rate = ask(chain, market.address, penaltyRateCall {});
        face + face * (late * rate) / U256::from(WAD)
    }

    fn position_of(&self, chain: &Chain, account: Address, position: &Market) -> Position {
        let collateral = self.market_at(position.collateral).position(chain, account).deposit;
        let debt = self.owes(chain, account, position);
        let (of, unit) = (self.market_at(position.debt).token, self.market_at(position.collateral).token);
        let owed = if of.address == unit.address { debt } else { self.worth_up(debt, of.asset, unit.asset) };
        let principal = collateral.saturating_sub(owed);
        let ratio = match collateral.is_zero() {
            true => U256::ZERO,
            false => (collateral * U256::from(WAD)).checked_div(principal).unwrap_or(U256::MAX),
        };
        Position { collateral, debt, ratio }
    }

    /// An account with two positions at a moment of the chain, by the lender's own views.
    pub(crate) fn account_of(&self, chain: &Chain, asked: &Asked) -> Account {
        let health = self.world.exactly.liquidity(chain, asked.account);
        Account {
            from: self.position_of(chain, asked.account, &asked.from),
            to: self.position_of(chain, asked.account, &asked.to),
            collateralValue: health.collateral,
            debtValue: health.debt,
            healthFactor: self.world.exactly.health_factor(chain, asked.account),
        }
    }

    /// What the preview says of an order of Alice's.
    pub(crate) fn previews<O: Verb>(&self, preview: DebtPreview, order: &Order<O>) -> Preview {
        preview.ask(&self.chain, self.dm, ALICE, order, NO_MATTER)
    }

    /// What the preview says of an order of Alice's is what happens, to the last unit.
    pub(crate) fn happens<O: Begins>(&mut self, preview: DebtPreview, order: &Order<O>) -> Preview {
        let tx = self.dm.send(ALICE, order.clone());
        self.happens_by(preview, &own(ALICE, order), tx).0
    }

    /// The same for what a transaction does.
    pub(crate) fn happens_by(&mut self, preview: DebtPreview, asked: &Asked, tx: Tx) -> (Preview, Receipt) {
        let said = preview.ask_of(&self.chain, self.dm, asked.account, asked.calldata.clone(), NO_MATTER);
        assert!(
            said.reason as u8 == Reason::None as u8 && said.failure.is_empty(),
            "{}: {}",
            said.reason as u8,
            said.failure
        );
        let before = self.account_of(&self.eve(), asked);
        equal("before", &said.before, &before, (shown(&said.before), shown(&before)));
        let had: Vec<U256> = said.wallet.iter().map(|change| self.has(change.asset, asked.account)).collect();
        let receipt = self.succeeds(tx);
        let afterwards = self.account_of(&self.chain, asked);
        equal("afterwards", &said.afterwards, &afterwards, (shown(&said.afterwards), shown(&afterwards)));
        assert_eq!(receipt.output.as_ref(), (said.collateral, said.debt).abi_encode(), "what the contract returned");
        for (change, had) in said.wallet.iter().zip(had) {
            let has = self.has(change.asset, asked.account);
            let moved = [had.saturating_sub(has), has.saturating_sub(had)];
            assert_eq!([change.paid, change.received], moved, "the wallet's {}", change.asset);
        }
        (said, receipt)
    }

    fn has(&self, asset: Address, account: Address) -> U256 {
        ask(&self.chain, asset, debt_manager::abi::IERC20::balanceOfCall { account })
    }

    /// An order of Alice's would fail for a reason, with the error that the transaction has, and her account would stay
    /// as it is.
    pub(crate) fn would_fail<O: Begins>(&mut self, preview: DebtPreview, order: &Order<O>, reason: Reason) -> Preview {
        let said = self.previews(preview, order);
        assert!(said.reason as u8 == reason as u8, "{} for {}", said.reason as u8, said.failure);
        equal("afterwards", &said.afterwards, &said.before, shown(&said.afterwards));
        let tx = self.dm.send(ALICE, order.clone());
        let receipt = self.send(tx);
        assert!(!receipt.success && receipt.output == said.failure, "{} {}", said.failure, receipt.output);
        said
    }
}
