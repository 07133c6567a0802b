//! Reads the frames that a function takes: one buffer for all of them, and reads as large as it has room for.

use std::io::Read;
use std::ops::Range;

use crate::error::StreamError;
use crate::frame::{parse_header, CONFIGURE, HEADER, INVOKE, MAX_LENGTH, RESULT};
use crate::input::Input;

/// Bytes of the buffer before a frame asks for more: what a pipe holds, so that a small frame takes one read.
const SMALLEST_BUFFER: usize = 64 * 1024;

/// The frames of an input. The body of each lies in the reader's buffer until the next is asked for.
pub(crate) struct Reader<R> {
    input: Input<R>,
    buffer: Vec<u8>,
    /// The unread bytes are `buffer[start..end]`.
    start: usize,
    end: usize,
}

/// A frame, and where in the reader's buffer its body is.
pub(crate) enum Frame {
    Configure(Range<usize>),
    Invoke(Range<usize>),
}

impl<R: Read> Reader<R> {
    pub(crate) fn new(input: R) -> Self {
        Self {
            input: Input::new(input),
            buffer: vec![0; SMALLEST_BUFFER],
            start: 0,
            end: 0,
        }
    }

    /// The next frame, or `None` when the input has ended between two frames.
    pub(crate) fn next_frame(&mut self) -> Result<Option<Frame>, StreamError> {
        if self.start == self.end && !self.fill_empty()? {
            return Ok(None);
        }
        self.require(HEADER)?;
        let mut header = [0; HEADER];
        header.copy_from_slice(&self.buffer[self.start..self.start + HEADER]);
        let (kind, length) = parse_header(&header);
        let frame: fn(Range<usize>) -> Frame = match kind {
            INVOKE => Frame::Invoke,
            CONFIGURE => Frame::Configure,
            RESULT => return Err(StreamError::OutOfOrder(kind)),
            _ => return Err(StreamError::UnknownKind(kind)),
        };
        if length > MAX_LENGTH {
            return Err(StreamError::TooLong(length));
        }
        let whole = HEADER + length as usize;
        self.require(whole)?;
        let body = self.start + HEADER..self.start + whole;
        self.start = body.end;
        Ok(Some(frame(body)))
    }

    /// The body of the frame that was read last.
    pub(crate) fn body(&self, body: Range<usize>) -> &[u8] {
        &self.buffer[body]
    }

    /// The body of the frame that was read last, and the input behind it: what the reader has read too far is given
    /// back to it. (Lumos sends nothing before it is asked to, so there is hardly ever anything to give back.)
    #[cfg(feature = "storage")]
    pub(crate) fn split(&mut self, body: Range<usize>) -> (&[u8], &mut Input<R>) {
        if self.start < self.end {
            self.input.give_back(&self.buffer[self.start..self.end]);
            self.end = self.start;
        }
        (&self.buffer[body], &mut self.input)
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
        let count = self.input.read(&mut self.buffer[self.end..])?;
        self.end += count;
        Ok(count)
    }
}
