//! The packages that hold the protocols' bytecode: read out of the cache, never unpacked and never committed.

use alloy_primitives::{Address, Bytes, hex};
use flate2::read::GzDecoder;
use serde::Deserialize;
use std::{
    cell::RefCell,
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf},
};

/// The pinned packages.
const PINNED: &str = include_str!("../fixtures.toml");
/// What fills the cache.
const COMMAND: &str = "cargo xtask fixtures";

/// Why a package cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FixtureError {
    /// It is not in the cache, or not whole.
    #[error("{path} is missing or incomplete: run `{COMMAND}`")]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// It is not an archive.
    #[error("{path}: {source}; run `{COMMAND}`")]
    Archive {
        /// Where it is.
        path: PathBuf,
        /// What is wrong.
        source: io::Error,
    },
    /// It lacks a file, or the file is not what it should be.
    #[error("{package}: {file}: {reason}")]
    Content {
        /// The package.
        package: String,
        /// The file in it.
        file: String,
        /// What is wrong.
        reason: String,
    },
}

#[derive(Deserialize)]
struct Pinned {
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    bytes: u64,
}

/// The packages in the cache.
pub struct Fixtures {
    folder: PathBuf,
    packages: Vec<Package>,
    /// The files of the packages read so far that may hold bytecode.
    files: RefCell<BTreeMap<String, BTreeMap<String, Vec<u8>>>>,
}

/// What a compiler made of a contract.
#[derive(Deserialize)]
struct Artifact {
    bytecode: String,
    #[serde(default, rename = "linkReferences")]
    links: BTreeMap<String, BTreeMap<String, Vec<Link>>>,
}

#[derive(Deserialize)]
struct Link {
    start: usize,
}

/// Where fetched packages are kept.
fn cache() -> PathBuf {
    let from = |name| env::var_os(name).map(PathBuf::from);
    from("DEBT_MANAGER_CACHE")
        .or_else(|| Some(from("XDG_CACHE_HOME")?.join("debt-manager")))
        .or_else(|| Some(from("HOME")?.join(".cache/debt-manager")))
        .unwrap_or_else(|| PathBuf::from(".cache/debt-manager"))
}

impl Fixtures {
    /// Finds the packages, all of which must be there.
    pub fn open() -> Result<Self, FixtureError> {
        let pinned: Pinned = toml::from_str(PINNED)
            .map_err(|error| content_error("debt-manager-protocols", "fixtures.toml", error.to_string()))?;
        let fixtures = Self { folder: cache().join("npm"), packages: pinned.package, files: RefCell::default() };
        for package in &fixtures.packages {
            let path = fixtures.path(package);
            if fs::metadata(&path).map(|file| file.len()).ok() != Some(package.bytes) {
                return Err(FixtureError::Missing { path });
            }
        }
        Ok(fixtures)
    }

    fn path(&self, package: &Package) -> PathBuf {
        self.folder.join(format!("{}@{}.tgz", package.name.replace('/', "+"), package.version))
    }

    /// A file of a package.
    pub fn file(&self, package: &str, file: &str) -> Result<Vec<u8>, FixtureError> {
        let missing = |reason: &str| content_error(package, file, reason.to_owned());
        if !self.files.borrow().contains_key(package) {
            let pinned = self.packages.iter().find(|known| known.name == package);
            let path = self.path(pinned.ok_or_else(|| missing("the package is not pinned in fixtures.toml"))?);
            let files = read(&path).map_err(|source| FixtureError::Archive { path, source })?;
            self.files.borrow_mut().insert(package.to_owned(), files);
        }
        let files = self.files.borrow();
        let found = files.get(package).and_then(|files| files.get(file)).cloned();
        found.ok_or_else(|| missing("not in the package"))
    }

    /// The creation code of a contract that links no library.
    pub fn bytecode(&self, package: &str, file: &str) -> Result<Bytes, FixtureError> {
        self.linked(package, file, &[])
    }

    /// The creation code in a script that typechain wrote for a contract, for packages that have no JSON of it.
    pub fn typechain_bytecode(&self, package: &str, file: &str) -> Result<Bytes, FixtureError> {
        let wrong = |reason| content_error(package, file, reason);
        let script = String::from_utf8(self.file(package, file)?).map_err(|error| wrong(error.to_string()))?;
        let code = script.split_once("_bytecode = \"").and_then(|(_, rest)| rest.split('"').next());
        let code = code.ok_or_else(|| wrong("no bytecode in it".to_owned()))?;
        hex::decode(code).map(Bytes::from).map_err(|error| wrong(error.to_string()))
    }

    /// The creation code of a contract, with the libraries that it links.
    pub fn linked(&self, package: &str, file: &str, libraries: &[(&str, Address)]) -> Result<Bytes, FixtureError> {
        let wrong = |reason| content_error(package, file, reason);
        let artifact: Artifact =
            serde_json::from_slice(&self.file(package, file)?).map_err(|error| wrong(error.to_string()))?;
        let mut code = artifact.bytecode.trim_start_matches("0x").to_owned();
        for (name, places) in artifact.links.values().flatten() {
            let library = libraries.iter().find(|(known, _)| known == name);
            let (_, address) = library.ok_or_else(|| wrong(format!("links {name}, which was not given")))?;
            for place in places {
                let digits = 2 * place.start..2 * place.start + 40;
                code.replace_range(digits, &hex::encode(address));
            }
        }
        hex::decode(&code).map(Bytes::from).map_err(|error| wrong(error.to_string()))
    }
}

fn content_error(package: &str, file: &str, reason: String) -> FixtureError {
    FixtureError::Content { package: package.to_owned(), file: file.to_owned(), reason }
}

/// What may hold bytecode in an archive: JSON, and typechain's scripts. By the path in the package.
fn read(path: &Path) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let mut archive = tar::Archive::new(GzDecoder::new(fs::File::open(path)?));
    let mut files = BTreeMap::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.to_string_lossy().into_owned();
        let name = name.split_once('/').map_or(name.clone(), |(_, inside)| inside.to_owned());
        if name.ends_with(".json") || name.ends_with("__factory.js") {
            let mut content = Vec::new();
            io::Read::read_to_end(&mut entry, &mut content)?;
            files.insert(name, content);
        }
    }
    Ok(files)
}
