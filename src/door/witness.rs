//! What an account signs: every field of the operation, as a flat EIP-712 struct inside Permit2's own.
//! `abi/Witnesses.sol` has the structs.

use crate::{
    host::{self, Part},
    word::{Address, Word},
};

/// What is done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Raise leverage.
    Leverage,
    /// Lower it.
    Deleverage,
    /// Move a position.
    Migrate,
}

impl Verb {
    /// How many routes its calldata has.
    pub(crate) fn routes(self) -> usize {
        if self == Self::Migrate { 2 } else { 1 }
    }
}

include!(concat!(env!("OUT_DIR"), "/witness.rs"));

/// Bytes of the longest text, and of eight more.
const ROOM: usize = 576;
/// Bytes of Permit2's own struct.
const PERMISSIONS: usize = 46;

/// The text of a witness's type, as Permit2 takes it: written by code, eight bytes at a time.
pub(super) struct TypeText {
    bytes: [u8; ROOM],
    length: usize,
    /// Where the operation's struct begins.
    start: usize,
}

impl TypeText {
    /// That of a verb: the witness's own field, the operation's struct and Permit2's.
    #[inline(never)]
    pub(super) fn of(verb: Verb) -> Self {
        let mut text = Self { bytes: [0; ROOM], length: 0, start: 0 };
        let name = match verb {
            Verb::Leverage => leverage,
            Verb::Deleverage => deleverage,
            Verb::Migrate => migrate,
        };
        name(&mut text);
        witness(&mut text);
        text.start = text.length;
        name(&mut text);
        market(&mut text);
        match verb {
            Verb::Migrate => to(&mut text),
            verb => {
                size(&mut text);
                if verb == Verb::Leverage { deposit(&mut text) } else { withdraw(&mut text) }
            }
        }
        limits(&mut text);
        if verb == Verb::Migrate {
            swaps(&mut text)
        } else {
            swap(&mut text)
        }
        recipient(&mut text);
        permissions(&mut text);
        text
    }

    /// Appends the first bytes of eight.
    #[inline(never)]
    fn push(&mut self, eight: u64, count: usize) {
        if let Some(place) = self.bytes.get_mut(self.length..).and_then(|rest| rest.first_chunk_mut()) {
            *place = eight.to_le_bytes();
        }
        self.length += count;
    }

    /// All of it.
    pub(super) fn whole(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// The operation's struct in it.
    fn operation(&self) -> &[u8] {
        self.bytes.get(self.start..self.length.saturating_sub(PERMISSIONS)).unwrap_or_default()
    }
}

/// The hash of the struct: the operation's words are its fields, in their order.
#[inline(never)]
pub(super) fn hash(verb: Verb, operation: &[u8], routes: &[&[u8]; 2], fee_recipient: Address<'_>) -> Word {
    let type_hash = host::keccak256(TypeText::of(verb).operation());
    let [first, second] = [host::keccak256(routes[0]), host::keccak256(routes[1])];
    let hashes = [&first, &second];
    let hashes = hashes.get(..verb.routes()).unwrap_or_default();
    let (start, end) = ([&type_hash], [fee_recipient.word()]);
    let parts = [Part::Words(&start), Part::Bytes(operation), Part::Words(hashes), Part::Words(&end)];
    host::keccak256_of(&parts, 0, usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::Witnesses;
    use alloy_sol_types::SolStruct;

    /// The type as the interface's struct has it.
    fn expected<S: SolStruct>() -> String {
        format!("{} witness){}TokenPermissions(address token,uint256 amount)", S::NAME, S::eip712_root_type())
    }

    #[test]
    fn the_types_are_those_of_the_interface() {
        let text = |verb| String::from_utf8(TypeText::of(verb).whole().to_vec()).unwrap();
        assert_eq!(text(Verb::Leverage), expected::<Witnesses::Leverage>());
        assert_eq!(text(Verb::Deleverage), expected::<Witnesses::Deleverage>());
        assert_eq!(text(Verb::Migrate), expected::<Witnesses::Migrate>());
    }

    #[test]
    fn the_operations_struct_is_cut_out_whole() {
        let operation = TypeText::of(Verb::Migrate).operation().to_vec();
        assert_eq!(String::from_utf8(operation).unwrap(), Witnesses::Migrate::eip712_root_type());
    }
}
