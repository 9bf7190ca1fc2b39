//! The compiler that makes the contract's WASM.
//!
//! There are two ways to a standard library for wasm32. The first is the one rustup has for the pinned toolchain. Where
//! rustup cannot reach its server, the second is Debian's Rust for the web, which comes with the library's source and
//! builds it. Both make a module that activates; `build.json` says which one made it.

use crate::{debian, project::Project, shell};
use eyre::{Result, WrapErr as _, bail, eyre};
use serde::Serialize;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What the contract is built for.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Debian's compiler, its cargo and the library's source, of one version.
const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_LIBRARY: &str = "/usr/lib/rustlib/src/rust/library/Cargo.toml";

/// What the user asks for.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Choice {
    /// Whichever is there; else the target, if rustup can get it; else Debian's.
    Auto,
    /// The pinned toolchain with the target from rustup.
    Target,
    /// Debian's compiler with the library's source.
    Debian,
}

/// The way that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Way {
    /// The pinned toolchain's own target.
    Target,
    /// Debian's compiler with the library's source.
    Debian,
}

impl Way {
    /// As on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Debian => "debian",
        }
    }
}

/// A compiler that is ready to build for [`TARGET`].
pub(crate) struct Compiler {
    /// How it comes to its standard library.
    pub(crate) way: Way,
    /// `rustc --version`.
    pub(crate) version: String,
}

impl Compiler {
    /// Finds what is asked for, installing it if need be.
    pub(crate) fn find(project: &Project, choice: Choice) -> Result<Self> {
        let way = match choice {
            Choice::Target => {
                if !has_target(project)? {
                    add_target(project)?;
                }
                Way::Target
            }
            Choice::Debian => {
                if !has_debian() {
                    add_debian()?;
                }
                Way::Debian
            }
            Choice::Auto => Self::find_any(project)?,
        };
        let rustc = match way {
            Way::Target => pinned_rustc(project)?,
            Way::Debian => shell::rust_tool(DEBIAN_RUSTC),
        };
        Ok(Self { way, version: shell::output({ rustc }.arg("--version"))? })
    }

    fn find_any(project: &Project) -> Result<Way> {
        if has_target(project)? {
            return Ok(Way::Target);
        }
        if has_debian() {
            return Ok(Way::Debian);
        }
        let Err(target) = add_target(project) else { return Ok(Way::Target) };
        shell::say(&format!("    {target:#}\n    so the library is built from Debian's source"));
        add_debian().map(|()| Way::Debian).wrap_err("neither way to build for wasm32 is open here")
    }

    /// A cargo that builds for the chain with the flags of `.cargo/config.toml` and no others.
    pub(crate) fn cargo(&self, project: &Project) -> Result<Command> {
        let mut command = match self.way {
            Way::Target => project.cargo()?,
            Way::Debian => debian_cargo(project)?,
        };
        command.env("CARGO_ENCODED_RUSTFLAGS", rustflags(project)?.join("\x1f"));
        Ok(command)
    }

    /// What follows `cargo build`.
    pub(crate) fn arguments(&self) -> &'static [&'static str] {
        match self.way {
            Way::Target => &[],
            // The contract has no standard library beyond these two.
            Way::Debian => &["-Z", "build-std=core,alloc"],
        }
    }
}

/// The flags that the repository sets for [`TARGET`].
fn rustflags(project: &Project) -> Result<Vec<String>> {
    let path = project.root.join(".cargo/config.toml");
    let text = fs::read_to_string(&path).wrap_err_with(|| path.display().to_string())?;
    let config: toml::Table = toml::from_str(&text).wrap_err_with(|| path.display().to_string())?;
    config
        .get("target")
        .and_then(|targets| targets.get(TARGET)?.get("rustflags")?.clone().try_into().ok())
        .ok_or_else(|| eyre!("{} lacks target.{TARGET}.rustflags", path.display()))
}

fn pinned_rustc(project: &Project) -> Result<Command> {
    let mut rustc = shell::rust_tool("rustc");
    rustc.current_dir(&project.root);
    if shell::which("rustup").is_some() {
        rustc.env("RUSTUP_TOOLCHAIN", project.pinned_rust()?);
    }
    Ok(rustc)
}

fn sysroot(project: &Project) -> Result<PathBuf> {
    shell::output(pinned_rustc(project)?.args(["--print", "sysroot"])).map(PathBuf::from)
}

/// Whether the pinned release is there, with the library for [`TARGET`].
fn has_target(project: &Project) -> Result<bool> {
    let pinned = project.pinned_rust()?;
    let version = shell::output(pinned_rustc(project)?.arg("--version"))?;
    let is_pinned = version.split_whitespace().nth(1) == Some(&pinned);
    Ok(is_pinned && sysroot(project)?.join("lib/rustlib").join(TARGET).join("lib").is_dir())
}

fn add_target(project: &Project) -> Result<()> {
    let pinned = project.pinned_rust()?;
    if shell::which("rustup").is_none() {
        bail!("Rust {pinned} has no {TARGET} here, and there is no rustup to add it");
    }
    shell::step(&format!("rustup target add {TARGET} for Rust {pinned} (about 20 MB)"), || {
        shell::run(Command::new("rustup").args(["target", "add", TARGET, "--toolchain", &pinned]))
    })
    .wrap_err("rustup cannot add the target; does it reach its server?")
}

fn has_debian() -> bool {
    [DEBIAN_CARGO, DEBIAN_RUSTC, DEBIAN_LIBRARY].into_iter().all(|file| Path::new(file).is_file())
}

fn add_debian() -> Result<()> {
    debian::install(&DEBIAN_PACKAGES, "building for wasm32 without rustup's target")
}

/// Debian's cargo. Its rustc has no linker for WebAssembly; every toolchain of rustup's has one.
fn debian_cargo(project: &Project) -> Result<Command> {
    let host = shell::output(pinned_rustc(project)?.args(["--print", "host-tuple"]))?;
    let linkers = sysroot(project)?.join("lib/rustlib").join(host).join("bin");
    if !linkers.join("rust-lld").is_file() && shell::which("rust-lld").is_none() {
        bail!(
            "no rust-lld in {}, which links what Debian's rustc compiles; install Rust with rustup",
            linkers.display()
        );
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([PathBuf::from("/usr/bin")].into_iter().chain(env::split_paths(&path)).chain([linkers]))
        .wrap_err("PATH")?;
    let mut command = shell::rust_tool(DEBIAN_CARGO);
    command
        .current_dir(&project.root)
        .env("PATH", path)
        .env("RUSTC", DEBIAN_RUSTC)
        .env_remove("RUSTUP_TOOLCHAIN")
        // Building the standard library is an unstable option of cargo's, which a release accepts only so.
        .env("RUSTC_BOOTSTRAP", "1");
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::{Compiler, TARGET, Way, rustflags};
    use crate::project::Project;
    use std::ffi::OsStr;

    #[test]
    fn the_flags_come_from_the_repository_and_not_from_the_environment() {
        let project = Project::find().expect("the checkout");
        let flags = rustflags(&project).expect("set for wasm32");
        assert!(flags.iter().any(|flag| flag == "link-arg=-zstack-size=8192"), "{flags:?}");

        let compiler = Compiler { way: Way::Target, version: String::new() };
        let cargo = compiler.cargo(&project).expect("a cargo");
        let given = |name: &str| cargo.get_envs().find(|(known, _)| *known == OsStr::new(name)).map(|(_, value)| value);
        // Cargo takes the first of these over all others. The second is a user's, and stands for all that are taken away.
        assert_eq!(given("CARGO_ENCODED_RUSTFLAGS"), Some(Some(OsStr::new(&flags.join("\x1f")))));
        assert_eq!(given("RUSTFLAGS"), Some(None));
    }

    #[test]
    fn the_pinned_toolchain_has_the_target_that_the_contract_is_built_for() {
        let project = Project::find().expect("the checkout");
        let text = std::fs::read_to_string(project.root.join("rust-toolchain.toml")).expect("pinned");
        assert!(text.contains(TARGET));
        // cargo-stylus refuses names of channels.
        assert_eq!(project.pinned_rust().expect("pinned").split('.').count(), 3);
    }
}
