//! `debt-manager demo` as a program: what it prints for other programs to read.

use serde_json::Value;
use std::{env, path::Path, process::Command};

/// What a demonstration prints as JSON.
fn runs() -> Vec<Value> {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/wasm/devnet/debt_manager.wasm");
    let wasm = env::var_os("DEBT_MANAGER_WASM").map_or(built, Into::into);
    let output = Command::new(env!("CARGO_BIN_EXE_debt-manager")).args(["demo", "--json", "--wasm"]).arg(wasm).output();
    let output = output.expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed: Value = serde_json::from_slice(&output.stdout).expect("JSON and nothing else");
    printed["runs"].as_array().expect("a list of runs").clone()
}

fn find<'a>(runs: &'a [Value], part: &str) -> &'a Value {
    let ours =
        |run: &&Value| run["manager"] == "stylus" && run["name"].as_str().is_some_and(|name| name.contains(part));
    runs.iter().find(ours).unwrap_or_else(|| panic!("no run has {part:?} in its name"))
}

fn number(run: &Value, field: &str) -> u64 {
    run[field].as_u64().unwrap_or_else(|| panic!("{field} of {run} is no number"))
}

#[test]
fn every_operation_is_shown_and_leaves_no_allowance() {
    let runs = runs();
    for run in &runs {
        assert!(["stylus", "solidity"].contains(&run["manager"].as_str().expect("a manager")), "{run}");
        for field in ["deposit", "debt", "wallet", "gas"] {
            number(run, field);
        }
        assert!(run["health"].is_null() == (number(run, "debt") == 0), "{run}");
        let allowances = run["allowances"].as_object().expect("allowances");
        assert_eq!(allowances.len(), 6, "three assets, and the shares in their markets");
        assert!(allowances.values().all(|units| units == 0), "{run}");
    }
    let three = find(&runs, "100 USDC at 3x");
    assert!(number(three, "deposit").abs_diff(300_000_000) < 10 && number(three, "debt").abs_diff(200_000_000) < 10);
    let short = find(&runs, "short ETH: ");
    assert_eq!((&short["deposit_unit"]["symbol"], &short["debt_unit"]["symbol"]), (&"USDC".into(), &"WETH".into()));
    let closed = find(&runs, "short ETH, closed");
    let left = ["deposit", "debt", "debt_shares"].map(|field| number(closed, field));
    assert_eq!(left, [0; 3], "a full close leaves nothing");
    assert!(number(closed, "wallet") > 99_000_000, "{closed}");
    assert!(number(find(&runs, "long wstETH"), "deposit").abs_diff(4_000_000_000_000_000_000) < 10);
    let debts =
        [find(&runs, "to a maturity"), find(&runs, "to the next")].map(|run| (&run["debt"], &run["debt_shares"]));
    assert!(debts.iter().all(|(debt, shares)| debt.as_u64() > Some(100_000_000) && **shares == 0), "{debts:?}");
    find(&runs, "relayed");
}
