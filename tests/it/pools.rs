//! Pools that are not the world's, and contracts that mean harm: a token that calls others when it is moved, and a caller
//! of pools that passes their callbacks on.

use crate::stage::{ATTACKER, Stage};
use alloy_primitives::{
    Address, B256, Bytes, U160, U256, U512, address,
    aliases::{I24, U24},
    b256, hex, keccak256, uint,
};
use alloy_sol_types::{SolCall, SolError, SolValue, sol};
use debt_manager::abi::IDebtManager::WrappedError;
use devnet::{Receipt, Tx};
use protocols::{
    Erc20, Fixtures,
    deployer::{ask, execute},
    stand_ins::{Manner, StandIn},
    uniswap::{IFactory, IPool, IPositionManager},
};

sol! {
    /// What Solidity reverts with.
    error Error(string reason);
}

/// A hostile token.
pub(crate) const PROGRAM: Address = address!("c0de00000000000000000000000000000000c0de");
/// Who calls a pool and passes its callback on.
pub(crate) const PUPPET: Address = address!("9099e70000000000000000000000000000099e70");
/// Where a hostile token notes how its call ended, and then the hash of what the call returned.
const NOTE: u64 = 0xbad0;
/// Hash of the creation code of every pool.
const POOL_CODE_HASH: B256 = b256!("e34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54");
/// Of the pools that the attacker makes: 1 percent, and the ticks between which it may put liquidity.
pub(crate) const FEE: u32 = 10_000;
const SPACING: i32 = 200;
const WIDEST: i32 = 887_200;

/// The prices at which a pool runs out (Uniswap V3's TickMath), less and more by one.
pub(crate) const LOWEST_PRICE: U160 = uint!(4_295_128_740_U160);
pub(crate) const HIGHEST_PRICE: U160 = uint!(1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_341_U160);
/// How a pool calls back for `flash`.
pub(crate) const FLASH_CALLBACK: [u8; 4] = hex!("e9cbafb0");

/// How far from the price of now liquidity goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Range {
    /// To every price.
    All,
    /// To the next ticks.
    Narrow,
    /// Nowhere: there is none.
    None,
}

/// Where the pool of two tokens at a fee is, if it exists.
pub(crate) fn pool_address(stage: &Stage, tokens: [Address; 2], fee: u32) -> Address {
    pool_of(stage.world.uniswap.factory, tokens, fee)
}

/// The same of any factory.
pub(crate) fn pool_of(factory: Address, mut tokens: [Address; 2], fee: u32) -> Address {
    tokens.sort();
    let salt = keccak256((tokens[0], tokens[1], U256::from(fee)).abi_encode());
    factory.create2(salt, POOL_CODE_HASH)
}

/// A path, of tokens with one fee between each two.
pub(crate) fn path(tokens: &[Address], fees: &[u32]) -> Bytes {
    assert_eq!(tokens.len(), fees.len() + 1);
    let mut path = tokens[0].to_vec();
    for (token, fee) in tokens[1..].iter().zip(fees) {
        path.extend(&fee.to_be_bytes()[1..]);
        path.extend(token.as_slice());
    }
    path.into()
}

/// Data with another account in it.
pub(crate) fn replaced(data: &[u8], account: Address, other: Address) -> Bytes {
    let at = data.windows(20).position(|bytes| bytes == account.as_slice()).unwrap();
    [&data[..at], other.as_slice(), &data[at + 20..]].concat().into()
}

/// What a contract of Solidity's reverts with.
pub(crate) fn says(reason: &str) -> Vec<u8> {
    Error { reason: reason.to_owned() }.abi_encode()
}

/// The reason of whoever failed first, and who it was, out of the errors around it.
pub(crate) fn root_cause(receipt: &Receipt) -> (Address, Vec<u8>) {
    assert!(!receipt.success, "succeeded");
    let (mut who, mut reason) = (Address::ZERO, receipt.output.to_vec());
    while let Ok(outer) = WrappedError::abi_decode(&reason) {
        (who, reason) = (outer.target, outer.reason.to_vec());
    }
    (who, reason)
}

impl Stage {
    /// The attacker makes a pool at [`FEE`] out of units that it has of two tokens, at the price that they say.
    pub(crate) fn open_pool(&mut self, mut sides: [(Address, U256); 2], range: Range) -> Address {
        sides.sort();
        let [(token0, units0), (token1, units1)] = sides;
        let pool = self.create_pool(self.world.uniswap.factory, [token0, token1], FEE);
        let price = ((U512::from(units1) << 192usize) / U512::from(units0)).root(2).to::<U160>();
        self.initialize(pool, price);
        let positions = self.world.uniswap.positions;
        for (address, units) in sides {
            Erc20 { address }.approve(&mut self.chain, ATTACKER, positions, units).unwrap();
        }
        let tick = ask(&self.chain, pool, IPool::slot0Call {}).tick.as_i32().div_euclid(SPACING) * SPACING;
        let [low, high] = match range {
            Range::All => [-WIDEST, WIDEST],
            Range::Narrow => [tick - SPACING, tick + 2 * SPACING],
            Range::None => return pool,
        };
        let params = IPositionManager::MintParams {
            token0,
            token1,
            fee: U24::from(FEE),
            tickLower: I24::unchecked_from(low),
            tickUpper: I24::unchecked_from(high),
            amount0Desired: units0,
            amount1Desired: units1,
            amount0Min: U256::ZERO,
            amount1Min: U256::ZERO,
            recipient: ATTACKER,
            deadline: U256::MAX,
        };
        self.attacker_calls(positions, IPositionManager::mintCall { params });
        pool
    }

    /// The attacker has a factory make a pool, and nothing more.
    pub(crate) fn create_pool(&mut self, factory: Address, tokens: [Address; 2], fee: u32) -> Address {
        let call = IFactory::createPoolCall { tokenA: tokens[0], tokenB: tokens[1], fee: U24::from(fee) };
        self.attacker_calls(factory, call);
        pool_of(factory, tokens, fee)
    }

    /// The attacker deploys a factory of its own, of the same code, which has pools at a fee that the real one lacks.
    pub(crate) fn fork_factory(&mut self, fee: u32) -> Address {
        let file = "artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json";
        let code = Fixtures::open().unwrap().bytecode("@uniswap/v3-core", file).unwrap();
        let receipt = execute(&mut self.chain, "fork", Tx::create(ATTACKER, code)).unwrap();
        let factory = receipt.contract_address.unwrap();
        self.attacker_calls(factory, IFactory::enableFeeAmountCall { fee: U24::from(fee), tickSpacing: I24::ONE });
        factory
    }

    /// The attacker sets a new pool's price.
    pub(crate) fn initialize(&mut self, pool: Address, price: U160) {
        self.attacker_calls(pool, IPool::initializeCall { sqrtPriceX96: price });
    }

    fn attacker_calls<C: SolCall>(&mut self, to: Address, call: C) {
        execute(&mut self.chain, C::SIGNATURE, Tx::call(ATTACKER, to, call.abi_encode())).unwrap();
    }

    /// The attacker deploys a token of 18 decimals that works, so many units of which it has.
    pub(crate) fn hostile_token(&mut self, units: U256) -> Address {
        let fixtures = Fixtures::open().unwrap();
        let token = StandIn::deploy(&mut self.chain, &fixtures, Manner::DaiLike, ATTACKER, units).unwrap();
        let program = self.chain.state().code(token.address);
        self.chain.set_code(PROGRAM, program);
        token.address
    }

    /// From now on, before a token is moved, it calls `target`, whatever comes of it.
    pub(crate) fn arm(&mut self, token: Address, target: Address, data: &[u8]) {
        self.chain.set_code(token, armed(target, data));
    }

    /// Whether the last call of a hostile token succeeded, and the hash of what it returned: `None` if it called nobody.
    pub(crate) fn noted(&self, token: Address) -> Option<(bool, B256)> {
        let note = |at: u64| self.chain.state().storage(token, U256::from(NOTE + at));
        (!note(0).is_zero()).then(|| (note(0) == U256::from(2), note(1).into()))
    }

    /// Whoever calls the puppet calls the pool; when the pool calls it back, the contract is called so.
    pub(crate) fn place_puppet(&mut self, pool: Address) {
        let dm = self.dm.address;
        let difference = (U160::from_be_bytes(pool.0.0) ^ U160::from_be_bytes(dm.0.0)).to_be_bytes::<20>();
        // calldatacopy(0, 0, calldatasize); call(gas, pool ^ (caller == pool) * difference, 0, 0, calldatasize, 0, 0);
        // returndatacopy(0, 0, returndatasize); and it ends as the call did
        let code = [
            &hex!("365f5f37 5f5f365f5f 33 73")[..],
            pool.as_slice(),
            &hex!("14 73"),
            &difference,
            &hex!("02 73"),
            pool.as_slice(),
            &hex!("18 5af1 3d5f5f3e 6058 57 3d5ffd 5b 3d5ff3"),
        ];
        self.chain.set_code(PUPPET, code.concat().into());
    }
}

/// The code of a token that is moved by [`PROGRAM`], and calls `target` before.
fn armed(target: Address, data: &[u8]) -> Bytes {
    let length = &(data.len() as u16).to_be_bytes()[..];
    let code = [
        // selector == transfer || goto `FORWARD`
        &hex!("5f3560e01c63a9059cbb1415 6046 57")[..],
        // codecopy(0, `DATA`, length)
        &hex!("61"),
        length,
        &hex!("6074 5f39"),
        // sstore(note, 1 + call(gas, target, 0, 0, length, 0, 0))
        &hex!("5f5f 61"),
        length,
        &hex!("5f5f 73"),
        target.as_slice(),
        &hex!("5af1 600101 61bad0 55"),
        // returndatacopy(0, 0, returndatasize); sstore(note + 1, keccak256(0, returndatasize))
        &hex!("3d5f5f3e 3d5f20 61bad1 55"),
        // `FORWARD`: calldatacopy(0, 0, calldatasize); delegatecall(gas, program, 0, calldatasize, 0, 0)
        &hex!("5b 365f5f37 5f5f365f 73"),
        PROGRAM.as_slice(),
        &hex!("5af4"),
        // returndatacopy(0, 0, returndatasize); and it ends as the call did
        &hex!("3d5f5f3e 6070 57 3d5ffd 5b 3d5ff3"),
        // `DATA`
        data,
    ];
    code.concat().into()
}
