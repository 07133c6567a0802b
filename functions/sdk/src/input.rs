//! An input whose bytes can be given back.

use std::io::{ErrorKind, Read};

use crate::error::StreamError;

/// Bytes that are read ahead where only a few are wanted, so that a small frame takes one read.
#[cfg(feature = "storage")]
const AHEAD: usize = 16 * 1024;

/// The bytes of `source`, after those that were read ahead or given back.
pub(crate) struct Input<R> {
    source: R,
    ahead: Vec<u8>,
    /// The bytes not yet taken are `ahead[start..]`.
    start: usize,
}

impl<R: Read> Input<R> {
    pub(crate) fn new(source: R) -> Self {
        Self {
            source,
            ahead: Vec::new(),
            start: 0,
        }
    }

    /// Reads into `buffer`, however much comes at once; 0 at the end.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, StreamError> {
        let ahead = &self.ahead[self.start..];
        if !ahead.is_empty() {
            let count = ahead.len().min(buffer.len());
            buffer[..count].copy_from_slice(&ahead[..count]);
            self.start += count;
            return Ok(count);
        }
        read_once(&mut self.source, buffer)
    }
}

#[cfg(feature = "storage")]
impl<R: Read> Input<R> {
    /// Fills `buffer`. Reads no further than `buffer` for all but its first bytes: what is large is not copied twice.
    pub(crate) fn fill(&mut self, buffer: &mut [u8]) -> Result<(), StreamError> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read(&mut buffer[filled..])? {
                0 => {
                    let missing = buffer.len() - filled;
                    return Err(StreamError::EndWithinFrame { missing });
                }
                count => filled += count,
            }
        }
        Ok(())
    }

    /// The next `N` bytes, of which there are only a few. Reads ahead.
    pub(crate) fn take<const N: usize>(&mut self) -> Result<[u8; N], StreamError> {
        while self.ahead.len() - self.start < N {
            self.ahead.drain(..self.start);
            self.start = 0;
            let before = self.ahead.len();
            self.ahead.resize(AHEAD.max(N), 0);
            let read = read_once(&mut self.source, &mut self.ahead[before..]);
            self.ahead
                .truncate(before + read.as_ref().map_or(0, |count| *count));
            if read? == 0 {
                let missing = N - before;
                return Err(StreamError::EndWithinFrame { missing });
            }
        }
        let mut taken = [0; N];
        taken.copy_from_slice(&self.ahead[self.start..self.start + N]);
        self.start += N;
        Ok(taken)
    }

    /// Reads `bytes` again before anything else.
    pub(crate) fn give_back(&mut self, bytes: &[u8]) {
        self.ahead.splice(..self.start, bytes.iter().copied());
        self.start = 0;
    }
}

fn read_once(source: &mut impl Read, buffer: &mut [u8]) -> Result<usize, StreamError> {
    loop {
        match source.read(buffer) {
            Ok(count) => return Ok(count),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
}
