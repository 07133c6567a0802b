//! A connection that is kept as long as the experiment says.

use crate::session::{Failure, Store};

/// A service to connect to.
pub(super) trait Connect {
    type Connection: Connection;

    /// Connects; adds the requests of which the answer was waited for to `round_trips`.
    fn connect(&self, round_trips: &mut u32) -> Result<Self::Connection, Failure>;
}

/// A connection to a service. After `Failure::Unreachable` it is not used again.
pub(super) trait Connection {
    fn get(&mut self, key: &str, limit: u64, round_trips: &mut u32) -> Result<Vec<u8>, Failure>;

    fn put(&mut self, key: &str, object: &[u8], round_trips: &mut u32) -> Result<(), Failure>;

    /// Whether the next request can go this way.
    fn is_usable(&self) -> bool {
        true
    }
}

/// The store of a service that is connected to when an object is asked for first.
pub(super) struct Kept<S: Connect> {
    service: S,
    /// Whether a connection outlives its invocation.
    reused: bool,
    connection: Option<S::Connection>,
    /// Whether this invocation has found the service out of reach: it does not try again, the next one does.
    lost: bool,
    round_trips: u32,
}

impl<S: Connect> Kept<S> {
    pub(super) fn new(service: S, reused: bool) -> Self {
        Self {
            service,
            reused,
            connection: None,
            lost: false,
            round_trips: 0,
        }
    }

    fn connected<T>(
        &mut self,
        work: impl FnOnce(&mut S::Connection, &mut u32) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if self.lost {
            return Err(Failure::Unreachable);
        }
        let result = match &mut self.connection {
            Some(connection) => work(connection, &mut self.round_trips),
            None => self
                .service
                .connect(&mut self.round_trips)
                .and_then(|connection| {
                    work(self.connection.insert(connection), &mut self.round_trips)
                }),
        };
        if matches!(result, Err(Failure::Unreachable)) {
            self.lost = true;
        }
        if self.lost || !self.connection.as_ref().is_some_and(Connection::is_usable) {
            self.connection = None;
        }
        result
    }
}

impl<S: Connect> Store for Kept<S> {
    fn begin(&mut self) {
        self.lost = false;
        self.round_trips = 0;
    }

    fn end(&mut self) {
        if !self.reused {
            self.connection = None;
        }
    }

    fn get(&mut self, key: &str, limit: u64) -> Result<Vec<u8>, Failure> {
        self.connected(|connection, round_trips| connection.get(key, limit, round_trips))
    }

    fn put(&mut self, key: &str, object: &[u8]) -> Result<(), Failure> {
        self.connected(|connection, round_trips| connection.put(key, object, round_trips))
    }

    fn round_trips(&self) -> u32 {
        self.round_trips
    }
}
