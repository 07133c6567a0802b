//! The loop that takes an invocation and returns a response.

use std::io::{Read, Write};
use std::process::exit;

use crate::context::Context;
use crate::error::{FunctionError, StreamError};
use crate::reader::Reader;
use crate::stdio;
use crate::writer::Writer;

/// The exit code of an instance whose stream is broken.
const BROKEN_STREAM: i32 = 2;

/// Serves invocations on the standard streams until the input ends, then exits: with code 0 at the end of the input
/// between two frames, with code 2 and a line on standard error if the stream is broken.
pub fn serve<F>(handle: F) -> !
where
    F: FnMut(&mut Context, &[u8]) -> Result<Vec<u8>, FunctionError>,
{
    match run(&*stdio::input(), &*stdio::output(), handle) {
        Ok(()) => exit(0),
        Err(error) => {
            eprintln!("lumos-function: {error}");
            exit(BROKEN_STREAM)
        }
    }
}

/// Serves the invocations of `input` and writes the replies to `output`, until `input` ends between two frames.
///
/// # Errors
/// The stream of frames cannot go on: `input` ended within a frame or is no frame that a function takes, or reading
/// or writing failed. An error of the function itself is a reply and ends nothing.
pub fn run<F>(input: impl Read, output: impl Write, mut handle: F) -> Result<(), StreamError>
where
    F: FnMut(&mut Context, &[u8]) -> Result<Vec<u8>, FunctionError>,
{
    let mut reader = Reader::new(input);
    let mut writer = Writer::new(output);
    writer.ready()?;
    let mut sequence = 0u32;
    while let Some(payload) = reader.next_payload()? {
        sequence = sequence.wrapping_add(1);
        let mut context = Context::new(sequence);
        match handle(&mut context, payload) {
            Ok(response) => writer.answer(&context, &response)?,
            Err(error) => writer.error(&context, error.message())?,
        }
    }
    Ok(())
}
