//! The roots of trust of the network that this build is for, from `deploy/<network>.toml`.

use alloy_primitives::{Address, address};

include!(concat!(env!("OUT_DIR"), "/network.rs"));
