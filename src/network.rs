//! The roots of trust of the network that this build is for, from `deploy/<network>.toml`.

use alloy_primitives::{Address, address};

include!(concat!(env!("OUT_DIR"), "/network.rs"));

/// The word of a root, made by code.
macro_rules! root {
    ($name:ident) => {
        $crate::word::in_code!($crate::word::of_address($crate::network::$name.0.0))
    };
}
pub(crate) use root;
