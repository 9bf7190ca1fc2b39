//! Activation: whether a module is a program, what it will cost to run, and the form in which it runs.

mod limits;
mod module;
mod validate;

use crate::{
    instrument::{self, ADDED_GLOBALS, InstrumentedModule},
    params::ArbOs,
};
pub(crate) use limits::Limit;
pub(crate) use module::{Body, Module};

/// The export that is called.
pub const ENTRYPOINT: &str = "user_entrypoint";
/// The export that is the program's memory.
pub const MEMORY: &str = "memory";
/// Gas of every activation, besides what is worked out from the module.
pub const FIXED_GAS: u64 = 1_659_168;
/// Gas in a microsecond of a node's work.
const MICROSECOND: u64 = 28;

/// The rules that a module is held to.
#[derive(Clone, Copy, Debug)]
pub struct ActivationRules {
    /// The chain's version.
    pub arbos: ArbOs,
    /// Pages that may still be opened in this transaction.
    pub pages_left: u16,
    /// Gas that may be spent on [`Activation::metered_gas`]; the fixed part is the caller's to take.
    pub gas: u64,
}

impl ActivationRules {
    /// The rules outside any transaction: no page is open, and gas is no object.
    #[must_use]
    pub const fn new(arbos: ArbOs) -> Self {
        Self { arbos, pages_left: 128, gas: u64::MAX }
    }
}

/// Why a module is not a program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActivationError {
    /// Not WebAssembly, or not of the kind that Stylus knows.
    #[error("failed to validate the module: {0}")]
    Invalid(String),
    /// Contradicts itself in a way that the validator does not see.
    #[error("malformed module: {0}")]
    Malformed(&'static str),
    /// A kind of section, import or operator that no program may have.
    #[error("unsupported {0}")]
    Unsupported(String),
    /// An import that is no host I/O.
    #[error("no such import: {0} in {1}")]
    UnknownImport(String, String),
    /// An import or an export of another type than it must have.
    #[error("wrong type for {0}")]
    WrongType(String),
    /// Something that every program must have.
    #[error("missing {0}")]
    Missing(&'static str),
    /// A name that only the host may use.
    #[error("reserved or repeated name: {0}")]
    Reserved(String),
    /// More than the limits allow.
    #[error("too many {what}: {count} > {limit}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A data or element segment that does not fit.
    #[error("segment out of bounds: offset {offset}, size {size}")]
    OutOfBounds {
        /// Where it begins.
        offset: u64,
        /// Its length.
        size: u64,
    },
    /// The activation costs more than may be spent on it.
    #[error("out of gas: activation costs {0}, besides the fixed part")]
    OutOfGas(u64),
    /// A cost that does not fit its field.
    #[error("{0} too high: more than 65,535")]
    CostTooHigh(&'static str),
}

/// A program, as it is entered in the chain's books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    /// Gas of an uncached start, beyond the fixed part.
    pub init_cost: u16,
    /// Gas of every start, beyond the fixed part.
    pub cached_cost: u16,
    /// Pages of memory that it starts with.
    pub footprint: u16,
    /// Bytes of native code that it is taken to make.
    pub asm_estimate: u32,
    /// Gas of this activation, beyond [`FIXED_GAS`].
    pub metered_gas: u64,
    /// Functions of its own.
    pub functions: u32,
    /// Encoded bytes of its data and element segments.
    pub data_bytes: u64,
    /// The form in which it runs.
    pub module: InstrumentedModule,
}

/// Checks a module, works out its costs and instruments it.
pub fn activate(wasm: &[u8], rules: ActivationRules) -> Result<Activation, ActivationError> {
    validate::validate(wasm, rules.arbos)?;
    let module = Module::parse(wasm)?;
    limits::check_names_and_imports(&module)?;
    let footprint = limits::check_footprint(&module, rules)?;
    let (instrumented, operators) = instrument::instrument(&module, footprint, rules.arbos)?;
    limits::check_quantities(&module)?;
    limits::check_segments(&module)?;

    let costs = Costs::of(&module, wasm.len() as u64, footprint);
    let metered_gas = costs.activation(operators);
    if metered_gas > rules.gas {
        return Err(ActivationError::OutOfGas(metered_gas));
    }
    Ok(Activation {
        init_cost: u16::try_from(costs.init()).map_err(|_| ActivationError::CostTooHigh("init cost"))?,
        cached_cost: u16::try_from(costs.cached()).map_err(|_| ActivationError::CostTooHigh("cached cost"))?,
        footprint,
        asm_estimate: u32::try_from(costs.asm()).map_err(|_| ActivationError::CostTooHigh("native code"))?,
        metered_gas,
        functions: module.bodies.len() as u32,
        data_bytes: module.data_encoded + module.elements_encoded,
        module: instrumented,
    })
}

/// What the costs of a module depend on.
struct Costs {
    functions: u64,
    /// Parameters and results of all functions together.
    types: u64,
    wasm: u64,
    globals: u64,
    data: u64,
    data_encoded: u64,
    elements_encoded: u64,
    footprint: u64,
}

impl Costs {
    fn of(module: &Module<'_>, wasm: u64, footprint: u16) -> Self {
        let types = module.bodies.iter().map(|body| body.arity).sum();
        Self {
            functions: module.bodies.len() as u64,
            types,
            wasm,
            globals: u64::from(module.globals + ADDED_GLOBALS),
            data: module.data_payload,
            data_encoded: module.data_encoded,
            elements_encoded: module.elements_encoded,
            footprint: u64::from(footprint),
        }
    }

    fn init(&self) -> u64 {
        self.functions * 8_252 / 1_000 + self.types * 1_059 / 1_000 + self.wasm * 1_286 / 10_000
    }

    fn cached(&self) -> u64 {
        self.functions * 13_420 / 100_000
            + self.types * 89 / 100_000
            + self.wasm * 122 / 100_000
            + self.globals * 1_628 / 1_000
            + (self.data_encoded + self.elements_encoded) * 75_244 / 100_000
            + self.footprint * 5
    }

    fn asm(&self) -> u64 {
        512_000 + self.functions * 996_829 / 1_000 + self.types * 11_416 / 1_000 + self.wasm * 62_628 / 10_000
    }

    fn activation(&self, operators: u64) -> u64 {
        let microseconds = self.wasm * 31_733 / 100_000
            + self.functions * 17_263 / 100_000
            + self.data * 17_376 / 100_000
            + self.elements_encoded * 17_376 / 100_000
            + self.footprint * 2_217
            + operators * 535 / 1_000;
        microseconds * MICROSECOND
    }
}
