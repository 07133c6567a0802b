//! A function that is asked over HTTP: what is the same whoever's server it is.

use std::io;

use base64::engine::general_purpose::STANDARD;
use base64::Engine;

use crate::frame::{head_bytes, Head};
use crate::serve::{Call, Handle};
use crate::storage::Storage;
use crate::writer::Sink;

/// One instance: it takes one invocation at a time.
pub(crate) struct Instance<F> {
    handle: F,
    sequence: u32,
    storage: Storage,
    /// The header that the storage was last configured by.
    configuration: Vec<u8>,
}

impl<F: Handle> Instance<F> {
    pub(crate) fn new(handle: F) -> Self {
        Self {
            handle,
            sequence: 0,
            storage: Storage::default(),
            configuration: Vec::new(),
        }
    }

    /// Calls the function. `configuration`: the value of the request's header `lumos-configure`, if it has one; it comes
    /// with every request, because each may meet an instance that knows nothing.
    ///
    /// # Errors
    /// The inner one, a line for whoever asked: the header does not say where the objects are. The outer one: the answer
    /// could not be written.
    pub(crate) fn invoke(
        &mut self,
        configuration: Option<&[u8]>,
        payload: &[u8],
        sink: &mut impl Sink,
    ) -> io::Result<Result<(), String>> {
        if let Some(configuration) = configuration.filter(|&new| new != self.configuration) {
            let Ok(body) = STANDARD.decode(configuration) else {
                return Ok(Err("lumos-configure is not base64".to_owned()));
            };
            if let Err(error) = self.storage.configure(&body) {
                return Ok(Err(format!("lumos-configure: {error}")));
            }
            self.configuration = configuration.to_vec();
        }
        self.sequence = self.sequence.wrapping_add(1);
        let call = Call::new(self.sequence, &mut self.handle);
        self.storage.answer(payload, sink, call)?;
        Ok(Ok(()))
    }
}

/// The value of the header `lumos-head`.
pub(crate) fn encode_head(head: &Head) -> String {
    STANDARD.encode(head_bytes(head))
}
