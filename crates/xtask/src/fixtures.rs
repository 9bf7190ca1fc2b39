//! The packages with the real protocols' bytecode, from the package registry into the cache.
//!
//! `crates/protocols/fixtures.toml` pins each by version, length and digest; `crates/protocols` reads the archives as
//! they are. Nothing is unpacked and no script of a package runs. Several may not be redistributed, so none is committed.
//! Tools that come as packages are pinned there too, and fetched by what needs them.

use crate::{
    debian,
    download::{self, Wanted},
    project::Project,
    shell,
};
use eyre::{Result, WrapErr as _, ensure, eyre};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use serde::Deserialize;
use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

/// The manifest, from the root of the checkout.
const MANIFEST: &str = "crates/protocols/fixtures.toml";

#[derive(Deserialize)]
struct Manifest {
    package: Vec<Package>,
    tool: Vec<Package>,
}

/// A pinned package. The manifest also states its licence, which nothing here depends on.
#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    bytes: u64,
    integrity: String,
}

impl Package {
    /// The archive's place in the cache: the name with `+` for `/`, so that scopes need no folders.
    fn path(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}@{}.tgz", self.name.replace('/', "+"), self.version))
    }

    /// The archive's place in a registry, which is the same in all of them.
    fn url(&self, registry: &str) -> String {
        let base = self.name.rsplit('/').next().unwrap_or(&self.name);
        format!("{}/{}/-/{base}-{}.tgz", registry.trim_end_matches('/'), self.name, self.version)
    }

    fn is_good(&self, folder: &Path) -> bool {
        download::is_good(&self.path(folder), self.bytes, &self.integrity)
    }
}

/// Makes sure that every pinned package is in the cache, whole and right. Without a network if they are.
pub(crate) fn fetch(project: &Project) -> Result<()> {
    let (packages, start) = (manifest(project)?.package, Instant::now());
    let folder = folder(project);
    if !bring(&packages, &folder)? {
        let (count, took) = (packages.len(), shell::seconds(start.elapsed()));
        shell::say(&format!("fixtures: all {count} packages are in {} ({took})", folder.display()));
    }
    Ok(())
}

/// A tool's archive, which is fetched if it is not in the cache, and the version.
pub(crate) fn tool(project: &Project, name: &str) -> Result<(PathBuf, String)> {
    let tools: Vec<Package> = manifest(project)?.tool.into_iter().filter(|tool| tool.name == name).collect();
    let folder = folder(project);
    bring(&tools, &folder)?;
    let tool = tools.into_iter().next().ok_or_else(|| eyre!("{MANIFEST} does not pin {name}"))?;
    Ok((tool.path(&folder), tool.version))
}

fn folder(project: &Project) -> PathBuf {
    project.cache.join("npm")
}

/// Downloads what is missing of some packages. Returns whether anything was.
fn bring(packages: &[Package], folder: &Path) -> Result<bool> {
    let missing: Vec<&Package> = packages.iter().filter(|package| !package.is_good(folder)).collect();
    if missing.is_empty() {
        return Ok(false);
    }
    fs::create_dir_all(folder).wrap_err_with(|| folder.display().to_string())?;
    let bytes = HumanBytes(missing.iter().map(|package| package.bytes).sum());
    let (missing_count, count) = (missing.len(), packages.len());
    let name = format!("fixtures: {missing_count} of {count} packages ({bytes}) into {}", folder.display());
    shell::step(&name, || {
        // Held until the file is closed, or this process ends however it ends.
        let _lock = lock(folder)?;
        download(&missing, folder)
    })?;
    Ok(true)
}

fn manifest(project: &Project) -> Result<Manifest> {
    let path = project.root.join(MANIFEST);
    let text = fs::read_to_string(&path).wrap_err_with(|| path.display().to_string())?;
    let manifest: Manifest = toml::from_str(&text).wrap_err_with(|| path.display().to_string())?;
    ensure!(!manifest.package.is_empty(), "{} names no package", path.display());
    Ok(manifest)
}

/// Waits until no other run downloads into the same cache.
fn lock(folder: &Path) -> Result<File> {
    let path = folder.join(".lock");
    let file = File::create(&path).wrap_err_with(|| path.display().to_string())?;
    if file.try_lock().is_err() {
        shell::say("    another run is downloading them; waiting for it");
        file.lock().wrap_err_with(|| path.display().to_string())?;
    }
    Ok(file)
}

fn download(missing: &[&Package], folder: &Path) -> Result<()> {
    let mut registry = None;
    let bar = ProgressBar::new(missing.iter().map(|package| package.bytes).sum());
    let style = "    [{bar:30}] {bytes}/{total_bytes} {bytes_per_sec} {msg}";
    bar.set_style(ProgressStyle::with_template(style).wrap_err("the bar's template")?.progress_chars("=> "));
    let mut finished = 0;
    for package in missing {
        // Whoever held the lock before may have brought it.
        if !package.is_good(folder) {
            let registry = match &registry {
                Some(registry) => registry,
                None => registry.insert(registry_address()?),
            };
            bar.set_message(package.name.clone());
            let path = package.path(folder);
            let wanted = Wanted {
                url: &package.url(registry),
                bytes: package.bytes,
                integrity: &package.integrity,
                path: &path,
            };
            download::fetch(&wanted, |bytes| bar.set_position(finished + bytes)).wrap_err_with(|| {
                format!("{}@{}; what came so far is kept, so repeat the command", package.name, package.version)
            })?;
            if bar.is_hidden() {
                shell::say(&format!("    {}@{} ({} bytes)", package.name, package.version, package.bytes));
            }
        }
        finished += package.bytes;
        bar.set_position(finished);
    }
    bar.finish_and_clear();
    Ok(())
}

/// The registry that this machine's npm is set up for.
fn registry_address() -> Result<String> {
    if shell::which("curl").is_none() {
        debian::install(&["curl", "ca-certificates"], "downloading")?;
    }
    if let Some(address) =
        ["npm_config_registry", "NPM_CONFIG_REGISTRY"].into_iter().find_map(|name| env::var(name).ok())
    {
        return Ok(address);
    }
    if shell::which("npm").is_none() {
        debian::install(&["npm"], "finding the package registry")?;
    }
    // Outside the checkout, whose folder may have settings of its own.
    let address = shell::output(Command::new("npm").args(["config", "get", "registry"]).current_dir(env::temp_dir()))?;
    ensure!(address.starts_with("http"), "`npm config get registry` says {address:?}, which is no address");
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::{Package, manifest};
    use crate::{integrity, project::Project};
    use std::{collections::BTreeSet, path::Path};

    fn package(name: &str) -> Package {
        Package { name: name.into(), version: "1.2.3".into(), bytes: 0, integrity: String::new() }
    }

    #[test]
    fn a_scope_is_part_of_the_name_but_not_of_the_archives_name() {
        let (plain, scoped) = (package("weth"), package("@scope/weth"));
        assert_eq!(plain.url("https://registry.test/"), "https://registry.test/weth/-/weth-1.2.3.tgz");
        assert_eq!(scoped.url("https://registry.test"), "https://registry.test/@scope/weth/-/weth-1.2.3.tgz");
        assert_eq!(scoped.path(Path::new("/cache")), Path::new("/cache/@scope+weth@1.2.3.tgz"));
    }

    #[test]
    fn each_package_is_pinned_by_version_length_and_digest() {
        let manifest = manifest(&Project::find().expect("the checkout")).expect("a good manifest");
        let mut names = BTreeSet::new();
        for Package { name, version, bytes, integrity } in manifest.package.iter().chain(&manifest.tool) {
            assert!(names.insert(name), "{name} is there twice");
            assert!(version.starts_with(|first: char| first.is_ascii_digit()), "{name}: {version} is not one version");
            assert!(*bytes > 0, "{name} is empty");
            assert_eq!(integrity.len(), integrity::of(b"").len(), "{name}: {integrity}");
            assert!(integrity.starts_with("sha512-"), "{name}: {integrity}");
        }
    }
}
