//! Objects in files.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::PathBuf;

use crate::session::{Failure, Store};

/// A folder that holds a file for each object, named by its key. Keys hold no separator and do not begin with a dot, so
/// that no key leads out of the folder.
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder at `path`.
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }
}

impl Store for Folder {
    fn get(&mut self, key: &str, limit: u64) -> Result<Vec<u8>, Failure> {
        let file = File::open(self.path.join(key))
            .map_err(|error| self.reason(&error, Failure::Missing))?;
        let metadata = file.metadata().map_err(|_| Failure::Failed)?;
        if !metadata.is_file() {
            return Err(Failure::Failed);
        }
        if metadata.len() > limit {
            return Err(Failure::TooLarge);
        }
        let mut object =
            Vec::with_capacity(usize::try_from(metadata.len()).map_err(|_| Failure::TooLarge)?);
        // Whoever makes the file grow meanwhile gets no more than the limit into it.
        file.take(limit + 1)
            .read_to_end(&mut object)
            .map_err(|_| Failure::Failed)?;
        if object.len() as u64 > limit {
            return Err(Failure::TooLarge);
        }
        Ok(object)
    }

    fn put(&mut self, key: &str, object: &[u8]) -> Result<(), Failure> {
        fs::write(self.path.join(key), object)
            .map_err(|error| self.reason(&error, Failure::Unreachable))
    }
}

impl Folder {
    /// What `error` means; `not_found`, if there is no file of this name in a folder that is there.
    fn reason(&self, error: &io::Error, not_found: Failure) -> Failure {
        match error.kind() {
            ErrorKind::NotFound if self.path.is_dir() => not_found,
            ErrorKind::NotFound => Failure::Unreachable,
            ErrorKind::PermissionDenied => Failure::Denied,
            _ => Failure::Failed,
        }
    }
}
