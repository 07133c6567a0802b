//! Services, for a function that cannot connect to any: it was built without them, or for a WASI without sockets.

use super::configuration::Service;
use crate::error::StreamError;
use crate::session::{Failure, Store};

/// A store that cannot be reached.
pub(super) fn store(_: &Service) -> Result<Box<dyn Store + Send>, StreamError> {
    Ok(Box::new(Unreachable))
}

struct Unreachable;

impl Store for Unreachable {
    fn get(&mut self, _: &str, _: u64) -> Result<Vec<u8>, Failure> {
        Err(Failure::Unreachable)
    }

    fn put(&mut self, _: &str, _: &[u8]) -> Result<(), Failure> {
        Err(Failure::Unreachable)
    }
}
