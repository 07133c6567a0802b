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
        file.take(limit.saturating_add(1))
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::env::temp_dir;
    use std::process::id;

    /// A folder of its own, which is gone at the end.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let path = temp_dir().join(format!("lumos-function-{}-{name}", id()));
            fs::create_dir(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn an_object_is_the_file_of_its_key() {
        let scratch = Scratch::new("object");
        let mut folder = Folder::new(scratch.0.clone());
        fs::write(scratch.0.join("input"), b"hello").unwrap();
        assert_eq!(folder.get("input", 5).unwrap(), b"hello");
        folder.put("output", b"a longer one").unwrap();
        folder.put("output", b"short").unwrap();
        assert_eq!(fs::read(scratch.0.join("output")).unwrap(), b"short");
        assert_eq!(folder.get("output", u64::MAX).unwrap(), b"short");
        assert_eq!(folder.round_trips(), 0);
    }

    #[test]
    fn a_file_above_the_limit_and_one_that_is_not_there_are_told_apart() {
        let scratch = Scratch::new("limit");
        let mut folder = Folder::new(scratch.0.clone());
        fs::write(scratch.0.join("input"), b"hello").unwrap();
        assert_eq!(folder.get("input", 4), Err(Failure::TooLarge));
        assert_eq!(folder.get("other", 4), Err(Failure::Missing));
    }

    #[test]
    fn a_folder_as_a_key_is_an_error_and_not_an_object() {
        let scratch = Scratch::new("folder");
        let mut folder = Folder::new(scratch.0.clone());
        fs::create_dir(scratch.0.join("inner")).unwrap();
        assert_eq!(folder.get("inner", 9), Err(Failure::Failed));
        assert_eq!(folder.put("inner", b"x"), Err(Failure::Failed));
    }

    #[test]
    fn a_folder_that_is_gone_cannot_be_reached() {
        let path = Scratch::new("gone").0.clone();
        let mut folder = Folder::new(path);
        assert_eq!(folder.get("input", 9), Err(Failure::Unreachable));
        assert_eq!(folder.put("input", b"x"), Err(Failure::Unreachable));
    }
}
