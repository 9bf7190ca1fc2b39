//! What happens beside the contract: the lender's own operations, prices, the flash source's liquidity and its fee, and
//! liquidations.

use crate::{amount::Amount, books, coin::Coin, people::Person, stage::Stage, step::Action};
use alloy_primitives::{I256, U256};
use eyre::Result;
use protocols::{Account, exactly::fixed};

/// Dollars of each asset that the flash source is filled to.
const VAULT: u64 = 10_000_000;
/// A dollar of a price feed, times a thousand.
const FEED: u64 = 100_000;
/// A millionth, at 18 decimals.
const MILLIONTH: u64 = 1_000_000_000_000;

impl Stage {
    /// Somebody deals with the lender.
    pub(crate) fn lend(&mut self, person: Person, action: Action, asset: Coin, amount: Amount, nth: u64) -> Result<()> {
        let (account, market) = (person.address(), self.market(asset));
        let books = books::of(self, account);
        let held = books[asset as usize].fixed.first().map(|(maturity, _)| *maturity);
        let maturity = match action {
            Action::RepayFixed => held.unwrap_or_default(),
            Action::BorrowFixed | Action::DepositFixed => fixed::maturity(&self.chain, nth),
            _ => U256::ZERO,
        };
        let units = amount.resolve(&self.facts(&books, asset, maturity));
        let exactly = self.world.exactly.clone();
        let chain = &mut self.chain;
        let done = match action {
            Action::Deposit => market.deposit(chain, account, units),
            Action::Borrow => market.borrow(chain, account, units),
            Action::Repay => market.repay(chain, account, units),
            Action::Withdraw => market.withdraw(chain, account, units),
            Action::DepositFixed => market.deposit_at_maturity(chain, account, maturity, units).map(drop),
            Action::BorrowFixed => market.borrow_at_maturity(chain, account, maturity, units).map(drop),
            Action::RepayFixed => market.repay_at_maturity(chain, account, maturity, units).map(drop),
            Action::Enter => exactly.enter_market(chain, account, &market),
            Action::Exit => exactly.exit_market(chain, account, &market),
        };
        Ok(done?)
    }

    /// The price is thousandths of what it was in the beginning.
    pub(crate) fn reprice(&mut self, asset: Coin, thousandths: u64) -> Result<()> {
        let price = I256::unchecked_from(asset.dollars() * thousandths * FEED);
        Ok(self.market(asset).set_price_exact(&mut self.chain, price)?)
    }

    /// The flash source has so much left, or as much as in the beginning.
    pub(crate) fn refill(&mut self, asset: Coin, left: Option<Amount>) -> Result<()> {
        let (token, vault) = (self.market(asset).token, self.world.balancer.vault);
        let facts = self.facts(&Default::default(), asset, U256::ZERO);
        let wanted = left.map_or(asset.units(VAULT / asset.dollars()), |left| left.resolve(&facts));
        match wanted.checked_sub(facts.vault) {
            Some(missing) => self.give(asset, vault, missing),
            None => Ok(token.transfer(&mut self.chain, vault, Account::DEPOSITOR.0, facts.vault - wanted)?),
        }
    }

    /// The attacker liquidates somebody as far as the wallet reaches.
    pub(crate) fn liquidate(&mut self, person: Person, debt: Coin, collateral: Coin) -> Result<()> {
        let (attacker, seized) = (Person::Attacker.address(), self.market(collateral));
        let market = self.market(debt);
        let units = market.token.balance_of(&self.chain, attacker);
        market.liquidate(&mut self.chain, attacker, person.address(), units, &seized)?;
        Ok(())
    }

    /// The flash source charges so many millionths.
    pub(crate) fn charge(&mut self, millionths: u64) -> Result<()> {
        let balancer = self.world.balancer;
        Ok(balancer.set_flash_fee(&mut self.chain, U256::from(millionths) * U256::from(MILLIONTH))?)
    }
}
