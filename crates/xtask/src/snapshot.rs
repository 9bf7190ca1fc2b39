//! Committed results, named by their place from the root of the checkout: a change of one is reviewed as a diff.

use crate::{project::Project, shell};
use eyre::{Result, WrapErr as _};
use serde::de::DeserializeOwned;
use std::fs;

/// What was committed; nothing, as long as nothing was.
pub(crate) fn read<T: DeserializeOwned + Default>(project: &Project, name: &str) -> Result<T> {
    let path = project.root.join(name);
    if !path.exists() {
        return Ok(T::default());
    }
    let text = fs::read_to_string(&path).wrap_err_with(|| name.to_owned())?;
    serde_json::from_str(&text).wrap_err_with(|| name.to_owned())
}

/// Writes what is to be committed, and says so.
pub(crate) fn write(project: &Project, name: &str, text: &str) -> Result<()> {
    let path = project.root.join(name);
    fs::create_dir_all(path.with_file_name("")).wrap_err_with(|| name.to_owned())?;
    fs::write(&path, text).wrap_err_with(|| name.to_owned())?;
    shell::say(&format!("wrote {}", path.display()));
    Ok(())
}
