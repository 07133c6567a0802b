//! A function's objects in one invocation: what is the same wherever they are.

use crate::error::FunctionError;
use crate::frame::Counts;

/// Why an object could not be had or stored: the statuses of `docs/protocol.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "storage"), allow(dead_code))]
pub(crate) enum Failure {
    Missing,
    Denied,
    TooLarge,
    Unreachable,
    NotAllowed,
    Failed,
}

impl Failure {
    /// The function's error, in the protocol's words.
    pub(crate) fn to_error(self, key: &str, limit: u64) -> FunctionError {
        FunctionError::new(match self {
            Self::Missing => format!("storage: there is no object \"{key}\""),
            Self::Denied => "storage: the service refuses the credentials".to_owned(),
            Self::TooLarge => {
                format!("storage: object \"{key}\" is larger than the limit of {limit} bytes")
            }
            Self::Unreachable => "storage: the service cannot be reached".to_owned(),
            Self::NotAllowed => format!("storage: key \"{key}\" is not allowed"),
            Self::Failed => "storage: the service answered with an error".to_owned(),
        })
    }
}

/// A way to a function's objects. Keys are good ones, and objects that are put are within the limit.
#[cfg_attr(not(feature = "storage"), allow(dead_code))]
pub(crate) trait Store {
    /// The object under `key`, which is not larger than `limit` bytes.
    fn get(&mut self, key: &str, limit: u64) -> Result<Vec<u8>, Failure>;

    /// Stores `object` under `key`.
    fn put(&mut self, key: &str, object: &[u8]) -> Result<(), Failure>;

    /// An invocation begins.
    fn begin(&mut self) {}

    /// The function has done its work for this invocation.
    fn end(&mut self) {}

    /// Requests of this invocation of which the answer was waited for.
    fn round_trips(&self) -> u32 {
        0
    }
}

/// The objects in one invocation: keeps the limit, and counts.
pub(crate) struct Session<'a> {
    store: &'a mut dyn Store,
    limit: u64,
    fetched: u64,
    stored: u64,
}

impl<'a> Session<'a> {
    #[cfg(feature = "storage")]
    pub(crate) fn new(store: &'a mut dyn Store, limit: u64) -> Self {
        Self {
            store,
            limit,
            fetched: 0,
            stored: 0,
        }
    }

    pub(crate) fn get(&mut self, key: &str) -> Result<Vec<u8>, FunctionError> {
        let object = self.checked(key, |session| session.store.get(key, session.limit))?;
        self.fetched += object.len() as u64;
        Ok(object)
    }

    pub(crate) fn put(&mut self, key: &str, object: &[u8]) -> Result<(), FunctionError> {
        self.checked(key, |session| {
            if object.len() as u64 > session.limit {
                return Err(Failure::TooLarge);
            }
            session.store.put(key, object)
        })?;
        self.stored += object.len() as u64;
        Ok(())
    }

    pub(crate) fn counts(&self) -> Counts {
        Counts {
            round_trips: self.store.round_trips(),
            fetched: self.fetched,
            stored: self.stored,
        }
    }

    fn checked<T>(
        &mut self,
        key: &str,
        work: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, FunctionError> {
        let result = if is_key(key) {
            work(self)
        } else {
            Err(Failure::NotAllowed)
        };
        result.map_err(|failure| failure.to_error(key, self.limit))
    }
}

/// Whether `key` is one of `docs/protocol.md`: safe as a file's name, in a URL and in Redis.
fn is_key(key: &str) -> bool {
    let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let inner = |byte: u8| alphanumeric(byte) || matches!(byte, b'.' | b'_' | b'-');
    match key.as_bytes() {
        [first, rest @ ..] => {
            rest.len() < 200 && alphanumeric(*first) && rest.iter().all(|&byte| inner(byte))
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_of_the_protocol() {
        let longest = "k".repeat(200);
        for key in ["a", "0", "input", "user-1.json", "a_b", "9..", &longest] {
            assert!(is_key(key), "{key}");
        }
        let longer = "k".repeat(201);
        for key in [
            "", ".", "..", "../a", "a/b", "-a", "_a", "A", "aB", "a b", "a\n", "\u{e9}", "a\0",
            &longer,
        ] {
            assert!(!is_key(key), "{key}");
        }
    }

    #[test]
    fn failures_have_the_protocols_messages() {
        let message = |failure: Failure| failure.to_error("k", 7).message().to_owned();
        let protocol = include_str!("../../../docs/protocol.md");
        let table = protocol.split("| status of a result |").nth(1).unwrap();
        let failures = [
            Failure::Missing,
            Failure::Denied,
            Failure::TooLarge,
            Failure::Unreachable,
            Failure::NotAllowed,
            Failure::Failed,
        ];
        for (status, failure) in (1..).zip(failures) {
            let row = table
                .lines()
                .find(|line| line.starts_with(&format!("| {status} |")))
                .expect("a row of this status");
            let text = row.rsplit('`').nth(1).expect("a message in backticks");
            let text = text.replace("KEY", "k").replace("N bytes", "7 bytes");
            assert_eq!(message(failure), text);
        }
    }
}
