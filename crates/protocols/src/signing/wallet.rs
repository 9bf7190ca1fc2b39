//! A wallet that is a contract, for tests only: it accepts signatures (EIP-1271), truly or in a way that callers must
//! withstand. Anyone may send in its name on a development chain, so it needs no function to be told what to do.

use alloy_primitives::{Address, B256, Bytes, U256, hex, keccak256};
use devnet::Chain;

/// Bytes of the answers that are too long to be read for free.
pub const BOMB_BYTES: usize = 0x10_0000;

/// Whose key signs for the wallet.
const OWNER_SLOT: U256 = U256::ZERO;
/// What the wallet writes when it changes state.
const WRITES_SLOT: U256 = U256::ONE;

/// Accepts calls without data, and ether; reverts unless asked `isValidSignature(bytes32,bytes)`.
///
/// calldatasize || stop; selector == 0x1626ba7e || revert(0, 0)
const ENTRY: &[u8] = &hex!("36600557005b" "5f3560e01c631626ba7e14601757" "5f5ffd5b");

/// Recovers who signed, if the signature has 65 bytes; leaves whether it was the owner.
///
/// `mstore(0, hash); p = 36 + calldata[36]; calldatacopy(64, p, 64); mstore(32, byte(0, calldata[p + 64]));
/// calldata[p - 32] == 65; staticcall(gas, 1, 0, 128, 128, 32); & (returndatasize != 0); & (mload(128) == sload(0))`
const RECOVER: &[u8] = &hex!(
    "6004355f52" "602435602401" "6040816040" "37" "80604001355f1a602052" "60209003356041" "14"
    "602060806080" "5f60015afa50" "3d151516" "6080515f541416"
);

/// Leaves the answer in memory, a word: the selector of `isValidSignature`, or `0xffffffff`.
///
/// | sload(keccak256(hash)); mstore(0, (0x1626ba7e | -!valid) << 224)
const ANSWER: &[u8] = &hex!("60205f205417" "155f03631626ba7e1760e01b5f52");

/// How the wallet answers. But for [`Answer::NearMagic`] it decides as the true one does, and only tells it otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// As the standard says.
    True,
    /// One bit beside the right value.
    NearMagic,
    /// The right four bytes with something behind them, where the encoding has zeros.
    DirtyPadding,
    /// 31 bytes.
    Short,
    /// 33 bytes.
    Long,
    /// No bytes.
    Nothing,
    /// [`BOMB_BYTES`], of which the first word is right.
    Bomb,
    /// A revert with what would be right.
    Revert,
    /// A revert with [`BOMB_BYTES`].
    RevertBomb,
    /// What is right, but only after a change of its own state, which a static call forbids.
    StateChange,
}

impl Answer {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::True,
        Self::NearMagic,
        Self::DirtyPadding,
        Self::Short,
        Self::Long,
        Self::Nothing,
        Self::Bomb,
        Self::Revert,
        Self::RevertBomb,
        Self::StateChange,
    ];

    /// What ends the wallet's code.
    const fn tail(self) -> &'static [u8] {
        match self {
            Self::True => &hex!("60205ff3"),
            // mstore(0, mload(0) ^ 1 << 224)
            Self::NearMagic => &hex!("5f51600160e01b185f5260205ff3"),
            // mstore(0, mload(0) | 1)
            Self::DirtyPadding => &hex!("5f516001175f5260205ff3"),
            Self::Short => &hex!("601f5ff3"),
            Self::Long => &hex!("60215ff3"),
            Self::Nothing => &hex!("5f5ff3"),
            Self::Bomb => &hex!("621000005ff3"),
            Self::Revert => &hex!("60205ffd"),
            Self::RevertBomb => &hex!("621000005ffd"),
            // sstore(1, sload(1) + 1)
            Self::StateChange => &hex!("600154600101600155" "60205ff3"),
        }
    }
}

/// A wallet for tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestWallet {
    /// Where it is.
    pub address: Address,
}

impl TestWallet {
    /// Puts a true one somewhere on a chain. A zero owner signs nothing.
    #[must_use]
    pub fn install(chain: &mut Chain, address: Address, owner: Address) -> Self {
        let wallet = Self { address };
        chain.set_nonce(address, 1);
        chain.set_storage_at(address, OWNER_SLOT, owner.into_word().into());
        wallet.answer(chain, Answer::True);
        wallet
    }

    /// Makes it answer in some way from now on.
    pub fn answer(self, chain: &mut Chain, answer: Answer) {
        chain.set_code(self.address, Bytes::from([ENTRY, RECOVER, ANSWER, answer.tail()].concat()));
    }

    /// Makes it accept any signature of a digest, also an empty one.
    pub fn approve_digest(self, chain: &mut Chain, digest: B256) {
        chain.set_storage_at(self.address, keccak256(digest).into(), U256::ONE);
    }

    /// How often it has changed its state: [`Answer::StateChange`], if it was not called statically.
    #[must_use]
    pub fn writes(self, chain: &Chain) -> U256 {
        chain.state().storage(self.address, WRITES_SLOT)
    }
}
