//! How a Stylus program stands on chain: a prefix, a dictionary byte and a Brotli stream, or fragments of one.

use crate::params::ArbOs;
use alloy_primitives::Address;
use brotli::{
    BrotliDecompressStream, BrotliResult, BrotliState,
    enc::{BrotliEncoderParams, StandardAlloc},
};

const PREFIX: [u8; 2] = [0xef, 0xf0];
const PROGRAM: u8 = 0;
const FRAGMENT: u8 = 1;
const ROOT: u8 = 2;
/// Bytes of a prefix: two of magic and one that says what follows.
pub const PREFIX_LENGTH: usize = 3;

/// Code that Stylus knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StylusCode<'a> {
    /// A whole program.
    Program {
        /// Which dictionary it was compressed with.
        dictionary: u8,
        /// The Brotli stream.
        compressed: &'a [u8],
    },
    /// A part of a program's Brotli stream. Cannot be called or activated.
    Fragment(&'a [u8]),
    /// A program whose stream is the fragments', one after the other.
    Root {
        /// Which dictionary it was compressed with.
        dictionary: u8,
        /// Bytes of the module.
        uncompressed_length: u32,
        /// Where the fragments are.
        fragments: Vec<Address>,
    },
}

/// Why code is not a program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Neither of the prefixes, or one that this ArbOS does not know.
    #[error("not a Stylus program")]
    NotProgram,
    /// The code ends inside its header, or its header does not add up.
    #[error("the program's header is malformed")]
    Malformed,
    /// A dictionary that is unknown, or whose bytes were not given.
    #[error("dictionary {0} is not available: load its bytes, or compress without one (dictionary 0)")]
    Dictionary(u8),
    /// The stream is not Brotli.
    #[error("the program does not decompress")]
    Stream,
    /// More than a module may have.
    #[error("the program decompresses to more than {0} bytes")]
    TooLarge(usize),
}

/// Whether code with this beginning may be deployed although it begins with 0xEF. A prefix with nothing behind it may not.
#[must_use]
pub fn is_deployable(code: &[u8], arbos: ArbOs) -> bool {
    match code {
        [0xef, 0xf0, PROGRAM, _, ..] => true,
        [0xef, 0xf0, FRAGMENT | ROOT, _, ..] => arbos >= ArbOs::V60,
        _ => false,
    }
}

/// Whether a call of this code runs WASM: anything else is left to the EVM.
#[must_use]
pub fn is_callable(code: &[u8], arbos: ArbOs) -> bool {
    is_deployable(code, arbos) && code.get(2) != Some(&FRAGMENT)
}

/// Takes code apart.
pub fn parse(code: &[u8], arbos: ArbOs) -> Result<StylusCode<'_>, CodeError> {
    if !is_deployable(code, arbos) {
        return Err(CodeError::NotProgram);
    }
    let (header, rest) = code.split_at(PREFIX_LENGTH);
    match header[2] {
        FRAGMENT => Ok(StylusCode::Fragment(rest)),
        PROGRAM => {
            let (dictionary, compressed) = rest.split_first().ok_or(CodeError::Malformed)?;
            Ok(StylusCode::Program { dictionary: *dictionary, compressed })
        }
        _ => {
            let (dictionary, rest) = rest.split_first().ok_or(CodeError::Malformed)?;
            let (length, rest) = rest.split_first_chunk().ok_or(CodeError::Malformed)?;
            let (fragments, []) = rest.as_chunks::<20>() else { return Err(CodeError::Malformed) };
            Ok(StylusCode::Root {
                dictionary: *dictionary,
                uncompressed_length: u32::from_be_bytes(*length),
                fragments: fragments.iter().map(Address::from).collect(),
            })
        }
    }
}

/// Decompresses a stream to at most `limit` bytes. What stands behind the stream's end is ignored, as Nitro does.
/// `custom` is the bytes of Nitro's own dictionary, number 1, which a chain may be given; they are not ours to ship.
pub fn decompress(
    dictionary: u8,
    compressed: &[u8],
    limit: usize,
    custom: Option<&[u8]>,
) -> Result<Vec<u8>, CodeError> {
    let dictionary = match (dictionary, custom) {
        (0, _) => Vec::new(),
        (1, Some(bytes)) => bytes.to_vec(),
        (other, _) => return Err(CodeError::Dictionary(other)),
    };
    let [bytes, words, tables] = [StandardAlloc::default(); 3];
    let mut state = BrotliState::new_with_custom_dictionary(bytes, words, tables, dictionary.into());
    state.large_window = false;
    let (mut input, mut read, mut room, mut written) = (compressed.len(), 0, limit, 0);
    let mut module = vec![0; limit];
    let result = BrotliDecompressStream(
        &mut input,
        &mut read,
        compressed,
        &mut room,
        &mut written,
        &mut module,
        &mut 0,
        &mut state,
    );
    match result {
        BrotliResult::ResultSuccess => {
            module.truncate(written);
            Ok(module)
        }
        BrotliResult::NeedsMoreOutput => Err(CodeError::TooLarge(limit)),
        BrotliResult::NeedsMoreInput | BrotliResult::ResultFailure => Err(CodeError::Stream),
    }
}

/// Decompresses the joined stream of a root's fragments, which must give the `length` that the root says, to the byte.
pub fn decompress_root(
    dictionary: u8,
    stream: &[u8],
    length: u32,
    limit: usize,
    custom: Option<&[u8]>,
) -> Result<Vec<u8>, CodeError> {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > limit {
        return Err(CodeError::TooLarge(limit));
    }
    let module = decompress(dictionary, stream, length, custom)?;
    if module.len() == length { Ok(module) } else { Err(CodeError::Malformed) }
}

/// The code of a program: what `cargo stylus` would deploy for this module.
#[must_use]
pub fn compress(module: &[u8]) -> Vec<u8> {
    let params = BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    let mut code = vec![PREFIX[0], PREFIX[1], PROGRAM, 0];
    brotli::BrotliCompress(&mut &*module, &mut code, &params).expect("memory takes all that is written");
    code
}

/// Init code that deploys `code` as it is.
#[must_use]
pub fn initcode(code: &[u8]) -> Vec<u8> {
    const PRELUDE: u8 = 43;
    let mut initcode = vec![0x7f];
    initcode.extend([0; 24]);
    initcode.extend((code.len() as u64).to_be_bytes());
    // DUP1, PUSH1 prelude, PUSH1 0, CODECOPY, PUSH1 0, RETURN, and the byte that ends the prelude
    initcode.extend([0x80, 0x60, PRELUDE, 0x60, 0x00, 0x39, 0x60, 0x00, 0xf3, 0x00]);
    debug_assert_eq!(initcode.len(), usize::from(PRELUDE));
    initcode.extend(code);
    initcode
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_survives_the_way_to_the_chain_and_back() {
        let module: Vec<u8> = (0..5_000_u32).flat_map(u32::to_le_bytes).collect();
        let code = compress(&module);
        let Ok(StylusCode::Program { dictionary, compressed }) = parse(&code, ArbOs::V51) else { panic!("a program") };
        assert_eq!(decompress(dictionary, compressed, module.len(), None), Ok(module.clone()));
        assert_eq!(decompress(dictionary, compressed, module.len() - 1, None), Err(CodeError::TooLarge(19_999)));
    }

    #[test]
    fn prefixes_count_from_the_arbos_that_knows_them() {
        let root = [&[0xef, 0xf0, 2, 0, 0, 0, 0, 9][..], &[7; 40]].concat();
        assert_eq!(parse(&root, ArbOs::V51), Err(CodeError::NotProgram));
        let fragments = vec![Address::repeat_byte(7); 2];
        let parsed = StylusCode::Root { dictionary: 0, uncompressed_length: 9, fragments };
        assert_eq!(parse(&root, ArbOs::V60), Ok(parsed));
        assert_eq!(parse(&root[..47], ArbOs::V60), Err(CodeError::Malformed));
        assert!(is_deployable(&[0xef, 0xf0, 1, 0], ArbOs::V60) && !is_callable(&[0xef, 0xf0, 1, 0], ArbOs::V60));
        assert!((0..3).all(|kind| !is_deployable(&[0xef, 0xf0, kind], ArbOs::V60)));
        assert!(!is_deployable(&[0xef, 0x01, 0], ArbOs::V61));
    }

    #[test]
    fn an_unknown_dictionary_and_a_broken_stream_are_refused() {
        assert_eq!(decompress(1, &[], 10, None), Err(CodeError::Dictionary(1)));
        assert_eq!(decompress(2, &[], 10, Some(&[1])), Err(CodeError::Dictionary(2)));
        assert_eq!(decompress(0, &[0xff; 9], 10, None), Err(CodeError::Stream));
        assert_eq!(decompress(0, &[], 10, None), Err(CodeError::Stream));
    }

    #[test]
    fn a_stream_may_be_followed_by_anything_but_must_end() {
        let code = compress(&[7; 99]);
        let stream = &code[4..];
        let followed = [stream, &[0xff; 5]].concat();
        assert_eq!(decompress(0, &followed, 99, None), Ok(vec![7; 99]));
        for end in 0..stream.len() {
            assert_eq!(decompress(0, &stream[..end], 99, None), Err(CodeError::Stream), "{end} bytes");
        }
    }

    #[test]
    fn a_root_says_how_long_its_module_is() {
        let code = compress(&[7; 99]);
        let root = |length, limit| decompress_root(0, &code[4..], length, limit, None);
        assert_eq!(root(99, 99), Ok(vec![7; 99]));
        assert_eq!(root(100, 100), Err(CodeError::Malformed));
        assert_eq!(root(98, 100), Err(CodeError::TooLarge(98)));
        assert_eq!(root(99, 98), Err(CodeError::TooLarge(98)));
    }

    #[test]
    fn the_dictionary_that_is_given_is_used() {
        let random = |n: u32| (n.wrapping_mul(2_654_435_761) >> 24) as u8 ^ (n.wrapping_mul(40_503) >> 11) as u8;
        let words: Vec<u8> = (0..4_096).map(random).collect();
        let words = &words[..];
        let params = BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
        let mut stream = Vec::new();
        brotli::BrotliCompressCustomIoCustomDict(
            &mut brotli::IoReaderWrapper(&mut &words[1_000..3_000]),
            &mut brotli::IoWriterWrapper(&mut stream),
            &mut [0; 4096],
            &mut [0; 4096],
            &params,
            StandardAlloc::default(),
            &mut |_, _, _, _| (),
            words,
            std::io::ErrorKind::UnexpectedEof.into(),
        )
        .unwrap();
        assert!(stream.len() < 1_000, "{} bytes", stream.len());
        assert_eq!(decompress(1, &stream, 2_000, Some(words)).as_deref(), Ok(&words[1_000..3_000]));
        assert_ne!(decompress(0, &stream, 2_000, None).as_deref(), Ok(&words[1_000..3_000]));
    }

    #[test]
    fn the_prelude_returns_what_follows_it() {
        let initcode = initcode(&[1, 2, 3]);
        assert_eq!(initcode.len(), 46);
        assert_eq!(initcode[31..33], [0, 3]);
        assert_eq!(initcode[43..], [1, 2, 3]);
    }
}
