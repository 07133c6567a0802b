//! Objects in Redis: strings, each under its key.

use redis::{
    cmd, Client, Cmd, ConnectionInfo, ErrorKind, FromRedisValue, IntoConnectionInfo, RedisError,
    Value,
};

use super::super::configuration::Service;
use super::kept::{Connect, Connection};
use crate::session::Failure;

/// A Redis server.
pub(super) struct Server {
    client: Client,
    /// Requests that connecting waits for: the authentication and the choice of the database go as one.
    round_trips: u32,
    prefix: String,
}

impl Server {
    /// The server of `service`, if its URL is one of Redis.
    pub(super) fn new(service: &Service) -> Option<Self> {
        let info: ConnectionInfo = service.url.as_str().into_connection_info().ok()?;
        let settings = info.redis_settings().clone().set_skip_set_lib_name();
        let asks = settings.password().is_some() || settings.db() != 0;
        let tcp = info.tcp_settings().clone().set_nodelay(true);
        let info = info.set_redis_settings(settings).set_tcp_settings(tcp);
        Some(Self {
            client: Client::open(info).ok()?,
            round_trips: u32::from(asks),
            prefix: service.prefix.clone(),
        })
    }
}

impl Connect for Server {
    type Connection = Objects;

    fn connect(&self, round_trips: &mut u32) -> Result<Objects, Failure> {
        let connection = self.client.get_connection();
        // Where nothing listens, no answer is waited for.
        if connection.as_ref().map_or_else(answered, |_| true) {
            *round_trips += self.round_trips;
        }
        Ok(Objects {
            connection: connection.map_err(|error| failure(&error))?,
            prefix: self.prefix.clone(),
            in_step: true,
        })
    }
}

/// The objects of a server that is connected to.
pub(super) struct Objects {
    connection: redis::Connection,
    prefix: String,
    /// Whether the next answer is that to the next request: not after an answer that could not be understood.
    in_step: bool,
}

impl Objects {
    fn ask<T: FromRedisValue>(
        &mut self,
        request: &Cmd,
        round_trips: &mut u32,
    ) -> Result<T, Failure> {
        let result = request.query(&mut self.connection);
        if result.as_ref().map_or_else(answered, |_| true) {
            *round_trips += 1;
        }
        result.map_err(|error| {
            self.in_step &= matches!(error.kind(), ErrorKind::Server(_) | ErrorKind::Extension);
            failure(&error)
        })
    }

    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }
}

impl Connection for Objects {
    fn get(&mut self, key: &str, limit: u64, round_trips: &mut u32) -> Result<Vec<u8>, Failure> {
        let key = self.key(key);
        let length: u64 = self.ask(cmd("STRLEN").arg(&key), round_trips)?;
        if length > limit {
            return Err(Failure::TooLarge);
        }
        match self.ask(cmd("GET").arg(&key), round_trips)? {
            Value::BulkString(object) if object.len() as u64 > limit => Err(Failure::TooLarge),
            Value::BulkString(object) => Ok(object),
            Value::Nil => Err(Failure::Missing),
            _ => Err(Failure::Failed),
        }
    }

    fn put(&mut self, key: &str, object: &[u8], round_trips: &mut u32) -> Result<(), Failure> {
        let key = self.key(key);
        self.ask(cmd("SET").arg(&key).arg(object), round_trips)
    }

    fn is_usable(&self) -> bool {
        self.in_step
    }
}

/// Whether `error` is what the server said.
fn answered(error: &RedisError) -> bool {
    !unreachable(error)
}

fn unreachable(error: &RedisError) -> bool {
    error.is_io_error()
        || error.is_connection_dropped()
        || error.is_connection_refusal()
        || error.is_timeout()
}

fn failure(error: &RedisError) -> Failure {
    if unreachable(error) {
        return Failure::Unreachable;
    }
    match (error.kind(), error.code()) {
        (ErrorKind::AuthenticationFailed, _) => Failure::Denied,
        (_, Some("NOAUTH" | "WRONGPASS" | "NOPERM")) => Failure::Denied,
        _ => Failure::Failed,
    }
}
