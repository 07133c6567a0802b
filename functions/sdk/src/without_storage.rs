//! A function that was built without storage: nothing to configure, and nothing to reach.

use std::io::{self, Read, Write};
use std::ops::Range;

use crate::error::StreamError;
use crate::reader::Reader;
use crate::serve::{Call, Handle};
use crate::writer::{Sink, Writer};

/// No storage.
#[derive(Default)]
pub(crate) struct Storage(());

impl Storage {
    /// Ignores where the objects are, which the function does not ask for.
    pub(crate) fn configure(&mut self, _: &[u8]) -> Result<(), StreamError> {
        Ok(())
    }

    /// Answers one invocation, whose payload is `payload` of the reader's buffer.
    pub(crate) fn invoke(
        &mut self,
        reader: &mut Reader<impl Read>,
        payload: Range<usize>,
        writer: &mut Writer<impl Write>,
        call: Call<impl Handle>,
    ) -> Result<(), StreamError> {
        Ok(self.answer(reader.body(payload), writer, call)?)
    }

    /// Answers one invocation of a function that has no host to ask.
    pub(crate) fn answer(
        &mut self,
        payload: &[u8],
        sink: &mut impl Sink,
        call: Call<impl Handle>,
    ) -> io::Result<()> {
        let (head, response) = call.run(None, payload);
        sink.reply(&head, &[], response)
    }
}
