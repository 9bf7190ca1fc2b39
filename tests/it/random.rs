//! Numbers that look random and are the same in every run.

/// A generator, begun with any number but zero.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// Any number below this one.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        // The generator of Marsaglia: three shifts.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    /// One of some.
    pub(crate) fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }
}
