//! cargo-stylus and a folder to run it in, for this crate's tests and, by its path, for those of others.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// Says where cargo-stylus is; `cargo verify` sets it after installing the pinned release.
const PROGRAM_VARIABLE: &str = "DEBT_MANAGER_CARGO_STYLUS";

/// The key of the first account.
pub(crate) const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

fn program() -> PathBuf {
    let given = env::var_os(PROGRAM_VARIABLE).map(PathBuf::from);
    let cached = || {
        let cache = env::var_os("DEBT_MANAGER_CACHE").map(PathBuf::from).or_else(|| {
            let base = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
            Some(base.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cache")))?.join("debt-manager"))
        });
        cache.map(|cache| cache.join("tools/bin/cargo-stylus"))
    };
    let program = given.or_else(cached).unwrap_or_default();
    assert!(program.is_file(), "cargo-stylus is not at {}: run `cargo xtask cargo-stylus`", program.display());
    program
}

/// A workspace with one package.
pub(crate) struct Workspace {
    pub(crate) folder: PathBuf,
}

impl Workspace {
    /// Makes one with an empty package, in a folder of the given name.
    pub(crate) fn new(name: &str, package: &str) -> Self {
        let workspace = Self { folder: Path::new(env!("CARGO_TARGET_TMPDIR")).join(name) };
        let members = format!("[workspace]\nmembers = [\"{package}\"]\nresolver = \"3\"\n");
        workspace.write("Cargo.toml", members.as_bytes());
        workspace.write("Stylus.toml", b"[workspace]\n[workspace.networks]\n");
        let manifest = format!("[package]\nname = \"{package}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n");
        workspace.write(&format!("{package}/Cargo.toml"), manifest.as_bytes());
        workspace.write(&format!("{package}/src/lib.rs"), b"");
        workspace.write("rust-toolchain.toml", include_bytes!("../../../../rust-toolchain.toml"));
        workspace
    }

    /// Writes a file, in place of what was there.
    pub(crate) fn write(&self, path: &str, text: &[u8]) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// cargo-stylus, to be run here with the chain that is served at `url`.
    pub(crate) fn stylus(&self, url: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.arg("stylus").args(arguments).args(["--endpoint", url]);
        command.current_dir(&self.folder);
        command
    }
}

/// Everything that a run printed, without the colours, which the tool puts in whoever reads it.
pub(crate) fn printed(output: &Output) -> String {
    let all = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let mut pieces = all.split('\x1b');
    let plain = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(plain, |plain, piece| plain + piece.split_once('m').map_or("", |(_, text)| text))
}

/// The address in "deployed code at address: 0x..".
pub(crate) fn deployed_address(text: &str) -> String {
    let line = text.lines().find(|line| line.contains("deployed code at address")).unwrap_or_else(|| panic!("{text}"));
    let start = line.rfind("0x").unwrap_or_else(|| panic!("{line}"));
    line[start..start + 42].to_owned()
}
