//! Operations in the form that the contract takes, made of what a step says and what there is.

use crate::{
    amount::{Amount, Facts},
    books::Books,
    coin::Coin,
    stage::Stage,
    step::{Limits, Operation, Place, Route, Term, Verb},
};
use alloy_primitives::{Address, Bytes, U256};
use debt_manager::abi::IDebtManager::{
    Authorization, Bounds, Deleverage, FlashSource, Lender, Leverage, Market, Migrate, Signed, Size, Target,
};
use protocols::{
    Asset, DebtManager,
    exactly::fixed,
    manager::{self, Fee, Order},
    signing::permit2::{Permit, Witness},
};

/// An order of any verb.
#[derive(Clone)]
pub(crate) enum AnyOrder {
    Leverage(Order<Leverage>),
    Deleverage(Order<Deleverage>),
    Migrate(Order<Migrate>),
}

/// Does the same with the order, whatever its verb is.
macro_rules! each {
    ($any:expr, $order:ident => $result:expr) => {
        match $any {
            AnyOrder::Leverage($order) => $result,
            AnyOrder::Deleverage($order) => $result,
            AnyOrder::Migrate($order) => $result,
        }
    };
}

/// Assets and a time: a position's place, found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) collateral: Coin,
    pub(crate) debt: Coin,
    pub(crate) maturity: U256,
}

/// An order, and where it leads.
#[derive(Clone)]
pub(crate) struct Placed {
    pub(crate) order: AnyOrder,
    pub(crate) from: Spot,
    /// Of a migration, where it leads; the same as `from` otherwise.
    pub(crate) to: Spot,
}

/// What an order asks for of the wallet, and most that it pays for a debt.
pub(crate) struct Asked {
    pub(crate) deposit: U256,
    /// Of everything, nothing is said here.
    pub(crate) withdrawal: U256,
    pub(crate) repay_max: U256,
}

impl AnyOrder {
    pub(crate) fn asked(&self) -> Asked {
        let mut asked = Asked { deposit: U256::ZERO, withdrawal: U256::ZERO, repay_max: U256::MAX };
        match self {
            Self::Leverage(order) => asked.deposit = order.operation.deposit,
            Self::Deleverage(order) if order.operation.withdraw == U256::MAX => {}
            Self::Deleverage(order) => asked.withdrawal = order.operation.withdraw,
            Self::Migrate(order) => asked.repay_max = order.operation.repayMax,
        }
        asked
    }

    pub(crate) fn calldata(&self) -> Vec<u8> {
        each!(self, order => order.calldata())
    }

    pub(crate) fn calldata_for(&self, signed: Signed) -> Vec<u8> {
        each!(self, order => order.calldata_for(signed))
    }

    pub(crate) fn bounds(&mut self) -> &mut Bounds {
        each!(self, order => &mut order.operation.bounds)
    }

    pub(crate) fn authorizations(&mut self) -> &mut Vec<Authorization> {
        each!(self, order => &mut order.authorizations)
    }

    pub(crate) fn intent(&self, dm: DebtManager, asset: Address, nonce: U256, fee: Fee) -> (Permit, Witness) {
        each!(self, order => dm.intent(order, asset, nonce, fee))
    }
}

impl Stage {
    /// What amounts of an asset are relative to.
    pub(crate) fn facts(&self, books: &Books, asset: Coin, maturity: U256) -> Facts {
        let book = &books[asset as usize];
        let token = self.market(asset).token;
        Facts {
            deposit: book.deposit,
            debt: book.owed(maturity),
            wallet: book.wallet,
            vault: token.balance_of(&self.chain, self.world.balancer.vault),
            now: U256::from(self.chain.timestamp()),
            dollar_thousandths: asset.units(1_000) / U256::from(asset.dollars()),
        }
    }

    fn maturity(&self, books: &Books, asset: Coin, term: Term) -> U256 {
        match term {
            Term::Floating => U256::ZERO,
            Term::Pool(nth) => fixed::maturity(&self.chain, nth),
            Term::Odd(amount) => amount.resolve(&self.facts(books, asset, U256::ZERO)),
        }
    }

    fn find(&self, books: &Books, place: &Place) -> Spot {
        let Place { mut collateral, mut debt, term, held } = *place;
        let mut maturity = self.maturity(books, debt, term);
        let Some(nth) = held else { return Spot { collateral, debt, maturity } };
        let debts = Coin::ALL.into_iter().flat_map(|asset| {
            let book = &books[asset as usize];
            let floating = (!book.floating.is_zero()).then_some((asset, U256::ZERO));
            floating.into_iter().chain(book.fixed.iter().map(move |(maturity, _)| (asset, *maturity)))
        });
        let debts: Vec<(Coin, U256)> = debts.collect();
        if !debts.is_empty() {
            (debt, maturity) = debts[nth % debts.len()];
        }
        let worth =
            |asset: Coin| books[asset as usize].deposit * U256::from(1_000_000 * asset.dollars()) / asset.units(1);
        let most = Coin::ALL.into_iter().max_by_key(|asset| worth(*asset)).filter(|asset| !worth(*asset).is_zero());
        collateral = most.unwrap_or(collateral);
        Spot { collateral, debt, maturity }
    }

    fn path(&self, route: Route, sold: Coin, bought: Coin) -> Bytes {
        let third = Coin::TRADED.into_iter().find(|asset| *asset != sold && *asset != bought).unwrap_or(Coin::Usdc);
        let hops = match route {
            Route::Wrong => vec![third, sold],
            _ if sold == bought => return Bytes::new(),
            Route::Direct => vec![sold, bought],
            Route::Around => vec![sold, third, bought],
        };
        // Of what nothing trades there is no path.
        let hops: Option<Vec<Asset>> = hops.into_iter().map(Coin::asset).collect();
        hops.map(|hops| self.world.uniswap.path(&hops)).unwrap_or_default()
    }

    fn named(&self, spot: Spot) -> Market {
        let Spot { collateral, debt, maturity } = spot;
        let (collateral, debt) = (self.market(collateral).address, self.market(debt).address);
        Market { lender: Lender::Exactly, collateral, debt, maturity }
    }

    /// An operation on what somebody has.
    pub(crate) fn place(&self, books: &Books, operation: &Operation) -> Placed {
        let from = self.find(books, &operation.place);
        let mut to = from;
        if operation.verb == Verb::Migrate {
            to = self.find(books, &Place { held: None, ..operation.to });
            match operation.to.held {
                Some(0) => to.collateral = from.collateral,
                Some(_) => to = Spot { collateral: to.collateral, ..from },
                None => {}
            }
            if to == from {
                to.maturity = if from.maturity.is_zero() { fixed::maturity(&self.chain, 1) } else { U256::ZERO };
            }
        }
        let (facts, owed) =
            (self.facts(books, from.collateral, from.maturity), self.facts(books, from.debt, from.maturity));
        let sized = if operation.verb == Verb::Leverage { &facts } else { &owed };
        let size = Size {
            target: if operation.by_ratio { Target::Ratio } else { Target::Amount },
            value: operation.size.resolve(sized),
        };
        let assets = operation.assets.resolve(&facts);
        let swaps = (from.collateral != from.debt, from.debt != to.debt);
        let pool = operation.by_pool && if operation.verb == Verb::Migrate { swaps.1 } else { swaps.0 };
        let flash = if pool { FlashSource::UniswapV3 } else { FlashSource::BalancerV2 };
        let bounds = self.bounds(operation, &owed);
        let market = self.named(from);
        let order = match operation.verb {
            Verb::Leverage => AnyOrder::Leverage(Order {
                operation: Leverage { market, size, deposit: assets, flash, bounds },
                swaps: [self.path(operation.routes[0], from.debt, from.collateral), Bytes::new()],
                authorizations: Vec::new(),
            }),
            Verb::Deleverage => AnyOrder::Deleverage(Order {
                operation: Deleverage { market, size, withdraw: assets, flash, bounds },
                swaps: [self.path(operation.routes[0], from.collateral, from.debt), Bytes::new()],
                authorizations: Vec::new(),
            }),
            Verb::Migrate => {
                let [debt, collateral] = operation.portions.map(|portion: Amount| portion.resolve(&owed));
                let repay_max = operation.repay_max.resolve(&owed);
                let order = manager::migrate(market, self.named(to)).portions(debt, collateral);
                let mut order = order.paying_at_most(repay_max).flashing(flash).within(bounds);
                order.swaps = [
                    self.path(operation.routes[0], to.debt, from.debt),
                    self.path(operation.routes[1], from.collateral, to.collateral),
                ];
                AnyOrder::Migrate(order)
            }
        };
        Placed { order, from, to }
    }

    /// The bounds, but for those that are to be what comes out.
    fn bounds(&self, operation: &Operation, owed: &Facts) -> Bounds {
        let Limits::Wild(amounts) = operation.limits else { return manager::loose_bounds() };
        let [deadline, debt_max, collateral_min, loss_max, health_min] = amounts.map(|amount| amount.resolve(owed));
        Bounds {
            deadline,
            debtMax: debt_max,
            collateralMin: collateral_min,
            equityLossMax: loss_max,
            healthFactorMin: health_min,
        }
    }
}
