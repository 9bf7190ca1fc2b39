//! From a contract's code to the WASM module that it stands for.

use crate::evm::Context;
use alloy_primitives::{Address, Bytes};
use stylus::code::{self, CodeError, StylusCode};

/// The module that code stands for, which may be spread over fragments. `read` gets a fragment's code, and may take
/// something for it.
pub(crate) fn module<E: From<CodeError>>(
    context: &mut Context,
    code: &[u8],
    mut read: impl FnMut(&mut Context, Address) -> Result<Bytes, E>,
) -> Result<Vec<u8>, E> {
    let (arbos, params) = (context.chain.arbos, context.chain.params);
    let limit = params.max_wasm_size as usize;
    let decompress = |context: &Context, dictionary, stream: &[u8], limit| {
        code::decompress(dictionary, stream, limit, context.chain.dictionary.as_ref().map(AsRef::as_ref))
    };
    match code::parse(code, arbos)? {
        StylusCode::Program { dictionary, compressed } => Ok(decompress(context, dictionary, compressed, limit)?),
        StylusCode::Fragment(_) => Err(CodeError::NotProgram.into()),
        StylusCode::Root { dictionary, uncompressed_length, fragments } => {
            let length = uncompressed_length as usize;
            if length > limit {
                return Err(CodeError::TooLarge(limit).into());
            }
            if fragments.is_empty() || fragments.len() > usize::from(params.max_fragment_count) {
                return Err(CodeError::Malformed.into());
            }
            let mut stream = Vec::new();
            for fragment in fragments {
                let code = read(context, fragment)?;
                let StylusCode::Fragment(part) = code::parse(&code, arbos)? else {
                    return Err(CodeError::Malformed.into());
                };
                stream.extend_from_slice(part);
            }
            let module = decompress(context, dictionary, &stream, length)?;
            if module.len() == length { Ok(module) } else { Err(CodeError::Malformed.into()) }
        }
    }
}
