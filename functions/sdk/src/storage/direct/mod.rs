//! Objects in services that the function connects to itself.

mod kept;
mod redis;
mod s3;

use super::configuration::{Protocol, Service};
use crate::error::StreamError;
use crate::session::Store;
use kept::Kept;

/// The store of `service`, to which nothing is connected yet.
///
/// # Errors
/// The service's URL is none of its protocol's.
pub(super) fn store(service: &Service) -> Result<Box<dyn Store + Send>, StreamError> {
    let refused = StreamError::Configuration("its url is none of its storage's");
    Ok(match service.protocol {
        Protocol::Redis => {
            let server = redis::Server::new(service).ok_or(refused)?;
            Box::new(Kept::new(server, service.reused))
        }
        Protocol::S3 => {
            let bucket = s3::Server::new(service).ok_or(refused)?;
            Box::new(Kept::new(bucket, service.reused))
        }
    })
}

#[cfg(test)]
mod scripted;
#[cfg(test)]
mod tests;
