//! Turns `deploy/<network>.toml` into the constants of one network: the contract has no constructor and no storage. And
//! turns the pieces of the witnesses' types into code that writes them, since as data every frame would pay for them.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// The roots that the contract trusts, as `table.key` in the network's file, and the constant each becomes.
const ROOTS: [(&str, &str, &str, &str); 4] = [
    ("exactly", "auditor", "EXACTLY_AUDITOR", "Exactly's Auditor, which lists the markets."),
    ("balancer_v2", "vault", "BALANCER_V2_VAULT", "The vault of Balancer V2."),
    ("uniswap_v3", "factory", "UNISWAP_V3_FACTORY", "The factory of Uniswap V3, which made its pools."),
    ("permit2", "permit2", "PERMIT2", "Permit2, which checks what accounts have signed."),
];

fn main() {
    let network = env::var("DEBT_MANAGER_NETWORK").unwrap_or_else(|_| "devnet".to_owned());
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets the manifest's folder"));
    let file = root.join("deploy").join(format!("{network}.toml"));
    println!("cargo::rerun-if-env-changed=DEBT_MANAGER_NETWORK");
    println!("cargo::rerun-if-changed={}", file.display());
    println!("cargo::rerun-if-changed=abi/IDebtManager.sol");

    let text = fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}; DEBT_MANAGER_NETWORK names a file in deploy/", file.display()));
    let tables: BTreeMap<String, toml::Table> =
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));

    let mut constants = String::new();
    for (table, key, name, doc) in ROOTS {
        let address = tables
            .get(table)
            .and_then(|table| table.get(key)?.as_str())
            .unwrap_or_else(|| panic!("{}: [{table}] lacks {key}", file.display()));
        writeln!(constants, "/// {doc}\npub const {name}: Address = address!(\"{address}\");")
            .expect("a string takes all that is written");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets the output folder"));
    fs::write(out.join("network.rs"), constants).expect("the output folder is writable");
    fs::write(out.join("witness.rs"), pieces(&root.join("src/door/witness.txt")))
        .expect("the output folder is writable");
}

/// A function for each piece of text, which appends it eight bytes at a time.
fn pieces(file: &Path) -> String {
    println!("cargo::rerun-if-changed={}", file.display());
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut functions = String::new();
    for line in text.lines() {
        let (name, piece) = line.split_once('=').expect("each line is a name and its text");
        writeln!(functions, "/// Appends `{piece}`.\n#[inline(never)]\nfn {name}(text: &mut TypeText) {{")
            .expect("a string takes all that is written");
        for chunk in piece.as_bytes().chunks(8) {
            let eight = chunk.iter().rev().fold(0_u64, |eight, byte| eight << 8 | u64::from(*byte));
            writeln!(functions, "    text.push({eight:#x}, {});", chunk.len())
                .expect("a string takes all that is written");
        }
        functions.push_str("}\n");
    }
    functions
}
