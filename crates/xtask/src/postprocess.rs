//! From what the linker made to what is deployed.
//!
//! There is no wasm-opt here, because it does not pay. Measured with Binaryen 132 on the first slice, 27,468 bytes and
//! 8,741 compressed: `-O3` takes 957 bytes more, which is 123 gas of the first uncached entry in a block and 1 of every
//! other, and 58 compressed bytes. Whoever deploys would need that very release.

use eyre::{Result, eyre};
use std::convert::Infallible;
use wasm_encoder::{
    Module,
    reencode::{Error, Reencode},
};
use wasmparser::{CustomSectionReader, Parser};

/// Encodes a module anew, without custom sections.
///
/// The linker leaves room in every index that it fills in: five bytes where one is enough. That costs entry gas, and
/// the padded table index of an indirect call is refused at activation. Names and the record of the compiler are of no
/// use on the chain. What comes out is what cargo-stylus makes of the same build, byte for byte, but for the section with
/// a hash of the sources that it then adds.
pub(crate) fn run(linked: &[u8]) -> Result<Vec<u8>> {
    let mut module = Module::new();
    WithoutCustomSections
        .parse_core_module(&mut module, Parser::new(0), linked)
        .map_err(|error| eyre!("the linker's module is malformed: {error}"))?;
    Ok(module.finish())
}

struct WithoutCustomSections;

impl Reencode for WithoutCustomSections {
    type Error = Infallible;

    fn parse_custom_section(&mut self, _: &mut Module, _: CustomSectionReader<'_>) -> Result<(), Error<Infallible>> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::run;
    use wasm_encoder::{CodeSection, CustomSection, Function, FunctionSection, Module, RawSection, TypeSection};

    /// `() -> i32` that returns `body`, given as encoded instructions.
    fn module(body: &[u8], custom: bool) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], [wasm_encoder::ValType::I32]);
        let mut functions = FunctionSection::new();
        functions.function(0);
        let mut function = Function::new([]);
        function.raw(body.iter().copied());
        let mut code = CodeSection::new();
        code.function(&function);
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&code);
        if custom {
            module.section(&CustomSection { name: "producers".into(), data: (&b"rustc"[..]).into() });
        }
        module.finish()
    }

    #[test]
    fn indices_lose_their_padding_and_sections_that_nothing_reads_go() {
        let padded = module(&[0x10, 0x80, 0x80, 0x80, 0x80, 0x00, 0x0b], true);
        assert_eq!(run(&padded).expect("well-formed"), module(&[0x10, 0x00, 0x0b], false));
    }

    #[test]
    fn what_is_processed_stays_the_same_when_processed_again() {
        let once = run(&module(&[0x41, 0x07, 0x0b], true)).expect("well-formed");
        assert_eq!(run(&once).expect("well-formed"), once);
    }

    #[test]
    fn a_malformed_module_is_an_error() {
        let mut module = Module::new();
        module.section(&RawSection { id: 10, data: &[0xff] });
        assert!(run(&module.finish()).is_err());
        assert!(run(b"\0asm").is_err());
    }
}
