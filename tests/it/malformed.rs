//! G2: calldata of every entry point, changed at random. What is not the canonical encoding is refused for that before
//! anything else is done; what is canonical is never refused for its form; and every refusal says why.

use crate::{
    random::Random,
    repertoire::{Scene, scenes},
    stage::Stage,
};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolInterface;
use debt_manager::abi::IDebtManager::{
    Authorization, AuthorizationKind, IDebtManagerCalls, IDebtManagerErrors, receiveFlashLoanCall,
};
use devnet::Tx;
use std::collections::{BTreeMap, BTreeSet};

const SELECTOR: usize = 4;
const WORD: usize = 32;
/// Changed calldata of each operation and callback.
const CASES: usize = 400;
/// Every so many of them are sent in a transaction, with all invariants checked.
const SENT: usize = 40;
/// Longest signature and path that are read, and the length of a key's signature.
const LONGEST: usize = 2_048;
const LONGEST_PATH: usize = 20 + 8 * 23;
const OF_KEY: usize = 65;

/// Somebody's call.
struct Call {
    title: String,
    stage: Stage,
    from: Address,
    data: Vec<u8>,
}

/// The operations, and the callbacks in them, which come too late.
fn calls() -> Vec<Call> {
    let mut all = Vec::new();
    for Scene { title, stage, tx, .. } in scenes() {
        let (_, trace) = stage.chain.clone().send_traced(tx.clone()).unwrap();
        let ours = trace.frames().into_iter().filter(|frame| frame.to == stage.dm.address);
        for (nth, frame) in ours.enumerate() {
            let (title, data) = (format!("{title}, call {nth}"), frame.input.to_vec());
            all.push(Call { title, stage: stage.clone(), from: frame.from, data });
        }
    }
    all
}

/// Whether it is what an encoder makes of some arguments, and only of these.
fn is_canonical(data: &[u8]) -> bool {
    IDebtManagerCalls::abi_decode_validate(data).is_ok_and(|call| call.abi_encode() == data)
}

/// Whether all of it that has a length has one that is read.
fn has_lengths_that_are_read(data: &[u8]) -> bool {
    let approvals = |all: &[Authorization]| {
        all.iter().all(|Authorization { kind, signature, .. }| {
            let is_of_key = matches!(kind, AuthorizationKind::Eip2612 | AuthorizationKind::DaiLike);
            signature.len() <= LONGEST && (!is_of_key || signature.len() == OF_KEY)
        })
    };
    let (path, signature) = (|path: &Bytes| path.len() <= LONGEST_PATH, |bytes: &Bytes| bytes.len() <= LONGEST);
    match IDebtManagerCalls::abi_decode(data).unwrap() {
        IDebtManagerCalls::leverage(call) => path(&call.swap) && approvals(&call.authorizations),
        IDebtManagerCalls::deleverage(call) => path(&call.swap) && approvals(&call.authorizations),
        IDebtManagerCalls::migrate(call) => {
            path(&call.debtSwap) && path(&call.collateralSwap) && approvals(&call.authorizations)
        }
        IDebtManagerCalls::leverageFor(call) => {
            path(&call.swap) && approvals(&call.authorizations) && signature(&call.signed.signature)
        }
        IDebtManagerCalls::deleverageFor(call) => {
            path(&call.swap) && approvals(&call.authorizations) && signature(&call.signed.signature)
        }
        IDebtManagerCalls::migrateFor(call) => {
            let paths = path(&call.debtSwap) && path(&call.collateralSwap);
            paths && approvals(&call.authorizations) && signature(&call.signed.signature)
        }
        // Of a loan there is one token.
        IDebtManagerCalls::receiveFlashLoan(receiveFlashLoanCall { tokens, amounts, feeAmounts, .. }) => {
            [tokens.len(), amounts.len(), feeAmounts.len()] == [1; 3]
        }
        IDebtManagerCalls::uniswapV3SwapCallback(_) => true,
    }
}

/// A number that may stand for an offset, a length, an amount or an address.
fn telling(random: &mut Random, data: &[u8], word: U256) -> U256 {
    let other = SELECTOR + WORD * random.below(((data.len() - SELECTOR) / WORD) as u64) as usize;
    let any = U256::from_be_slice(&data[other..other + WORD]);
    let (one, step, length) = (U256::ONE, U256::from(WORD), U256::from(data.len()));
    let near = [word + one, word.wrapping_sub(one), word.wrapping_add(step), word.wrapping_sub(step), word ^ one];
    let far = [U256::MAX, one << 31, one << 32, one << 63, one << 64, one << 160, one << 255, length, length - step];
    let some = [U256::ZERO, one, step, any, any ^ word, U256::from(random.below(2_100)), word | (one << 200)];
    random.of(&[&near[..], &far, &some].concat())
}

/// Calldata that is changed somewhere.
fn changed(random: &mut Random, data: &[u8]) -> Vec<u8> {
    let (mut new, words) = (data.to_vec(), (data.len() - SELECTOR) / WORD);
    let at = SELECTOR + WORD * random.below(words as u64) as usize;
    match random.below(8) {
        0 => new.truncate(random.below(data.len() as u64) as usize),
        1 => new.extend((0..1 + random.below(64)).map(|_| random.of(&[0, 0, 1]))),
        2 => new[SELECTOR + random.below((data.len() - SELECTOR) as u64) as usize] ^= 1 << random.below(8),
        3 => return apart(random, data),
        4 => drop(new.splice(at..at, [0; WORD])),
        5 => drop(new.splice(at..at + WORD, [])),
        _ => {
            let word = U256::from_be_slice(&new[at..at + WORD]);
            new[at..at + WORD].copy_from_slice(&telling(random, data, word).to_be_bytes::<WORD>());
        }
    }
    new
}

/// The same arguments, with words between that nobody points to: other decoders take it for the same.
fn apart(random: &mut Random, data: &[u8]) -> Vec<u8> {
    let words: Vec<U256> = data[SELECTOR..].chunks_exact(WORD).map(U256::from_be_slice).collect();
    let is_offset = |word: &U256| {
        *word >= U256::from(2 * WORD) && *word < U256::from(data.len()) && word.to::<usize>().is_multiple_of(WORD)
    };
    let offsets: Vec<U256> = words.iter().filter(|word| is_offset(word)).copied().collect();
    let (from, gap) = (random.of(&offsets), WORD * (1 + random.below(3) as usize));
    let moved = words.iter().map(|word| if is_offset(word) && *word >= from { word + U256::from(gap) } else { *word });
    let mut new: Vec<u8> = moved.flat_map(|word| word.to_be_bytes::<WORD>()).collect();
    let at = from.to::<usize>().min(new.len());
    new.splice(at..at, vec![0; gap]);
    [&data[..SELECTOR], &new].concat()
}

/// What was seen, so that every kind of thing has been.
#[derive(Debug, Default)]
struct Seen {
    selectors: BTreeMap<[u8; 4], usize>,
    errors: BTreeSet<[u8; 4]>,
    done: usize,
    malformed: usize,
    /// Other decoders take them for what they were before they were changed.
    same_to_others: usize,
}

fn is_same_to_others(data: &[u8], honest: &[u8]) -> bool {
    let encoded = |data| IDebtManagerCalls::abi_decode(data).map(|call| call.abi_encode());
    encoded(data).is_ok_and(|call| call == honest)
}

fn check(call: &Call, data: Vec<u8>, seen: &mut Seen) {
    let Call { title, stage, from, data: honest } = call;
    let result = stage.chain.call(Tx::call(*from, stage.dm.address, data.clone())).unwrap();
    let shown = || format!("{title}: {} gives {}", Bytes::from(data.clone()), result.output);
    let canonical = is_canonical(&data);
    seen.malformed += usize::from(!canonical);
    seen.same_to_others += usize::from(!canonical && is_same_to_others(&data, honest));
    if result.success {
        seen.done += 1;
        return assert!(canonical, "{}", shown());
    }
    let Ok(error) = IDebtManagerErrors::abi_decode_validate(&result.output) else { panic!("{}", shown()) };
    seen.errors.insert(error.selector());
    match error {
        IDebtManagerErrors::InvalidCalldata(at) => {
            assert!(!canonical || !has_lengths_that_are_read(&data), "{}", shown());
            assert!(at.offset <= U256::from(data.len()), "{}", shown());
        }
        // What is looked at before all has been read.
        IDebtManagerErrors::DeadlinePassed(_)
        | IDebtManagerErrors::PortionTooHigh(_)
        | IDebtManagerErrors::UnknownSelector(_) => {}
        _ => assert!(canonical, "{}", shown()),
    }
}

#[test]
fn g2_only_the_canonical_encoding_is_carried_out() {
    let (mut random, mut seen) = (Random(0xab1), Seen::default());
    for call in calls() {
        assert!(is_canonical(&call.data), "{}", call.title);
        *seen.selectors.entry(*call.data.first_chunk().unwrap()).or_default() += CASES;
        for nth in 0..CASES {
            let data = changed(&mut random, &call.data);
            if nth % SENT == 0 {
                let mut stage = call.stage.clone();
                stage.chain.set_balance(call.from, stage.chain.config().funds());
                stage.send(Tx::call(call.from, stage.dm.address, data.clone()));
            }
            check(&call, data, &mut seen);
        }
    }
    let entries: BTreeSet<[u8; 4]> = debt_manager::selectors().collect();
    assert_eq!(seen.selectors.keys().copied().collect::<BTreeSet<_>>(), entries, "a selector has no calls");
    let enough = seen.malformed > 5_000 && seen.same_to_others > 300 && seen.done > 100 && seen.errors.len() > 10;
    assert!(enough, "{seen:?}");
}

#[test]
fn g2_more_calldata_than_is_read_is_refused() {
    let Some(Call { stage, from, data, .. }) = calls().into_iter().next() else { return };
    for length in [16 * 1024, 16 * 1024 + 1, 128 * 1024] {
        let mut long = data.clone();
        long.resize(length, 0);
        let receipt = stage.chain.call(Tx::call(from, stage.dm.address, long)).unwrap();
        let error = IDebtManagerErrors::abi_decode_validate(&receipt.output);
        assert!(matches!(error, Ok(IDebtManagerErrors::InvalidCalldata(_))), "{length}: {}", receipt.output);
    }
}
