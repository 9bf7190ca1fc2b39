//! Digests as npm writes them: `sha512-` and the base64 of the hash.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use eyre::{Result, WrapErr as _};
use sha2::{Digest as _, Sha512};
use std::{fs::File, io, path::Path};

/// The digest of a file.
pub(crate) fn of_file(path: &Path) -> Result<String> {
    let mut file = File::open(path).wrap_err_with(|| path.display().to_string())?;
    let mut hasher = Sha512::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match io::Read::read(&mut file, &mut buffer).wrap_err_with(|| path.display().to_string())? {
            0 => return Ok(format!("sha512-{}", STANDARD.encode(hasher.finalize()))),
            read => hasher.update(&buffer[..read]),
        }
    }
}

/// The digest of bytes.
pub(crate) fn of(bytes: &[u8]) -> String {
    format!("sha512-{}", STANDARD.encode(Sha512::digest(bytes)))
}
