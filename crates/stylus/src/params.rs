//! The rules that change with ArbOS, and the parameters that a chain's owner can set.

/// A version of ArbOS, the chain's own layer around the EVM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArbOs(pub u64);

impl ArbOs {
    /// "Dia": Arbitrum One until August 2026.
    pub const V51: Self = Self(51);
    /// Stylus version 3.
    pub const V59: Self = Self(59);
    /// Fragments, larger programs, and the cached price for what ran earlier in the block.
    pub const V60: Self = Self(60);
    /// "Elara": Arbitrum One since August 2026.
    pub const V61: Self = Self(61);

    /// The version of Stylus that programs are activated for.
    #[must_use]
    pub const fn stylus_version(self) -> u16 {
        if self.0 >= Self::V59.0 { 3 } else { 2 }
    }
}

/// What the chain's owner can set, at the values that each ArbOS starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StylusParams {
    /// Version that a program must have been activated for to be called.
    pub version: u16,
    /// Ink in a unit of gas.
    pub ink_price: u32,
    /// Words of stack in a frame.
    pub max_stack_depth: u32,
    /// Pages that cost nothing, over a transaction.
    pub free_pages: u16,
    /// Gas of each further open page.
    pub page_gas: u16,
    /// What the exponential part of the page price grows by; the table that follows from it is fixed.
    pub page_ramp: u64,
    /// Most pages open at once.
    pub page_limit: u16,
    /// Least gas of starting a program, in units of [`crate::gas::entry::MIN_INIT_UNIT`].
    pub min_init_gas: u8,
    /// Least gas of starting a cached program, in units of [`crate::gas::entry::MIN_CACHED_UNIT`].
    pub min_cached_init_gas: u8,
    /// Weight of the part of the start that depends on the program, in units of 2%.
    pub init_cost_scalar: u8,
    /// The same for a cached program.
    pub cached_cost_scalar: u8,
    /// Days until an activation expires.
    pub expiry_days: u16,
    /// Days until an activation can be renewed.
    pub keepalive_days: u16,
    /// Programs that a block remembers.
    pub block_cache_size: u16,
    /// Most bytes of a program, decompressed.
    pub max_wasm_size: u32,
    /// Most fragments of a program.
    pub max_fragment_count: u8,
    /// Gas taken at the start of each activation.
    pub activation_gas: u64,
}

impl StylusParams {
    /// The parameters that a chain has at this version.
    #[must_use]
    pub const fn at(arbos: ArbOs) -> Self {
        let large = arbos.0 >= ArbOs::V60.0;
        Self {
            version: arbos.stylus_version(),
            ink_price: 10_000,
            max_stack_depth: 22_000,
            free_pages: 2,
            page_gas: 1_000,
            page_ramp: 620_674_314,
            page_limit: 128,
            min_init_gas: 69,
            min_cached_init_gas: 11,
            init_cost_scalar: 50,
            cached_cost_scalar: 50,
            expiry_days: 365,
            keepalive_days: 31,
            block_cache_size: 32,
            max_wasm_size: if large { 256 * 1024 } else { 128 * 1024 },
            max_fragment_count: if large { 4 } else { 0 },
            activation_gas: 0,
        }
    }
}
