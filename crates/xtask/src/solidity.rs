//! The Solidity compiler: the package registry's, which is one script with the compiler in it, run by node. It is read out
//! of its archive and handed to node as standard input, with a line behind it that calls the compiler; nothing else of the
//! package is used.

use crate::{debian, fixtures, project::Project, shell};
use eyre::{Result, WrapErr as _, bail, ensure, eyre};
use flate2::read::GzDecoder;
use serde_json::{Map, Value, json};
use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

/// The compiler's package, and the script in it.
const PACKAGE: &str = "solc";
const SCRIPT: &str = "package/soljson.js";

/// What the compiler made of the sources.
pub(crate) struct Compiled {
    /// The compiler's version.
    pub(crate) version: String,
    output: Value,
}

impl Compiled {
    /// What it made of a contract: its ABI and its code.
    pub(crate) fn contract(&self, source: &str, name: &str) -> Result<&Value> {
        let found = self.output.get("contracts").and_then(|contracts| contracts.get(source)?.get(name));
        found.ok_or_else(|| eyre!("{source} has no contract {name}"))
    }

    /// What a source declares in its contract, as the compiler's syntax tree has it.
    pub(crate) fn declarations(&self, source: &str) -> Result<impl Iterator<Item = &Value>> {
        let tree =
            self.output.get("sources").and_then(|sources| sources.get(source)?.get("ast")?.get("nodes")?.as_array());
        let nodes = tree.ok_or_else(|| eyre!("{source} has no syntax tree"))?;
        Ok(nodes.iter().filter_map(|contract| contract.get("nodes")?.as_array()).flatten())
    }
}

/// Makes sure of the compiler and of what runs it. Returns its archive and its version.
pub(crate) fn install(project: &Project) -> Result<(PathBuf, String)> {
    if shell::which("node").is_none() {
        debian::install(&["nodejs"], "compiling Solidity")?;
    }
    fixtures::tool(project, PACKAGE)
}

/// Compiles sources, named by their place in the checkout; imports are found among them.
pub(crate) fn compile(project: &Project, sources: &[&str]) -> Result<Compiled> {
    let (archive, version) = install(project)?;
    let mut contents = Map::new();
    for source in sources {
        let path = project.root.join(source);
        let text = fs::read_to_string(&path).wrap_err_with(|| path.display().to_string())?;
        contents.insert((*source).to_owned(), json!({ "content": text }));
    }
    let input = json!({
        "language": "Solidity",
        "sources": contents,
        "settings": {
            "evmVersion": "cancun",
            "optimizer": { "enabled": true, "runs": 200 },
            // The code depends on nothing but the source.
            "metadata": { "appendCBOR": false, "bytecodeHash": "none" },
            "outputSelection": { "*": { "*": ["abi", "evm.bytecode.object"], "": ["ast"] } },
        },
    });
    let output: Value = serde_json::from_str(&run(&script(&archive)?, &input)?).wrap_err("the compiler's output")?;
    let complaints: Vec<&str> = output["errors"].as_array().into_iter().flatten().filter_map(message).collect();
    ensure!(complaints.is_empty(), "{}", complaints.join("\n"));
    Ok(Compiled { version, output })
}

/// A warning is as bad as an error: what is published has none.
fn message(complaint: &Value) -> Option<&str> {
    (complaint["severity"] != "info").then(|| complaint["formattedMessage"].as_str().unwrap_or("no message"))
}

/// The compiler, out of its archive.
fn script(archive: &Path) -> Result<Vec<u8>> {
    let file = File::open(archive).wrap_err_with(|| archive.display().to_string())?;
    for entry in tar::Archive::new(GzDecoder::new(file)).entries()? {
        let mut entry = entry?;
        if entry.path()? == Path::new(SCRIPT) {
            let mut script = Vec::new();
            entry.read_to_end(&mut script)?;
            return Ok(script);
        }
    }
    bail!("{} has no {SCRIPT}", archive.display())
}

/// Runs the compiler, which reads and writes JSON.
fn run(script: &[u8], input: &Value) -> Result<String> {
    let call = format!(
        "\nprocess.stdout.write(Module.cwrap('solidity_compile', 'string', ['string', 'number', 'number'])({}, 0, 0));",
        Value::from(input.to_string())
    );
    let mut node = Command::new("node");
    node.arg("-").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut child = node.spawn().wrap_err("cannot start node, which runs the Solidity compiler")?;
    let mut stdin = child.stdin.take().ok_or_else(|| eyre!("node has no standard input"))?;
    let program = [script, call.as_bytes()].concat();
    let writer = thread::spawn(move || stdin.write_all(&program));
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "node, which runs the Solidity compiler, ended with {}", output.status);
    writer.join().map_err(|_| eyre!("the compiler could not be handed to node"))??;
    String::from_utf8(output.stdout).wrap_err("the compiler's output")
}
