//! Reads invoke frames: one buffer for all of them, and reads as large as it has room for.

use std::io::{ErrorKind, Read};

use crate::error::StreamError;
use crate::frame::{HEADER, INVOKE, MAX_LENGTH};

/// Bytes of the buffer before a frame asks for more: what a pipe holds, so that a small frame takes one read.
const SMALLEST_BUFFER: usize = 64 * 1024;

/// The frames of an input. The payload of each lies in the reader's buffer until the next is asked for.
pub(crate) struct Reader<R> {
    input: R,
    buffer: Vec<u8>,
    /// The unread bytes are `buffer[start..end]`.
    start: usize,
    end: usize,
}

impl<R: Read> Reader<R> {
    pub(crate) fn new(input: R) -> Self {
        Self {
            input,
            buffer: vec![0; SMALLEST_BUFFER],
            start: 0,
            end: 0,
        }
    }

    /// The payload of the next invocation, or `None` when the input has ended between two frames.
    pub(crate) fn next_payload(&mut self) -> Result<Option<&[u8]>, StreamError> {
        if self.start == self.end && !self.fill_empty()? {
            return Ok(None);
        }
        self.require(HEADER)?;
        let kind = self.buffer[self.start];
        let mut length = [0; 4];
        length.copy_from_slice(&self.buffer[self.start + 1..self.start + HEADER]);
        let length = u32::from_le_bytes(length);
        if kind != INVOKE {
            return Err(StreamError::UnknownKind(kind));
        }
        if length > MAX_LENGTH {
            return Err(StreamError::TooLong(length));
        }
        let frame = HEADER + length as usize;
        self.require(frame)?;
        let payload = self.start + HEADER..self.start + frame;
        self.start = payload.end;
        Ok(Some(&self.buffer[payload]))
    }

    /// Reads into the whole of the empty buffer; false at the end of the input.
    fn fill_empty(&mut self) -> Result<bool, StreamError> {
        self.start = 0;
        self.end = 0;
        Ok(self.read_more()? > 0)
    }

    /// Reads until at least `wanted` bytes are unread.
    fn require(&mut self, wanted: usize) -> Result<(), StreamError> {
        if self.buffer.len() - self.start < wanted {
            self.make_room(wanted);
        }
        while self.end - self.start < wanted {
            if self.read_more()? == 0 {
                let missing = wanted - (self.end - self.start);
                return Err(StreamError::EndWithinFrame { missing });
            }
        }
        Ok(())
    }

    /// Moves the unread bytes to the front of a buffer of at least `wanted` bytes.
    fn make_room(&mut self, wanted: usize) {
        let unread = self.start..self.end;
        let length = unread.len();
        if self.buffer.len() >= wanted {
            self.buffer.copy_within(unread, 0);
        } else {
            // A zeroed allocation comes untouched from the system; growing the old one would write zeros to all of it.
            let mut larger = vec![0; wanted];
            larger[..length].copy_from_slice(&self.buffer[unread]);
            self.buffer = larger;
        }
        self.start = 0;
        self.end = length;
    }

    fn read_more(&mut self) -> Result<usize, StreamError> {
        loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(count) => {
                    self.end += count;
                    return Ok(count);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
