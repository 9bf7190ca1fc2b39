//! Exactly, as deployed on Optimism: Auditor, three markets, and its own Solidity DebtManager as what to beat.

mod abi;
mod deploy;
pub mod fixed;
mod listing;
mod market;
mod permits;
mod previewer;
mod rewards;
mod risk;
mod solidity;

use crate::tokens::Asset;
pub use abi::*;
use alloy_primitives::Address;
use deploy::Foundation;
pub(crate) use deploy::{auditor, complete, previewer_proxy};
pub use fixed::{FixedPool, FixedPosition};
pub use listing::{Rates, Terms};
pub use market::{ExactlyMarket, PositionNow};
pub use previewer::{AvailableAsset, DebtPreviewer, Leverage, Limit};
pub use rewards::Rewards;
pub use risk::Liquidity;
pub use solidity::{LeveragePermits, Roll, RollFixed, SolidityManager};

/// One, at 18 decimals.
pub const WAD: u64 = 1_000_000_000_000_000_000;
/// A dollar, in the feeds' 8 decimals.
pub(crate) const PRICE: i64 = 100_000_000;

/// Exactly's contracts.
#[derive(Clone, Debug)]
pub struct Exactly {
    foundation: Foundation,
    /// Lists the markets.
    pub auditor: Address,
    /// In the order of [`Asset::ALL`].
    pub markets: [ExactlyMarket; 3],
    /// Exactly's own DebtManager: the proxy that users call, and what it runs.
    pub solidity_manager: [Address; 2],
    /// Answers what an operation of that one would do: the proxy.
    pub debt_previewer: Address,
}

impl Exactly {
    /// A market by its asset.
    #[must_use]
    pub const fn market(&self, asset: Asset) -> ExactlyMarket {
        self.markets[asset as usize]
    }
}
