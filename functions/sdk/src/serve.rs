//! The loop that takes an invocation and returns a response.

use std::fmt::Display;
use std::io::{Read, Write};
use std::process::exit;

use crate::context::Context;
use crate::error::{FunctionError, StreamError};
use crate::frame::Head;
use crate::http;
use crate::reader::{Frame, Reader};
use crate::session::Session;
use crate::stdio;
use crate::storage::Storage;
use crate::writer::Writer;

/// The exit code of an instance whose stream is broken.
const BROKEN_STREAM: i32 = 2;

/// What a function answers.
type Response = Result<Vec<u8>, FunctionError>;

/// Serves invocations: on the standard streams until the input ends, or over HTTP at the address in `LUMOS_HTTP`. Then it
/// exits: with code 0 at the end of the input between two frames, with code 2 and a line on standard error if the stream
/// is broken or the address cannot be had.
///
/// In a component that is a request handler it only keeps `handle` and returns: the engine calls it.
pub fn serve<F>(handle: F)
where
    F: FnMut(&mut Context<'_>, &[u8]) -> Result<Vec<u8>, FunctionError> + Send + 'static,
{
    http::serve(handle);
}

/// Serves invocations on the standard streams, and exits.
#[cfg_attr(all(target_env = "p2", feature = "wasi-http"), allow(dead_code))]
pub(crate) fn serve_streams(handle: impl Handle) -> ! {
    match run(&*stdio::input(), &*stdio::output(), handle) {
        Ok(()) => exit(0),
        Err(error) => give_up(&error),
    }
}

/// Ends an instance that cannot serve, with a line that says why.
pub(crate) fn give_up(error: &dyn Display) -> ! {
    eprintln!("lumos-function: {error}");
    exit(BROKEN_STREAM)
}

/// Serves the invocations of `input` and writes the replies to `output`, until `input` ends between two frames.
///
/// # Errors
/// The stream of frames cannot go on: `input` ended within a frame or is no frame that a function takes there, or
/// reading or writing failed. An error of the function itself is a reply and ends nothing.
pub fn run<F>(input: impl Read, output: impl Write, mut handle: F) -> Result<(), StreamError>
where
    F: FnMut(&mut Context<'_>, &[u8]) -> Result<Vec<u8>, FunctionError>,
{
    let mut reader = Reader::new(input);
    let mut writer = Writer::new(output);
    writer.ready()?;
    let mut storage = Storage::default();
    let mut sequence = 0u32;
    while let Some(frame) = reader.next_frame()? {
        match frame {
            Frame::Configure(body) => storage.configure(reader.body(body))?,
            Frame::Invoke(payload) => {
                sequence = sequence.wrapping_add(1);
                let call = Call::new(sequence, &mut handle);
                storage.invoke(&mut reader, payload, &mut writer, call)?;
            }
        }
    }
    Ok(())
}

/// A function's own logic.
pub(crate) trait Handle: FnMut(&mut Context<'_>, &[u8]) -> Response {}

impl<F: FnMut(&mut Context<'_>, &[u8]) -> Response> Handle for F {}

/// A call of the function that is to be made for one invocation.
pub(crate) struct Call<'a, F> {
    sequence: u32,
    handle: &'a mut F,
}

impl<'a, F: Handle> Call<'a, F> {
    pub(crate) fn new(sequence: u32, handle: &'a mut F) -> Self {
        Self { sequence, handle }
    }

    /// Calls the function with its objects, if it has any, and the payload that it is to see.
    pub(crate) fn run(self, session: Option<Session<'_>>, payload: &[u8]) -> (Head, Response) {
        let mut context = Context::new(self.sequence, session);
        let response = (self.handle)(&mut context, payload);
        (context.head(), response)
    }

    /// The head of a reply without a call.
    #[cfg(feature = "storage")]
    pub(crate) fn not_made(self) -> Head {
        Context::new(self.sequence, None).head()
    }
}
