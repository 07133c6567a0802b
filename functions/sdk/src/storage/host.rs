//! Objects that the function asks its host for.

use std::io::{Read, Write};

use crate::error::StreamError;
use crate::frame::{parse_header, CONFIGURE, HEADER, INVOKE, MAX_LENGTH, RESULT};
use crate::input::Input;
use crate::session::{Failure, Store};
use crate::writer::Writer;

/// The host, in one invocation.
pub(super) struct Host<'a, R, W> {
    input: &'a mut Input<R>,
    writer: &'a mut Writer<W>,
    round_trips: u32,
    /// Why nothing more can be asked.
    broken: Option<StreamError>,
}

impl<'a, R: Read, W: Write> Host<'a, R, W> {
    /// The host at the other end of `input` and `writer`.
    pub(super) fn new(input: &'a mut Input<R>, writer: &'a mut Writer<W>) -> Self {
        Self {
            input,
            writer,
            round_trips: 0,
            broken: None,
        }
    }

    /// Whether the streams can still be used.
    pub(super) fn finish(self) -> Result<(), StreamError> {
        self.broken.map_or(Ok(()), Err)
    }

    /// Does `work` unless the stream is broken. The function may go on after that; its answer will not be written.
    fn unless_broken<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<Result<T, Failure>, StreamError>,
    ) -> Result<T, Failure> {
        if self.broken.is_none() {
            match work(self) {
                Ok(result) => return result,
                Err(error) => self.broken = Some(error),
            }
        }
        Err(Failure::Unreachable)
    }

    /// Waits for a result; returns how many bytes of its object follow, or what the host says is wrong.
    fn result(&mut self) -> Result<Result<usize, Failure>, StreamError> {
        let (kind, length) = parse_header(&self.input.take::<HEADER>()?);
        match kind {
            RESULT => {}
            INVOKE | CONFIGURE => return Err(StreamError::OutOfOrder(kind)),
            _ => return Err(StreamError::UnknownKind(kind)),
        }
        if length > MAX_LENGTH {
            return Err(StreamError::TooLong(length));
        }
        let follow = length
            .checked_sub(1)
            .ok_or(StreamError::Result("it has no status"))? as usize;
        let [status] = self.input.take()?;
        self.round_trips += 1;
        let failure = match status {
            0 => return Ok(Ok(follow)),
            1 => Failure::Missing,
            2 => Failure::Denied,
            3 => Failure::TooLarge,
            4 => Failure::Unreachable,
            5 => Failure::NotAllowed,
            6 => Failure::Failed,
            _ => return Err(StreamError::Result("its status is none of the protocol's")),
        };
        if follow > 0 {
            return Err(StreamError::Result("an object follows a failure"));
        }
        Ok(Err(failure))
    }
}

impl<R: Read, W: Write> Store for Host<'_, R, W> {
    fn get(&mut self, key: &str, limit: u64) -> Result<Vec<u8>, Failure> {
        self.unless_broken(|host| {
            host.writer.get(key)?;
            let length = match host.result()? {
                Ok(length) => length,
                Err(failure) => return Ok(Err(failure)),
            };
            let too_large = length as u64 > limit;
            let mut object = vec![0; length];
            host.input.fill(&mut object)?;
            Ok(if too_large {
                Err(Failure::TooLarge)
            } else {
                Ok(object)
            })
        })
    }

    fn put(&mut self, key: &str, object: &[u8]) -> Result<(), Failure> {
        if 2 + key.len() + object.len() > MAX_LENGTH as usize {
            return Err(Failure::TooLarge);
        }
        self.unless_broken(|host| {
            host.writer.put(key, object)?;
            Ok(match host.result()? {
                Ok(0) => Ok(()),
                Ok(_) => return Err(StreamError::Result("an object follows a put")),
                Err(failure) => Err(failure),
            })
        })
    }

    fn round_trips(&self) -> u32 {
        self.round_trips
    }
}
