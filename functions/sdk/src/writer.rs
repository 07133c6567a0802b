//! Writes ready and reply frames: a small one with a single write, a large one without copying its response.

use std::io::{self, ErrorKind, IoSlice, Write};

use crate::context::Context;
use crate::frame::{reply_header, Reply, MAX_RESPONSE, READY, REPLY_HEADER};

/// The largest frame, in bytes, that is copied into one buffer to be written at once. An engine may take a write of
/// several slices as one write a slice, and each costs more than copying this much.
pub(crate) const LARGEST_JOINED: usize = 16 * 1024;

/// Where a function's frames go.
pub(crate) struct Writer<W> {
    output: W,
    joined: Vec<u8>,
}

impl<W: Write> Writer<W> {
    pub(crate) fn new(output: W) -> Self {
        Self {
            output,
            joined: Vec::with_capacity(LARGEST_JOINED),
        }
    }

    pub(crate) fn ready(&mut self) -> io::Result<()> {
        self.output.write_all(&READY)?;
        self.output.flush()
    }

    /// Writes an answer; a response that no frame can hold becomes an error.
    pub(crate) fn answer(&mut self, context: &Context, response: &[u8]) -> io::Result<()> {
        if response.len() > MAX_RESPONSE {
            let message = format!(
                "a response of {} bytes is above the limit of {MAX_RESPONSE} bytes",
                response.len()
            );
            return self.error(context, &message);
        }
        self.reply(Reply::Answer, context, response)
    }

    pub(crate) fn error(&mut self, context: &Context, message: &str) -> io::Result<()> {
        let message = message.as_bytes();
        self.reply(
            Reply::Error,
            context,
            &message[..message.len().min(MAX_RESPONSE)],
        )
    }

    fn reply(&mut self, reply: Reply, context: &Context, response: &[u8]) -> io::Result<()> {
        let header = reply_header(reply, context, response.len());
        if REPLY_HEADER + response.len() <= LARGEST_JOINED {
            self.joined.clear();
            self.joined.extend_from_slice(&header);
            self.joined.extend_from_slice(response);
            self.output.write_all(&self.joined)?;
        } else {
            write_both(&mut self.output, &header, response)?;
        }
        self.output.flush()
    }
}

/// Writes `first` and then `second`, with one call for as much of both as the output takes.
fn write_both(output: &mut impl Write, first: &[u8], second: &[u8]) -> io::Result<()> {
    let written = loop {
        match output.write_vectored(&[IoSlice::new(first), IoSlice::new(second)]) {
            Ok(count) => break count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    };
    if written < first.len() {
        output.write_all(&first[written..])?;
    }
    output.write_all(&second[written.saturating_sub(first.len())..])
}
