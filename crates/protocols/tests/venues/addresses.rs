//! Where everything lies.

use crate::world;
use std::collections::BTreeMap;

/// What `deploy/devnet.toml` tells the contract's build and its users.
const ROOTS: &str = include_str!("../../../../deploy/devnet.toml");

#[test]
fn addresses_equal_the_networks_file() {
    let file: BTreeMap<String, toml::Table> = toml::from_str(ROOTS).expect("a network's file");
    let (_, world) = world();
    let (uniswap, aave) = (&world.uniswap, &world.aave);
    let deployed = [
        ("uniswap_v3", "factory", uniswap.factory),
        ("uniswap_v3", "router", uniswap.router),
        ("uniswap_v3", "router02", uniswap.router02),
        ("uniswap_v3", "quoter", uniswap.quoter),
        ("aave_v3", "provider", aave.provider),
        ("aave_v3", "pool", aave.pool),
        ("aave_v3", "oracle", aave.oracle),
    ];
    let written = deployed.map(|(table, key, _)| {
        let address = file.get(table).and_then(|table| table.get(key)?.as_str());
        (table, key, address.unwrap_or("nowhere").to_owned())
    });
    assert_eq!(written, deployed.map(|(table, key, address)| (table, key, format!("{address:#x}"))));
}
