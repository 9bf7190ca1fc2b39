//! The world with a user, a bystander who has approved the contract for everything, and an attacker.

use alloy_primitives::{Address, Bytes, U256, address};
use alloy_sol_types::{SolCall, SolError};
use debt_manager::abi::{
    IBalancerV2Vault::flashLoanCall,
    IDebtManager::{self, WrappedError},
};
use devnet::{Chain, ChainConfig, Receipt, Tx};
use protocols::{Asset, DebtManager, Erc20, ExactlyMarket, Fixtures, PositionNow, World, exactly::WAD, manager};
use std::{env, fs, path::Path, sync::OnceLock};

/// Who the tests are about.
pub(crate) const ALICE: Address = address!("a11ce000000000000000000000000000000a11ce");
/// Who has a position and has approved everything, and to whom nothing may happen.
pub(crate) const BYSTANDER: Address = address!("b0b00000000000000000000000000000000b0b00");
/// Who means harm.
pub(crate) const ATTACKER: Address = address!("bad0000000000000000000000000000000000bad");

/// A chain with the world, the contract and its people.
#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) chain: Chain,
    pub(crate) world: &'static World,
    pub(crate) dm: DebtManager,
    /// Where the invariants are checked: the world's markets, and those that a test has listed.
    pub(crate) watched: Vec<ExactlyMarket<Erc20>>,
    /// To whom nothing may happen in transactions that are not their own.
    bystanders: Vec<Address>,
}

/// What must not change of an account that has no part in a transaction. Shares, since assets earn interest.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Holdings {
    ether: U256,
    nonce: u64,
    tokens: Vec<U256>,
    shares: Vec<U256>,
    allowances: Vec<U256>,
    owes: bool,
}

/// A market of any token.
pub(crate) fn erased<T: Copy + Into<Erc20>>(market: ExactlyMarket<T>) -> ExactlyMarket<Erc20> {
    let ExactlyMarket { address, token, price_feed } = market;
    ExactlyMarket { address, token: token.into(), price_feed }
}

/// What all tests begin with.
type Base = (Chain, World, DebtManager);

/// The release WASM: what `cargo xtask wasm` has built.
pub(crate) fn wasm() -> Vec<u8> {
    wasm_of("debt_manager.wasm")
}

/// The same of either program, which are in one folder.
pub(crate) fn wasm_of(file: &str) -> Vec<u8> {
    let built = concat!(env!("CARGO_MANIFEST_DIR"), "/target/wasm/devnet/debt_manager.wasm");
    let contract = env::var("DEBT_MANAGER_WASM").unwrap_or_else(|_| built.to_owned());
    let path = Path::new(&contract).with_file_name(file);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}: run `cargo xtask wasm`", path.display()))
}

fn base() -> &'static Base {
    static BASE: OnceLock<Base> = OnceLock::new();
    BASE.get_or_init(|| build(ChainConfig::default()))
}

fn build(config: ChainConfig) -> Base {
    let mut chain = Chain::new(config);
    let world = World::deploy(&mut chain, &Fixtures::open().unwrap()).unwrap();
    let dm = DebtManager::deploy(&mut chain, &wasm()).unwrap();
    (chain, world, dm)
}

/// So many USDC, in units.
pub(crate) fn usdc(whole: u64) -> U256 {
    Asset::Usdc.units(whole)
}

/// A ratio, 18 decimals.
pub(crate) fn times(ratio: u64) -> U256 {
    U256::from(ratio) * U256::from(WAD)
}

/// Whether amounts are equal but for the units that conversions to shares and back may cost.
pub(crate) fn near(a: U256, b: U256) -> bool {
    a.abs_diff(b) <= U256::from(10)
}

impl Stage {
    /// A world in which everyone has 100 USDC and has approved the contract, and the bystander has a position too.
    pub(crate) fn new() -> Self {
        Self::begin(base())
    }

    /// The same on another chain. The world lasts as long as the tests do.
    pub(crate) fn elsewhere(chain_id: u64) -> Self {
        Self::begin(Box::leak(Box::new(build(ChainConfig { chain_id, ..ChainConfig::default() }))))
    }

    fn begin((chain, world, dm): &'static Base) -> Self {
        let watched = world.exactly.markets.map(erased).to_vec();
        let mut stage = Self { chain: chain.clone(), world, dm: *dm, watched, bystanders: vec![ALICE, BYSTANDER] };
        for account in [ALICE, BYSTANDER, ATTACKER] {
            stage.welcome(account);
        }
        let position = manager::leverage(stage.market().address, usdc(50), times(2));
        stage.succeeds(stage.dm.send(BYSTANDER, position));
        stage
    }

    /// Lets nothing happen to an account in transactions that are not its own.
    pub(crate) fn watch(&mut self, account: Address) {
        self.bystanders.push(account);
    }

    /// Gives an account ether, 100 USDC, and lets the contract do everything for it.
    pub(crate) fn welcome(&mut self, account: Address) {
        let (market, dm) = (self.market(), self.dm.address);
        self.chain.set_balance(account, self.chain.config().funds());
        market.token.mint(&mut self.chain, account, usdc(100)).unwrap();
        market.token.approve(&mut self.chain, account, dm, U256::MAX).unwrap();
        market.approve(&mut self.chain, account, dm, U256::MAX).unwrap();
    }

    /// Exactly's USDC market.
    pub(crate) fn market(&self) -> ExactlyMarket {
        self.world.exactly.market(Asset::Usdc)
    }

    /// Alice's position in it.
    pub(crate) fn alice(&self) -> PositionNow {
        self.market().position(&self.chain, ALICE)
    }

    /// What is in Alice's wallet.
    pub(crate) fn alices_wallet(&self) -> U256 {
        self.market().token.balance_of(&self.chain, ALICE)
    }

    /// Alice raises her leverage to a ratio.
    pub(crate) fn alice_leverages(&mut self, deposit: U256, ratio: U256) -> Receipt {
        let operation = manager::leverage(self.market().address, deposit, ratio);
        self.succeeds(self.dm.send(ALICE, operation))
    }

    /// Alice lowers her leverage to a ratio.
    pub(crate) fn alice_deleverages(&mut self, withdraw: U256, ratio: U256) -> Receipt {
        let operation = manager::deleverage(self.market().address, withdraw, ratio);
        self.succeeds(self.dm.send(ALICE, operation))
    }

    /// Sends a transaction that must succeed.
    pub(crate) fn succeeds(&mut self, tx: Tx) -> Receipt {
        let receipt = self.send(tx);
        assert!(receipt.success, "reverted: {}", receipt.output);
        receipt
    }

    /// Sends a transaction that must revert with exactly this error.
    pub(crate) fn reverts(&mut self, tx: Tx, error: &impl SolError) {
        let receipt = self.send(tx);
        assert!(!receipt.success, "succeeded");
        assert_eq!(receipt.output, Bytes::from(error.abi_encode()));
    }

    /// Sends a transaction that must revert because a contract refused this call of ours, with exactly this reason.
    pub(crate) fn refused<C: SolCall>(&mut self, tx: Tx, target: Address, reason: &impl SolError) {
        let (reason, details) = (reason.abi_encode().into(), Bytes::new());
        self.reverts(tx, &WrappedError { target, selector: C::SELECTOR.into(), reason, details });
    }

    /// The same for a call that is made with Balancer's loan in hand: the vault passes the error on as it is.
    pub(crate) fn refused_in_loan<C: SolCall>(&mut self, tx: Tx, target: Address, reason: &impl SolError) {
        let (reason, details) = (reason.abi_encode().into(), Bytes::new());
        let inner = WrappedError { target, selector: C::SELECTOR.into(), reason, details };
        self.refused::<flashLoanCall>(tx, self.world.balancer.vault, &inner);
    }

    /// What an account has, but for what sending costs.
    pub(crate) fn belongings(&self, account: Address) -> Holdings {
        Holdings { ether: U256::ZERO, nonce: 0, ..self.holdings(account) }
    }

    /// Sends a transaction and checks the invariants.
    pub(crate) fn send(&mut self, tx: Tx) -> Receipt {
        let watched: Vec<Address> = self.bystanders.iter().copied().filter(|account| *account != tx.from).collect();
        let before: Vec<Holdings> = watched.iter().map(|account| self.holdings(*account)).collect();
        let contract_before = self.holdings(self.dm.address);
        let receipt = self.chain.send(tx).unwrap();
        let after: Vec<Holdings> = watched.iter().map(|account| self.holdings(*account)).collect();
        assert_eq!(before, after, "I4: somebody else's holdings changed");
        assert_eq!(contract_before, self.holdings(self.dm.address), "I1: the contract's holdings changed");
        self.contract_has_approved_nobody();
        receipt
    }

    fn holdings(&self, account: Address) -> Holdings {
        let (chain, dm) = (&self.chain, self.dm.address);
        let markets = &self.watched;
        Holdings {
            ether: chain.state().balance(account),
            nonce: chain.state().nonce(account),
            tokens: markets.iter().map(|market| market.token.balance_of(chain, account)).collect(),
            shares: markets.iter().map(|market| market.shares(chain, account)).collect(),
            allowances: markets
                .iter()
                .flat_map(|market| [market.token.allowance(chain, account, dm), market.allowance(chain, account, dm)])
                .collect(),
            owes: markets.iter().any(|market| !market.position(chain, account).debt.is_zero()),
        }
    }

    /// I2: over all tokens and shares, and everyone whom the contract meets.
    fn contract_has_approved_nobody(&self) {
        let (chain, dm, exactly) = (&self.chain, self.dm.address, &self.world.exactly);
        let mut met = vec![self.world.balancer.vault, self.world.permit2, exactly.auditor, ALICE, BYSTANDER, ATTACKER];
        met.extend(self.watched.iter().map(|market| market.address));
        met.extend(self.world.uniswap.pools().iter().map(|pool| pool.address));
        for market in &self.watched {
            for spender in &met {
                let given = [market.token.allowance(chain, dm, *spender), market.allowance(chain, dm, *spender)];
                assert_eq!(given, [U256::ZERO; 2], "I2: the contract has approved {spender}");
            }
        }
    }

    /// The bounds that an operation has if nothing is said.
    pub(crate) fn loose() -> IDebtManager::Bounds {
        manager::loose_bounds()
    }
}
