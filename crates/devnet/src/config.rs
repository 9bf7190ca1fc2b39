//! What a chain starts with.

use alloy::signers::local::{MnemonicBuilder, PrivateKeySigner, coins_bip39::English};
use alloy_primitives::{Address, Bytes, U256, utils::Unit};
use stylus::params::ArbOs;

/// The mnemonic that every development chain funds: whoever reads this can spend from its accounts.
pub const MNEMONIC: &str = "test test test test test test test test test test test junk";
/// Ether of each development account.
const FUNDS: u64 = 10_000;
/// Most gas in a block: Arbitrum bounds transactions by other means.
pub const BLOCK_GAS_LIMIT: u64 = 1 << 50;

/// What a chain starts with.
#[derive(Clone, Debug)]
pub struct ChainConfig {
    /// The chain's identifier.
    pub chain_id: u64,
    /// The version of ArbOS.
    pub arbos: ArbOs,
    /// Seconds since the epoch at which the chain starts. Fixed, so that every run is the same.
    pub genesis_time: u64,
    /// Seconds from a block to the next.
    pub block_time: u64,
    /// Wei of a unit of gas.
    pub base_fee: u64,
    /// Funded accounts.
    pub accounts: u32,
    /// Blocks whose state is kept.
    pub history: usize,
    /// Code that is there from the beginning.
    pub genesis: Vec<(Address, Bytes)>,
    /// Nitro's own Brotli dictionary, if programs are to use it.
    pub stylus_dictionary: Option<Bytes>,
}

impl Default for ChainConfig {
    fn default() -> Self {
        Self {
            chain_id: 412_346,
            arbos: ArbOs::V61,
            genesis_time: 1_750_000_000,
            block_time: 1,
            base_fee: 100_000_000,
            accounts: 10,
            history: 256,
            genesis: Vec::new(),
            stylus_dictionary: None,
        }
    }
}

impl ChainConfig {
    /// The keys of the funded accounts.
    #[must_use]
    pub fn signers(&self) -> Vec<PrivateKeySigner> {
        let signer = |index| MnemonicBuilder::<English>::default().phrase(MNEMONIC).index(index)?.build();
        (0..self.accounts).filter_map(|index| signer(index).ok()).collect()
    }

    /// Wei of each funded account.
    #[must_use]
    pub fn funds(&self) -> U256 {
        U256::from(FUNDS) * Unit::ETHER.wei()
    }
}
