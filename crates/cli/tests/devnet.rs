//! The served devnet, as its user starts it: what the banner says is there is there.

use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use alloy_primitives::{Address, hex};
use alloy_sol_types::{SolCall, sol};
use serde_json::{Value, json};

/// What tools look for at addresses that they know.
const CANONICAL: [&str; 4] = [
    "0xcEcba2F1DC234f70Dd89F2041029807F8D03A990  StylusDeployer",
    "0xcA11bde05977b3631167028862bE2a173976CA11  Multicall3",
    "0x000000000022D473030F116dDEE9F6B43aC78BA3  Permit2",
    "0x4e59b44847b379578588920cA78FbF26c0B4956C  CREATE2 factory",
];
/// The precompile that knows the managers of the cache.
const ARB_WASM_CACHE: &str = "0x0000000000000000000000000000000000000072";

sol! {
    function allCacheManagers() external view returns (address[] memory managers);
}

/// A running devnet, stopped when dropped.
struct Devnet {
    process: Child,
    /// Kept open: what it says at its end must go somewhere.
    output: BufReader<ChildStdout>,
    banner: String,
}

impl Devnet {
    /// Starts it and waits until it says where it listens.
    fn start(arguments: &[&str], cache: Option<&Path>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_debt-manager"));
        command.args(["devnet", "--port", "0"]).args(arguments).stdout(Stdio::piped());
        if let Some(cache) = cache {
            command.env("DEBT_MANAGER_CACHE", cache);
        }
        let mut process = command.spawn().unwrap();
        let mut banner = String::new();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        while !banner.contains("Listening on ") {
            assert_ne!(output.read_line(&mut banner).unwrap(), 0, "it ended: {banner}");
        }
        Self { process, output, banner }
    }

    /// Ends it as Ctrl-C does.
    fn interrupt(mut self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        let mut last = String::new();
        self.output.read_to_string(&mut last).unwrap();
        assert!(self.process.wait().unwrap().success(), "{last}");
    }

    /// Calls a method over HTTP.
    fn ask(&self, method: &str, params: &Value) -> String {
        let host = self.banner.trim_end().rsplit("http://").next().unwrap();
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
        let mut stream = TcpStream::connect(host).unwrap();
        let length = body.len();
        let head = format!("POST / HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\nconnection: close");
        write!(stream, "{head}\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let answer: Value = serde_json::from_str(body).unwrap();
        answer["result"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// Whether there is a contract.
    fn has_code(&self, address: &str) -> bool {
        self.ask("eth_getCode", &json!([address, "latest"])) != "0x"
    }

    /// The addresses that the banner gives for contracts, with their names.
    fn places(&self) -> impl Iterator<Item = (&str, &str)> {
        let (_, deployed) = self.banner.split_once("Deployed\n").unwrap();
        deployed.lines().map_while(|line| line.trim().split_once("  "))
    }

    /// Whether the manager that the banner names, and no other, manages the cache.
    fn caches(&self, manager: &str) -> bool {
        let call =
            json!([{ "to": ARB_WASM_CACHE, "data": hex::encode_prefixed(allCacheManagersCall::SELECTOR) }, "latest"]);
        let managers = hex::decode(self.ask("eth_call", &call)).unwrap();
        allCacheManagersCall::abi_decode_returns(&managers).unwrap() == [manager.parse::<Address>().unwrap()]
    }

    fn check_preinstalled(&self) {
        for canonical in CANONICAL {
            assert!(self.banner.contains(&format!("  {canonical}\n")), "{canonical}: {}", self.banner);
        }
        for (address, name) in self.places() {
            assert!(self.has_code(address), "{name} is not at {address}");
        }
        let manager = self.places().find(|(_, name)| *name == "CacheManager").unwrap();
        assert!(self.caches(manager.0));
    }
}

impl Drop for Devnet {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A folder of this name for a test's files, with nothing in it.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn what_tools_look_for_is_there_without_the_world() {
    for arbos in ["51", "61"] {
        let devnet = Devnet::start(&["--arbos", arbos], None);
        devnet.check_preinstalled();
        assert_eq!(devnet.places().count(), CANONICAL.len() + 1, "{}", devnet.banner);
    }
}

#[test]
fn and_with_the_world() {
    let devnet = Devnet::start(&["--world"], None);
    devnet.check_preinstalled();
    assert!(devnet.places().any(|(_, name)| name == "Exactly Auditor"), "{}", devnet.banner);
}

#[test]
fn without_packages_there_is_a_chain_and_the_command_that_brings_them() {
    let devnet = Devnet::start(&[], Some(&folder("no-packages")));
    assert!(devnet.banner.contains("Without the preinstalled contracts"), "{}", devnet.banner);
    assert!(devnet.banner.contains("cargo xtask fixtures"), "{}", devnet.banner);
    assert_eq!(devnet.places().map(|(_, name)| name).collect::<Vec<_>>(), ["CREATE2 factory"]);
}

#[test]
fn a_chain_that_was_saved_still_has_them() {
    let state = folder("saved").join("chain");
    let arguments = ["--state", state.to_str().unwrap()];
    let first = Devnet::start(&arguments, None);
    let places: Vec<_> = first.places().map(|(address, name)| (address.to_owned(), name.to_owned())).collect();
    first.interrupt();
    let again = Devnet::start(&arguments, None);
    for (address, name) in places {
        assert!(again.has_code(&address), "{name} is not at {address}");
        assert!(name != "CacheManager" || again.caches(&address));
    }
}
