//! What somebody has and owes, token by token, in units.

use crate::{
    coin::{Coin, Each},
    stage::Stage,
};
use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::sol;
use protocols::{
    Erc20, ExactlyMarket,
    deployer::ask,
    exactly::{FixedPosition, fixed::INTERVAL},
};

sol! {
    function accounts(address account) external view returns (uint256 fixedDeposits, uint256 fixedBorrows, uint256 floatingBorrowShares);
    function convertToAssets(uint256 shares) external view returns (uint256);
    function maxWithdraw(address owner) external view returns (uint256);
    function previewRefund(uint256 shares) external view returns (uint256);
}

/// Shares of which the worth is told: many, so that it is told to many digits.
const SHARES: U256 = U256::from_limbs([0, 1 << 40, 0, 0]);

/// Somebody's dealings in one token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// What is in the wallet.
    pub wallet: U256,
    /// What is deposited, rounded down.
    pub deposit: U256,
    /// What 2^104 shares of anybody's are worth.
    pub share_price: U256,
    /// What is owed at the floating rate, rounded up.
    pub floating: U256,
    /// What is owed at maturities.
    pub fixed: Vec<(U256, FixedPosition)>,
}

/// Somebody's dealings, in the order of [`Coin::ALL`].
pub type Books = Each<Book>;

impl Book {
    /// What is owed until a maturity; 0 for the floating rate. Without penalties.
    #[must_use]
    pub fn owed(&self, maturity: U256) -> U256 {
        if maturity.is_zero() {
            return self.floating;
        }
        let found = self.fixed.iter().find(|(known, _)| *known == maturity);
        found.map_or(U256::ZERO, |(_, position)| position.total())
    }

    /// What a change of the shares' worth makes of a deposit in them, at most.
    pub(crate) fn revalued(&self, before: &Self) -> U256 {
        let change = self.share_price.abs_diff(before.share_price);
        let held = self.deposit.max(before.deposit) + U256::ONE;
        (held * change).checked_div(before.share_price).unwrap_or_default()
    }

    /// All that is there less all that is owed.
    #[must_use]
    pub(crate) fn net(&self) -> I256 {
        let owed = self.fixed.iter().fold(self.floating, |sum, (_, position)| sum + position.total());
        I256::from_raw(self.wallet + self.deposit) - I256::from_raw(owed)
    }
}

/// Asks a market.
fn look(stage: &Stage, market: &ExactlyMarket<Erc20>, account: Address) -> Book {
    let chain = &stage.chain;
    let wallet = market.token.balance_of(chain, account);
    let known = ask(chain, market.address, accountsCall { account });
    let deposit = ask(chain, market.address, maxWithdrawCall { owner: account });
    let share_price = ask(chain, market.address, convertToAssetsCall { shares: SHARES });
    let floating = match known.floatingBorrowShares.is_zero() {
        true => U256::ZERO,
        false => ask(chain, market.address, previewRefundCall { shares: known.floatingBorrowShares }),
    };
    let fixed = maturities(known.fixedBorrows)
        .map(|maturity| (maturity, market.fixed_borrow(chain, maturity, account)))
        .collect();
    Book { wallet, deposit, share_price, floating, fixed }
}

/// The maturities that a market has packed into a word: the first one in 32 bits, and a bit for it and each that follows.
fn maturities(packed: U256) -> impl Iterator<Item = U256> {
    let first = packed.as_limbs()[0] & u64::from(u32::MAX);
    (0..224_u64)
        .filter(move |index| packed.bit(32 + *index as usize))
        .map(move |index| U256::from(first + index * INTERVAL))
}

/// What somebody has and owes now.
#[must_use]
pub(crate) fn of(stage: &Stage, account: Address) -> Books {
    Coin::ALL.map(|asset| look(stage, &stage.market(asset), account))
}
