//! Writes a function's frames: a small one with a single write, a large one without copying its body.

use std::io::{self, ErrorKind, IoSlice, Write};

use crate::error::FunctionError;
use crate::frame::{reply_header, Head, Reply, MAX_RESPONSE, READY};
#[cfg(feature = "storage")]
use crate::frame::{GET, PUT};

/// The largest frame, in bytes, that is copied into one buffer to be written at once. An engine may take a write of
/// several slices as one write a slice, and each costs more than copying this much.
pub(crate) const LARGEST_JOINED: usize = 16 * 1024;

/// Who takes what came of an invocation.
pub(crate) trait Sink {
    /// Takes `objects`, which are none where there is no storage, and the response; or the error.
    fn reply(
        &mut self,
        head: &Head,
        objects: &[u8],
        result: Result<Vec<u8>, FunctionError>,
    ) -> io::Result<()>;
}

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
    fn answer(&mut self, head: &Head, objects: &[u8], response: &[u8]) -> io::Result<()> {
        let length = objects.len() + response.len();
        if length > MAX_RESPONSE {
            let message =
                format!("a response of {length} bytes is above the limit of {MAX_RESPONSE} bytes");
            return self.error(head, &message);
        }
        let header = reply_header(Reply::Answer, head, length);
        if objects.is_empty() {
            self.frame([&header, response])
        } else {
            self.frame([&header, objects, response])
        }
    }

    fn error(&mut self, head: &Head, message: &str) -> io::Result<()> {
        let message = message.as_bytes();
        let message = &message[..message.len().min(MAX_RESPONSE)];
        self.frame([&reply_header(Reply::Error, head, message.len()), message])
    }

    /// Asks the host for an object.
    #[cfg(feature = "storage")]
    pub(crate) fn get(&mut self, key: &str) -> io::Result<()> {
        let mut header = [GET, 0, 0, 0, 0];
        header[1..].copy_from_slice(&(key.len() as u32).to_le_bytes());
        self.frame([&header, key.as_bytes()])
    }

    /// Asks the host to store an object. The frame's body is one that a frame can hold.
    #[cfg(feature = "storage")]
    pub(crate) fn put(&mut self, key: &str, object: &[u8]) -> io::Result<()> {
        let length = 2 + key.len() + object.len();
        let mut header = [PUT, 0, 0, 0, 0, 0, 0];
        header[1..5].copy_from_slice(&(length as u32).to_le_bytes());
        header[5..].copy_from_slice(&(key.len() as u16).to_le_bytes());
        self.frame([&header, key.as_bytes(), object])
    }

    fn frame<const N: usize>(&mut self, parts: [&[u8]; N]) -> io::Result<()> {
        if parts.iter().map(|part| part.len()).sum::<usize>() <= LARGEST_JOINED {
            self.joined.clear();
            for part in parts {
                self.joined.extend_from_slice(part);
            }
            self.output.write_all(&self.joined)?;
        } else {
            write_parts(&mut self.output, parts)?;
        }
        self.output.flush()
    }
}

impl<W: Write> Sink for Writer<W> {
    fn reply(
        &mut self,
        head: &Head,
        objects: &[u8],
        result: Result<Vec<u8>, FunctionError>,
    ) -> io::Result<()> {
        match result {
            Ok(response) => self.answer(head, objects, &response),
            Err(error) => self.error(head, error.message()),
        }
    }
}

/// Writes `parts` one after another, with one call for as much of all as the output takes.
pub(crate) fn write_parts<const N: usize>(
    output: &mut impl Write,
    parts: [&[u8]; N],
) -> io::Result<()> {
    let mut written = loop {
        match output.write_vectored(&parts.map(IoSlice::new)) {
            Ok(count) => break count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    };
    for part in parts {
        let done = written.min(part.len());
        written -= done;
        output.write_all(&part[done..])?;
    }
    Ok(())
}
