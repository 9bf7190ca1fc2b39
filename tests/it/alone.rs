//! The release WASM without a chain. Whoever it calls is invented here and answers whatever a case says, so that every
//! number that the contract calculates with can be any number.

use crate::stage;
use alloy_primitives::{Address, B256, Bytes, U256, address, keccak256};
use alloy_sol_types::{SolCall, SolError};
use debt_manager::{
    abi::{
        IBalancerV2Vault::flashLoanCall, IDebtManager::receiveFlashLoanCall, IERC20, IExactlyAuditor, IExactlyMarket,
        IUniswapV3Pool::swapCall,
    },
    network,
};
use std::{collections::BTreeMap, sync::OnceLock};
use stylus::{
    activation::{ActivationRules, activate},
    params::{ArbOs, StylusParams},
    vm::{EvmData, Frame, FrameInput, Program, Request, Response, Status, Step, Vm},
};

/// Whose position it is.
pub(crate) const ACCOUNT: Address = address!("00000000000000000000000000000000000000a1");
/// The contract.
const CONTRACT: Address = address!("00000000000000000000000000000000000000dd");
/// Two markets, their assets, and their price feeds.
pub(crate) const MARKETS: [Address; 2] =
    [address!("0000000000000000000000000000000000000c01"), address!("0000000000000000000000000000000000000d01")];
pub(crate) const ASSETS: [Address; 2] =
    [address!("0000000000000000000000000000000000000c02"), address!("0000000000000000000000000000000000000d02")];
const FEEDS: [Address; 2] =
    [address!("0000000000000000000000000000000000000c03"), address!("0000000000000000000000000000000000000d03")];

/// Where the contract keeps what it awaits.
const COMMITMENTS: [u8; 2] = [1, 2];

/// What is so before the operation has done anything, and after.
pub(crate) type Turn<T> = [T; 2];

/// What an asset answers when it is moved or approved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Manners {
    /// That it is done.
    #[default]
    Telling,
    /// Nothing, as older tokens do.
    Silent,
    /// Nothing, as there is no code.
    Gone,
}

/// A world in which all answers are numbers of the case's choice.
#[derive(Clone, Debug, Default)]
pub(crate) struct Invented {
    /// What the account has in the first market.
    pub(crate) deposit: Turn<U256>,
    /// What it owes there if both markets are one, else in the second: at the floating rate.
    pub(crate) debt: Turn<U256>,
    /// Shares of that deposit and of that debt, where they are not as good as none and one.
    pub(crate) shares: Option<Turn<[U256; 2]>>,
    /// What the contract holds of the first asset.
    pub(crate) held: Turn<U256>,
    /// Prices and decimals of both assets.
    pub(crate) prices: [U256; 2],
    pub(crate) decimals: [U256; 2],
    /// What the account's solvency rests on: collateral and debt.
    pub(crate) liquidity: [U256; 2],
    /// A debt of fixed maturity: principal and fee; and what a second too late costs.
    pub(crate) fixed: [U256; 2],
    pub(crate) penalty_rate: U256,
    /// The time.
    pub(crate) now: u64,
    /// What the assets are like.
    pub(crate) manners: Manners,
    /// Whether both markets have one asset.
    pub(crate) is_one_asset: bool,
    /// What the vault holds of any token; nothing means without end.
    pub(crate) vault: Option<U256>,
    /// What the vault's callback says that the loan cost.
    pub(crate) fee: U256,
    /// What a pool's balances change by.
    pub(crate) deltas: [U256; 2],
    /// Whether something has been done.
    pub(crate) has_acted: bool,
    /// What the contract keeps until the end of the transaction.
    pub(crate) transient: BTreeMap<B256, B256>,
    /// Every call that may have done something, in order.
    pub(crate) calls: Vec<(Address, Bytes)>,
}

/// How a frame ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// With the position.
    Well,
    /// With an error.
    With(Bytes),
}

impl Ended {
    /// With this error.
    pub(crate) fn with(error: &impl SolError) -> Self {
        Self::With(error.abi_encode().into())
    }
}

fn program() -> &'static Program {
    static PROGRAM: OnceLock<Program> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let activation = activate(&stage::wasm(), ActivationRules::new(ArbOs::V61)).unwrap();
        Vm::new().unwrap().compile(&activation.module).unwrap()
    })
}

/// Numbers, as they are returned.
fn words(numbers: &[U256]) -> Bytes {
    numbers.iter().flat_map(U256::to_be_bytes::<32>).collect()
}

fn word_of(address: Address) -> U256 {
    address.into_word().into()
}

impl Invented {
    /// The account calls the contract, which keeps nothing when it is done.
    pub(crate) fn ask(&mut self, calldata: Vec<u8>) -> Ended {
        let ended = self.call(ACCOUNT, calldata);
        assert!(ended != Ended::Well || self.transient.values().all(B256::is_zero), "{self:?}");
        ended
    }

    /// Balancer's vault calls back with a loan that has been asked for, and a fee.
    pub(crate) fn lend(&mut self, loan: &flashLoanCall, fee: U256) -> Ended {
        let flashLoanCall { tokens, amounts, userData, .. } = loan.clone();
        self.await_callback(&userData);
        let back = receiveFlashLoanCall { tokens, amounts, feeAmounts: vec![fee], userData };
        self.call(network::BALANCER_V2_VAULT, back.abi_encode())
    }

    /// The contract has committed to this, whichever source it awaits.
    pub(crate) fn await_callback(&mut self, data: &[u8]) {
        for slot in COMMITMENTS {
            self.transient.insert(B256::with_last_byte(slot), keccak256(data));
        }
    }

    /// Somebody calls the contract.
    pub(crate) fn call(&mut self, sender: Address, calldata: Vec<u8>) -> Ended {
        let params = StylusParams::at(ArbOs::V61);
        let evm =
            EvmData { contract_address: CONTRACT, msg_sender: sender, block_timestamp: self.now, ..EvmData::default() };
        let input = FrameInput {
            calldata: calldata.into(),
            gas: 1_000_000_000,
            ink_price: params.ink_price,
            max_stack_depth: params.max_stack_depth,
            stylus_version: params.version,
            is_static: false,
            evm,
            trace: false,
        };
        let (mut frame, mut answer) = (Frame::start(program(), input), None);
        loop {
            match frame.resume(answer).unwrap() {
                Step::Request(request) => answer = Some(self.answer(request)),
                Step::Done(outcome) => match outcome.status {
                    Status::Success => return Ended::Well,
                    Status::Revert => return Ended::With(outcome.output),
                    other => panic!("{other:?}: {self:?}"),
                },
            }
        }
    }

    fn answer(&mut self, request: Request) -> Response {
        match request {
            Request::LoadTransient(slot) => Response::Word(self.transient.get(&slot).copied().unwrap_or_default(), 0),
            Request::StoreTransient(slot, value) => {
                self.transient.insert(slot, value);
                Response::Gas(0)
            }
            Request::Code(address) if self.manners == Manners::Gone && ASSETS.contains(&address) => {
                Response::Code(Bytes::new(), 0)
            }
            Request::Code(_) => Response::Code(Bytes::from_static(&[0]), 0),
            Request::Log { .. } => Response::Gas(0),
            Request::Call { target, input, .. } => match self.returns(target, &input) {
                Some(output) => Response::Call { success: true, output, gas: 0 },
                None => Response::Call { success: false, output: Bytes::new(), gas: 0 },
            },
            other => panic!("the contract never asks for {other:?}"),
        }
    }

    /// What a call returns, or nothing if it is refused.
    fn returns(&mut self, target: Address, input: &Bytes) -> Option<Bytes> {
        let turn = usize::from(self.has_acted);
        let selector = *input.first_chunk().unwrap();
        let is = |address: &Address| *address == target;
        if target == network::EXACTLY_AUDITOR {
            return Some(words(&self.auditor(selector, input)));
        }
        if let Some(market) = MARKETS.iter().position(is) {
            if let Some(view) = self.view_of_market(market, turn, selector) {
                return Some(words(&view));
            }
            // What is repaid is what was offered.
            let first = U256::from_be_slice(&input[4..36]);
            self.act(target, input);
            return Some(words(&[first, first]));
        }
        if ASSETS.iter().any(is) {
            let vault = network::BALANCER_V2_VAULT.into_word();
            return Some(match selector {
                IERC20::balanceOfCall::SELECTOR if input[4..] == vault[..] => words(&[self.vault.unwrap_or(U256::MAX)]),
                IERC20::balanceOfCall::SELECTOR if is(&ASSETS[0]) => words(&[self.held[turn] + self.brought()]),
                IERC20::balanceOfCall::SELECTOR => words(&[U256::ZERO]),
                _ => {
                    self.calls.push((target, input.clone()));
                    if self.manners == Manners::Telling { words(&[U256::ONE]) } else { Bytes::new() }
                }
            });
        }
        self.source(target, selector, input)
    }

    /// A vault or a pool. That it has called back is taken for granted.
    fn source(&mut self, target: Address, selector: [u8; 4], input: &Bytes) -> Option<Bytes> {
        let refuses = |most: U256| flashLoanCall::abi_decode(input).is_ok_and(|loan| loan.amounts[0] > most);
        if target == network::BALANCER_V2_VAULT && self.vault.is_some_and(refuses) {
            return None;
        }
        self.act(target, input);
        for slot in COMMITMENTS {
            self.transient.remove(&B256::with_last_byte(slot));
        }
        if target == network::BALANCER_V2_VAULT {
            self.transient.insert(B256::with_last_byte(COMMITMENTS[0]), self.fee.into());
        }
        Some(if selector == swapCall::SELECTOR { words(&self.deltas) } else { Bytes::new() })
    }

    fn act(&mut self, target: Address, input: &Bytes) {
        self.has_acted = true;
        self.calls.push((target, input.clone()));
    }

    fn auditor(&self, selector: [u8; 4], input: &[u8]) -> Vec<U256> {
        let about = |of: &[Address; 2]| of.iter().position(|address| address.into_word()[..] == input[4..36]).unwrap();
        match selector {
            IExactlyAuditor::marketsCall::SELECTOR => {
                let market = about(&MARKETS);
                vec![U256::ZERO, self.decimals[market], U256::ZERO, U256::ONE, word_of(FEEDS[market])]
            }
            IExactlyAuditor::assetPriceCall::SELECTOR => vec![self.prices[about(&FEEDS)]],
            _ => self.liquidity.to_vec(),
        }
    }

    fn view_of_market(&self, market: usize, turn: usize, selector: [u8; 4]) -> Option<Vec<U256>> {
        let (deposit, debt) = (if market == 0 { self.deposit[turn] } else { U256::ZERO }, self.debt[turn]);
        let few = [U256::ZERO, U256::from(u8::from(!debt.is_zero()))];
        let [shares, debt_shares] = self.shares.map_or(few, |shares| shares[turn]);
        Some(match selector {
            IExactlyMarket::assetCall::SELECTOR => {
                vec![word_of(if self.is_one_asset { ASSETS[0] } else { ASSETS[market] })]
            }
            IExactlyMarket::maxWithdrawCall::SELECTOR => vec![deposit],
            IExactlyMarket::balanceOfCall::SELECTOR => vec![shares],
            IExactlyMarket::accountSnapshotCall::SELECTOR => vec![deposit, debt],
            IExactlyMarket::accountsCall::SELECTOR => vec![U256::ZERO, U256::ZERO, debt_shares],
            IExactlyMarket::previewRefundCall::SELECTOR => vec![debt],
            IExactlyMarket::fixedBorrowPositionsCall::SELECTOR => self.fixed.to_vec(),
            IExactlyMarket::penaltyRateCall::SELECTOR => vec![self.penalty_rate],
            _ => return None,
        })
    }

    /// What the contract has brought from the wallet and still holds.
    fn brought(&self) -> U256 {
        if self.has_acted {
            return U256::ZERO;
        }
        self.made::<IERC20::transferFromCall>(ASSETS[0]).into_iter().map(|call| call.value).sum()
    }

    /// The calls of one kind that were made to somebody.
    pub(crate) fn made<C: SolCall>(&self, target: Address) -> Vec<C> {
        let calls = self.calls.iter().filter(|(to, input)| *to == target && input.starts_with(&C::SELECTOR));
        calls.map(|(_, input)| C::abi_decode(input).unwrap()).collect()
    }

    /// The loan that was given, if one was.
    pub(crate) fn loan(&self) -> Option<flashLoanCall> {
        let mut loans = self.made(network::BALANCER_V2_VAULT);
        assert!(loans.len() <= 1);
        loans.pop()
    }
}
