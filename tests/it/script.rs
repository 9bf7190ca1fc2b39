//! Contracts that make the calls they are told to, whoever calls them and whatever is asked, and then go on.

use alloy_primitives::{Address, Bytes, U256, hex};

/// A call.
#[derive(Clone)]
pub(crate) struct Step {
    pub(crate) target: Address,
    pub(crate) data: Bytes,
    /// Whether the contract reverts, for the same reason, if the call does.
    pub(crate) must: bool,
}

impl Step {
    /// A call that must succeed.
    pub(crate) fn must(target: Address, data: impl Into<Bytes>) -> Self {
        Self { target, data: data.into(), must: true }
    }

    /// A call that may fail.
    pub(crate) fn may(target: Address, data: impl Into<Bytes>) -> Self {
        Self { target, data: data.into(), must: false }
    }

    /// Bytes of its code.
    fn length(&self) -> usize {
        36 + if self.must { 14 } else { 7 }
    }

    /// Its code. `start` is where that stands, and `at` where the data is.
    fn code(&self, start: usize, at: usize) -> Vec<u8> {
        let length = two(self.data.len());
        // codecopy(0, at, length); call(gas, target, 0, 0, length, 0, 0)
        let mut code = [&hex!("61")[..], &length, &hex!("61"), &two(at), &hex!("5f39")].concat();
        code.extend([&hex!("5f5f61")[..], &length, &hex!("5f5f73"), self.target.as_slice()].concat());
        if self.must {
            code.extend(hex!("5af1"));
            // || returndatacopy(0, 0, returndatasize); revert(0, returndatasize)
            let next = two(start + self.length() - 1);
            code.extend([&hex!("61")[..], &next, &hex!("57 3d5f5f3e 3d5ffd 5b")].concat());
        } else {
            // With a million of the gas: in a static call, a change of state takes all that it is given.
            code.extend(hex!("63000f4240 f1 50"));
        }
        code
    }
}

/// What the contract does then.
#[derive(Clone, Copy)]
pub(crate) enum Then {
    /// Returns nothing.
    Stop,
    /// Returns two words.
    Return([U256; 2]),
    /// What the code of another one does.
    As(Address),
}

impl Then {
    /// Its code. `start` is where that stands.
    fn code(self, start: usize) -> Vec<u8> {
        let program = match self {
            Self::Stop => return hex!("00").into(),
            Self::Return(words) => {
                // mstore(0, first); mstore(32, second); return(0, 64)
                let [first, second] = words.map(|word| word.to_be_bytes::<32>());
                return [&hex!("7f")[..], &first, &hex!("5f52 7f"), &second, &hex!("602052 60405ff3")].concat();
            }
            Self::As(program) => program,
        };
        // calldatacopy(0, 0, calldatasize); delegatecall(gas, program, 0, calldatasize, 0, 0);
        // returndatacopy(0, 0, returndatasize); and it ends as the call did
        let mut code = [&hex!("365f5f37 5f5f365f 73")[..], program.as_slice(), &hex!("5af4 3d5f5f3e")].concat();
        let end = two(start + code.len() + 7);
        code.extend([&hex!("61")[..], &end, &hex!("57 3d5ffd 5b 3d5ff3")].concat());
        code
    }
}

/// The contract's code.
pub(crate) fn script(steps: &[Step], then: Then) -> Bytes {
    let then_start = steps.iter().map(Step::length).sum();
    let end = then.code(then_start);
    let (mut code, mut data) = (Vec::new(), Vec::new());
    for step in steps {
        code.extend(step.code(code.len(), then_start + end.len() + data.len()));
        data.extend(&step.data);
    }
    assert_eq!(code.len(), then_start);
    [code, end, data].concat().into()
}

/// A number in two bytes.
fn two(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap().to_be_bytes()
}
