//! The ways to a function's objects, and which of them a configure frame says.

mod configuration;
#[cfg(all(feature = "direct", not(all(target_os = "wasi", target_env = "p1"))))]
mod direct;
#[cfg(not(all(feature = "direct", not(all(target_os = "wasi", target_env = "p1")))))]
#[path = "no_direct.rs"]
mod direct;
mod file;
mod host;
mod inline;

use std::io::{self, Read, Write};
use std::ops::Range;

use crate::error::StreamError;
use crate::reader::Reader;
use crate::serve::{Call, Handle};
use crate::session::{Failure, Session, Store};
use crate::writer::{Sink, Writer};
use configuration::{Access, Configuration};
use file::Folder;
use host::Host;
use inline::{Inline, InlineObjects};

/// Where a function's objects are. Without a configure frame the function has none.
#[derive(Default)]
pub(crate) struct Storage {
    way: Way,
    limit: u64,
}

#[derive(Default)]
enum Way {
    #[default]
    None,
    Inline(Inline),
    Host,
    Direct(Box<dyn Store + Send>),
}

impl Storage {
    /// Takes the body of a configure frame.
    pub(crate) fn configure(&mut self, body: &[u8]) -> Result<(), StreamError> {
        let Configuration { limit, access } = Configuration::parse(body)?;
        self.limit = limit;
        self.way = match access {
            Access::Inline => Way::Inline(Inline::default()),
            Access::Host => Way::Host,
            Access::Folder(folder) => Way::Direct(Box::new(Folder::new(folder))),
            Access::Service(service) => Way::Direct(direct::store(&service)?),
        };
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
        if !matches!(self.way, Way::Host) {
            return Ok(self.answer(reader.body(payload), writer, call)?);
        }
        let (payload, input) = reader.split(payload);
        let mut host = Host::new(input, writer);
        let (head, response) = call.run(Some(Session::new(&mut host, self.limit)), payload);
        host.finish()?;
        writer.reply(&head, &[], response)?;
        Ok(())
    }

    /// Answers one invocation of a function that has no host to ask.
    pub(crate) fn answer(
        &mut self,
        payload: &[u8],
        sink: &mut impl Sink,
        call: Call<impl Handle>,
    ) -> io::Result<()> {
        match &mut self.way {
            Way::None => {
                let (head, response) = call.run(None, payload);
                sink.reply(&head, &[], response)
            }
            Way::Inline(inline) => invoke_inline(inline, self.limit, payload, sink, call),
            Way::Host => sink.reply(
                &call.not_made(),
                &[],
                Err(Failure::Unreachable.to_error("", 0)),
            ),
            Way::Direct(store) => {
                store.begin();
                let session = Session::new(&mut **store, self.limit);
                let (head, response) = call.run(Some(session), payload);
                store.end();
                sink.reply(&head, &[], response)
            }
        }
    }
}

fn invoke_inline(
    inline: &mut Inline,
    limit: u64,
    payload: &[u8],
    sink: &mut impl Sink,
    call: Call<impl Handle>,
) -> io::Result<()> {
    match inline.open(payload) {
        Ok(rest) => {
            let mut objects = InlineObjects::new(inline, payload);
            let (head, response) =
                call.run(Some(Session::new(&mut objects, limit)), &payload[rest]);
            sink.reply(&head, inline.objects_put(), response)
        }
        Err(error) => sink.reply(&call.not_made(), &[], Err(error)),
    }
}

#[cfg(test)]
mod tests;
