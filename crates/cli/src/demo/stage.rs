//! Where an operation is shown: an account with something in its wallet and one manager, on a copy of the world.

use super::{Base, Manager};
use alloy_primitives::{Address, B256, Bytes, U256, address};
use debt_manager::abi::IDebtManager::{Authorization, AuthorizationKind, Bounds, Signed};
use devnet::{Chain, Tx};
use eyre::{Result, ensure};
use protocols::{
    Asset, Erc20, ExactlyMarket, PositionNow,
    exactly::WAD,
    manager::{self, Fee, Order, Signable, Verb},
    permit2::PERMIT2,
    signing::{self, eip2612, wallet::TestWallet},
};
use std::collections::BTreeMap;

/// Where the wallet that is a contract is.
const WALLET: Address = address!("0000000000000000000000000000000000001271");
/// Seconds from the end of the preparation to the operation, whatever the preparation was.
const PAUSE: u64 = 10;
/// Seconds for which what is signed and sent is good.
const PATIENCE: u64 = 3_600;
/// An allowance that is used up step by step, as the largest one is not.
const COUNTED: U256 = U256::MAX.wrapping_sub(U256::ONE);
/// What a manager can be allowed: the assets, and the shares in their markets.
const ALLOWABLE: [(&str, &str); 3] = [("USDC", "exaUSDC"), ("WETH", "exaWETH"), ("wstETH", "exawstETH")];

/// How an account lets the manager do it: exactly as much as it takes, which a trial shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Consent {
    /// By approvals, which are transactions of their own.
    Approvals,
    /// By permits that come with the operation.
    Permits,
}

/// What is supplied and what is owed.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    pub(super) collateral: Asset,
    pub(super) debt: Asset,
}

/// What an operation did, beside the position that it led to.
pub(super) struct Outcome {
    pub(super) health_before: Option<f64>,
    pub(super) gas: u64,
    pub(super) gas_cached: u64,
    pub(super) net_own_gas: i64,
}

/// An account with something in its wallet and one manager, on a copy of the world.
#[derive(Clone)]
pub(super) struct Stage<'a> {
    pub(super) base: &'a Base,
    pub(super) chain: Chain,
    pub(super) manager: Manager,
    pub(super) account: Address,
    /// When the operation will be executed.
    time: u64,
}

impl<'a> Stage<'a> {
    /// An account with a key.
    pub(super) fn set(base: &'a Base, manager: Manager, asset: Asset, units: U256) -> Result<Self> {
        Self::empty(base, manager).funded(asset, units)
    }

    /// An account that is a contract, which accepts what its owner's key has signed (EIP-1271). It has approved Permit2.
    pub(super) fn with_contract_wallet(base: &'a Base, asset: Asset, units: U256) -> Result<Self> {
        let mut stage = Self::empty(base, Manager::Stylus);
        stage.account = TestWallet::install(&mut stage.chain, WALLET, base.signer.address()).address;
        let mut stage = stage.funded(asset, units)?;
        let token = stage.market(asset).token;
        token.approve(&mut stage.chain, WALLET, PERMIT2, U256::MAX)?;
        Ok(stage)
    }

    fn empty(base: &'a Base, manager: Manager) -> Self {
        Self { base, chain: base.chain.clone(), manager, account: base.signer.address(), time: 0 }
    }

    fn funded(mut self, asset: Asset, units: U256) -> Result<Self> {
        let (account, funds, market) = (self.account, self.chain.config().funds(), self.market(asset));
        self.chain.set_balance(account, funds);
        market.token.mint(&mut self.chain, account, units)?;
        // Its deposit is to count as collateral for a debt in another market.
        self.base.world.exactly.enter_market(&mut self.chain, account, &market)?;
        Ok(self)
    }

    pub(super) fn market(&self, asset: Asset) -> ExactlyMarket {
        self.base.world.exactly.market(asset)
    }

    /// Deposit and debt of a pair.
    pub(super) fn position(&self, pair: Pair) -> PositionNow {
        let of = |asset| self.market(asset).position(&self.chain, self.account);
        PositionNow { deposit: of(pair.collateral).deposit, debt: of(pair.debt).debt }
    }

    /// Health factor; nothing for an account that owes nothing.
    pub(super) fn health(&self) -> Option<f64> {
        let factor = self.base.world.exactly.health_factor(&self.chain, self.account);
        (factor != U256::MAX).then(|| f64::from(factor) / WAD as f64)
    }

    /// What the manager could still take of each asset and of the shares in its market.
    pub(super) fn allowances(&self) -> BTreeMap<&'static str, U256> {
        let left = |token: Erc20| token.allowance(&self.chain, self.account, self.manager_address());
        self.allowable().map(|(name, token)| (name, left(token))).collect()
    }

    /// An operation of the account's own, with permits, within limits that name nothing but its end.
    pub(super) fn send<O: Verb>(&self, order: Order<O>, permits: Vec<Authorization>) -> Tx {
        let order = permits.into_iter().fold(order.within(self.bounds()), Order::authorized);
        self.base.stylus.send(self.account, order)
    }

    /// The same as signed by the account, for a fee, and sent by whoever is paid for it. Deposits are of USDC.
    pub(super) fn relay<O: Signable>(&self, order: Order<O>, fee: U256) -> Tx {
        let (order, token) = (order.within(self.bounds()), self.market(Asset::Usdc).token.address);
        let relayer = self.base.relayer;
        let fee = Fee { token, units: fee, recipient: relayer };
        let (permit, witness) = self.base.stylus.intent(&order, token, U256::ZERO, fee);
        let signature = self.sign(permit.digest(&self.chain, Some(&witness)));
        let (account, nonce) = (self.account, permit.nonce);
        let signed = Signed { account, nonce, feeToken: token, fee: fee.units, feeRecipient: relayer, signature };
        self.base.stylus.relay(relayer, &order, signed)
    }

    /// Allows what an operation takes, and sends it three times on the same state: as a trial of what it takes; cached,
    /// to measure; and as it is, to remember it.
    pub(super) fn perform(
        &mut self,
        name: &str,
        consent: Consent,
        tx: impl Fn(&Self, Vec<Authorization>) -> Tx,
    ) -> Result<Outcome> {
        self.time = self.chain.next_timestamp() + PAUSE;
        let permits = self.consent(consent, self.takes(name, &tx)?)?;
        let (tx, health_before) = (tx(self, permits), self.health());
        self.chain.set_next_timestamp(self.time)?;
        let mut cached = self.chain.clone();
        cached.cache_program(self.base.stylus.address)?;
        let (cached, trace) = cached.send_traced(tx.clone())?;
        let receipt = self.chain.send(tx)?;
        let by = self.manager;
        ensure!(receipt.success && cached.success, "{name} by {by:?} reverted: {}", receipt.output);
        let left = self.allowances();
        ensure!(left.values().all(U256::is_zero), "{name} by {by:?} leaves allowances: {left:?}");
        let address = self.base.stylus.address;
        let kept = self.allowable().find(|(_, token)| !token.balance_of(&self.chain, address).is_zero());
        ensure!(kept.is_none(), "{name} by {by:?} leaves something with the contract: {kept:?}");
        let net_own_gas = trace.net_own_gas(&by.addresses(&self.base.world, self.base.stylus));
        Ok(Outcome { health_before, gas: receipt.gas_used, gas_cached: cached.gas_used, net_own_gas })
    }

    /// What an operation takes of each allowance, at its time.
    fn takes(&self, name: &str, tx: impl Fn(&Self, Vec<Authorization>) -> Tx) -> Result<Vec<(Erc20, U256)>> {
        let (mut trial, manager) = (self.clone(), self.manager_address());
        for (_, token) in self.allowable() {
            token.approve(&mut trial.chain, self.account, manager, COUNTED)?;
        }
        trial.chain.set_next_timestamp(self.time)?;
        let receipt = trial.chain.send(tx(&trial, Vec::new()))?;
        ensure!(receipt.success, "{name} by {:?}: the trial reverted: {}", self.manager, receipt.output);
        let taken = |token: Erc20| COUNTED - token.allowance(&trial.chain, self.account, manager);
        Ok(self.allowable().map(|(_, token)| (token, taken(token))).filter(|(_, taken)| !taken.is_zero()).collect())
    }

    /// Approves so much, or returns the permits that do.
    fn consent(&mut self, consent: Consent, takes: Vec<(Erc20, U256)>) -> Result<Vec<Authorization>> {
        if consent == Consent::Permits {
            return Ok(takes.into_iter().map(|(token, units)| self.permit(token.address, units)).collect());
        }
        let manager = self.manager_address();
        for (token, units) in takes {
            token.approve(&mut self.chain, self.account, manager, units)?;
        }
        Ok(Vec::new())
    }

    fn permit(&self, token: Address, units: U256) -> Authorization {
        let deadline = self.deadline();
        let permit = eip2612::permit(&self.chain, token, self.account, self.manager_address(), units, deadline);
        let signature = self.sign(eip2612::digest(&self.chain, token, &permit));
        manager::authorization(AuthorizationKind::Eip2612, token, units, deadline, signature)
    }

    fn sign(&self, digest: B256) -> Bytes {
        signing::bytes(&signing::sign(&self.base.signer, digest))
    }

    fn bounds(&self) -> Bounds {
        Bounds { deadline: self.deadline(), ..manager::loose_bounds() }
    }

    fn deadline(&self) -> U256 {
        U256::from(self.time + PATIENCE)
    }

    fn manager_address(&self) -> Address {
        self.manager.addresses(&self.base.world, self.base.stylus)[0]
    }

    /// Everything that the manager can be allowed to take, by its symbol.
    fn allowable(&self) -> impl Iterator<Item = (&'static str, Erc20)> {
        Asset::ALL.into_iter().zip(ALLOWABLE).flat_map(|(asset, (asset_name, shares_name))| {
            let market = self.market(asset);
            [(asset_name, market.token.into()), (shares_name, Erc20 { address: market.address })]
        })
    }
}
