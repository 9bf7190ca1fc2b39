//! Somebody who signs instead of approving: a key, or a wallet that is a contract (EIP-1271) and whose owner has the key.

use crate::stage::{Stage, erased, usdc};
use alloy_primitives::{Address, B256, Bytes, Signature, U256, address};
use debt_manager::abi::IDebtManager::{Authorization, AuthorizationKind, Signed};
use devnet::Tx;
use protocols::{
    Account, Erc20, ExactlyMarket, Fixtures,
    exactly::Terms,
    manager::{self, Fee, Order, Signable},
    permit2::PERMIT2,
    signing::{self, PrivateKeySigner, dai, eip2612, eip7598, permit2::Permit, wallet::TestWallet},
    stand_ins::{Manner, StandIn},
};

/// Where a signatory's wallet is.
const WALLET: Address = address!("0000000000000000000000000000000000001271");

/// An account with 100 USDC that has approved nobody but Permit2.
#[derive(Clone)]
pub(crate) struct Signatory {
    key: PrivateKeySigner,
    /// Whose position it is.
    pub(crate) account: Address,
}

impl Signatory {
    /// One with a key.
    pub(crate) fn with_key(stage: &mut Stage) -> Self {
        let key = Self::key(stage);
        let account = key.address();
        Self { key, account }.welcome(stage)
    }

    /// One with a wallet.
    pub(crate) fn with_wallet(stage: &mut Stage) -> (Self, TestWallet) {
        let key = Self::key(stage);
        let wallet = TestWallet::install(&mut stage.chain, WALLET, key.address());
        stage.chain.set_balance(WALLET, stage.chain.config().funds());
        (Self { key, account: WALLET }.welcome(stage), wallet)
    }

    fn key(stage: &Stage) -> PrivateKeySigner {
        stage.chain.config().signers()[1].clone()
    }

    fn welcome(self, stage: &mut Stage) -> Self {
        let token = stage.market().token;
        token.mint(&mut stage.chain, self.account, usdc(100)).unwrap();
        token.approve(&mut stage.chain, self.account, PERMIT2, U256::MAX).unwrap();
        self
    }

    /// The signature, by the key, of what a contract shows.
    pub(crate) fn sign(&self, digest: B256) -> Bytes {
        signing::bytes(&signing::sign(&self.key, digest))
    }

    /// A permit of a token or of shares (EIP-2612).
    pub(crate) fn permit(&self, stage: &Stage, token: Address, value: U256) -> Authorization {
        self.permit_ahead(stage, token, value, 0)
    }

    /// The permit of nothing that follows one permit.
    pub(crate) fn revocation(&self, stage: &Stage, token: Address) -> Authorization {
        self.permit_ahead(stage, token, U256::ZERO, 1)
    }

    fn permit_ahead(&self, stage: &Stage, token: Address, value: U256, ahead: u64) -> Authorization {
        let mut permit = eip2612::permit(&stage.chain, token, self.account, stage.dm.address, value, U256::MAX);
        permit.nonce += U256::from(ahead);
        let signature = self.sign(eip2612::digest(&stage.chain, token, &permit));
        manager::authorization(AuthorizationKind::Eip2612, token, value, U256::MAX, signature)
    }

    /// A permit with a signature of any form.
    pub(crate) fn bytes_permit(&self, stage: &Stage, token: Address, value: U256) -> Authorization {
        Authorization { kind: AuthorizationKind::Eip7598, ..self.permit(stage, token, value) }
    }

    /// A permit in Dai's way, of everything; and the one that takes it back.
    pub(crate) fn dai_permits(&self, stage: &Stage, token: Address) -> [Authorization; 2] {
        [true, false].map(|allowed| {
            let (chain, spender) = (&stage.chain, stage.dm.address);
            let mut permit = dai::permit(chain, token, self.account, spender, U256::MAX, allowed);
            permit.nonce += U256::from(u8::from(!allowed));
            let (nonce, signature) = (permit.nonce, self.sign(dai::digest(chain, token, &permit)));
            let value = U256::from(u8::from(allowed));
            let given = manager::authorization(AuthorizationKind::DaiLike, token, value, U256::MAX, signature);
            Authorization { nonce, ..given }
        })
    }

    /// A transfer of at most so much through Permit2, to whom the contract's address stands for.
    pub(crate) fn transfer(&self, stage: &Stage, permit: &Permit, token: Address, value: U256) -> Authorization {
        let signature = self.sign(permit.digest(&stage.chain, None));
        let given = manager::authorization(AuthorizationKind::Permit2, token, value, permit.deadline, signature);
        Authorization { nonce: permit.nonce, ..given }
    }

    /// An operation, to be sent by anyone. The wallet's USDC is what is deposited.
    pub(crate) fn signs<O: Signable>(&self, stage: &Stage, order: &Order<O>, nonce: U256, fee: Fee) -> Signed {
        let (permit, witness) = stage.dm.intent(order, stage.market().token.address, nonce, fee);
        let signature = self.sign(permit.digest(&stage.chain, Some(&witness)));
        let Fee { token, units, recipient } = fee;
        Signed { account: self.account, nonce, feeToken: token, fee: units, feeRecipient: recipient, signature }
    }

    /// What is left to the contract of an account's allowances, on all assets and shares.
    pub(crate) fn allowances(&self, stage: &Stage) -> Vec<U256> {
        let (chain, dm) = (&stage.chain, stage.dm.address);
        let of = |market: &ExactlyMarket<Erc20>| {
            [market.token.allowance(chain, self.account, dm), market.allowance(chain, self.account, dm)]
        };
        stage.watched.iter().flat_map(of).collect()
    }

    /// Nothing at all is left of them.
    pub(crate) fn has_given_nothing(&self, stage: &Stage) {
        assert!(self.allowances(stage).iter().all(U256::is_zero), "{:?}", self.allowances(stage));
    }
}

/// What anyone may do with a permit that has been published: submit it before its owner does.
pub(crate) fn front_run(stage: &Stage, from: Address, owner: Address, given: &Authorization) -> Tx {
    let Authorization { kind, token, value, nonce, deadline, ref signature } = *given;
    let spender = stage.dm.address;
    let permit = eip2612::Permit { owner, spender, value, nonce, deadline };
    let parsed = || Signature::from_raw(signature).unwrap();
    let data = match kind {
        AuthorizationKind::Eip2612 => eip2612::call(&permit, &parsed()),
        AuthorizationKind::Eip7598 => eip7598::call(&permit, signature.clone()),
        AuthorizationKind::DaiLike => {
            let permit = dai::Permit { holder: owner, spender, nonce, expiry: deadline, allowed: !value.is_zero() };
            dai::call(&permit, &parsed())
        }
        _ => panic!("only its spender submits a transfer of Permit2's"),
    };
    Tx::call(from, token, data)
}

/// Lists a market of a token of some manner, supplied with a million; a hundred are the account's. All are watched.
pub(crate) fn list(stage: &mut Stage, manner: Manner, account: Address) -> ExactlyMarket<StandIn> {
    let (fixtures, holder) = (Fixtures::open().unwrap(), Account::DEPOSITOR.0);
    let million = U256::from(10).pow(U256::from(24));
    let token = StandIn::deploy(&mut stage.chain, &fixtures, manner, holder, million * U256::from(3)).unwrap();
    token.transfer(&mut stage.chain, holder, stage.world.balancer.vault, million).unwrap();
    let hundred = U256::from(10).pow(U256::from(20));
    token.transfer(&mut stage.chain, holder, account, hundred).unwrap();
    let terms = Terms::at("ODD", 2);
    let market = stage.world.exactly.list_market(&mut stage.chain, &fixtures, token, &terms, million).unwrap();
    stage.watched.push(erased(market));
    market
}
