//! Why a host I/O ends the program.

/// Carried out of the guest as an error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Escape {
    /// The program ends with this status.
    #[error("exit with status {0}")]
    Exit(u32),
    /// The price could not be paid.
    #[error("out of ink")]
    OutOfInk,
    /// Something the host does not do.
    #[error("{0}")]
    Failure(String),
}

impl Escape {
    /// A failure with a reason.
    pub(super) fn failure(reason: impl Into<String>) -> Self {
        Self::Failure(reason.into())
    }
}
