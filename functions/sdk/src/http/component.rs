//! HTTP in a component of WASI 0.2: the engine is the server, and calls `wasi:http/incoming-handler`.
//!
//! The function is the same program as everywhere: its `main` is called when an instance meets its first request, and
//! hands over the handle that the requests then go to.

use std::cell::RefCell;
use std::io;

use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{
    Fields, IncomingBody, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam,
};
use wasip2::io::streams::{InputStream, OutputStream, StreamError};

use crate::error::FunctionError;
use crate::frame::{Head, MAX_LENGTH};
use crate::instance::{encode_head, Instance};
use crate::serve::Handle;
use crate::writer::Sink;

/// Bytes asked for in one read of a body.
const READ_BYTES: u64 = 1024 * 1024;

/// One request: the value of `lumos-configure`, the payload, and where the answer goes.
type Invoke = dyn FnMut(Option<&[u8]>, &[u8], &mut Answer) -> io::Result<Result<(), String>>;

thread_local! {
    static INSTANCE: RefCell<Option<Box<Invoke>>> = const { RefCell::new(None) };
}

/// Keeps the function for the requests of this instance.
pub(crate) fn serve(handle: impl Handle + Send + 'static) {
    let mut instance = Instance::new(handle);
    let invoke: Box<Invoke> = Box::new(move |configuration, payload, answer| {
        instance.invoke(configuration, payload, answer)
    });
    INSTANCE.set(Some(invoke));
}

extern "C" {
    /// What the C library does before `main` (wasm-ld makes it): an exported function finds none of it done.
    fn __wasm_call_ctors();
    /// The program's `main`, as Rust's WASI targets name it.
    fn __main_void() -> i32;
}

struct Component;

#[allow(unsafe_code)]
mod export {
    // SAFETY: what the macro makes is the canonical ABI's export, which only the engine calls.
    use super::Component;

    wasip2::http::proxy::export!(Component);
}

impl Guest for Component {
    fn handle(request: IncomingRequest, answer_to: ResponseOutparam) {
        INSTANCE.with(|instance| {
            if instance.borrow().is_none() {
                start();
            }
            let mut instance = instance.borrow_mut();
            let Some(invoke) = instance.as_mut() else {
                return text(answer_to, 500, "this program does not serve a function");
            };
            match read(request) {
                Ok((configuration, payload)) => {
                    let mut answer = Answer::default();
                    match invoke(configuration.as_deref(), &payload, &mut answer) {
                        Ok(Ok(())) => answer.send(answer_to),
                        Ok(Err(why)) => text(answer_to, 400, &why),
                        Err(error) => text(answer_to, 500, &error.to_string()),
                    }
                }
                Err((status, why)) => text(answer_to, status, why),
            }
        });
    }
}

/// Runs the program up to its call of `serve`.
#[allow(unsafe_code)]
fn start() {
    // SAFETY: both are functions of this very module without arguments, called once, on its only thread, before anything
    // else of the program has run.
    unsafe {
        __wasm_call_ctors();
        __main_void();
    }
}

/// The value of `lumos-configure`, and the payload.
type Asked = (Option<Vec<u8>>, Vec<u8>);

/// The configuration and the body of a request, or the status and the line that refuse it.
fn read(request: IncomingRequest) -> Result<Asked, (u16, &'static str)> {
    if !matches!(request.method(), Method::Post) {
        return Err((405, "a function takes POST"));
    }
    if request.path_with_query().is_some_and(|path| path != "/") {
        return Err((404, "a function is at /"));
    }
    let headers = request.headers();
    let configuration = headers.get("lumos-configure").into_iter().next();
    let length = headers
        .get("content-length")
        .first()
        .and_then(|value| std::str::from_utf8(value).ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > u64::from(MAX_LENGTH)) {
        return Err((413, "the body is above the limit of 1 GiB"));
    }
    let broken = (400, "the body cannot be read");
    let body = request.consume().map_err(|()| broken)?;
    let stream = body.stream().map_err(|()| broken)?;
    let payload = read_all(&stream, length.unwrap_or(0) as usize).ok_or(broken)?;
    drop(stream);
    IncomingBody::finish(body);
    Ok((configuration, payload))
}

/// Everything of a stream; `None` where it fails before its end.
fn read_all(stream: &InputStream, expected: usize) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        match stream.blocking_read(READ_BYTES) {
            // A body that came in one piece is not copied.
            Ok(piece) if whole.is_empty() && piece.len() >= expected => whole = piece,
            Ok(piece) => {
                whole.reserve(expected.saturating_sub(whole.len()));
                whole.extend_from_slice(&piece);
            }
            Err(StreamError::Closed) => return Some(whole),
            Err(StreamError::LastOperationFailed(_)) => return None,
        }
        if whole.len() > MAX_LENGTH as usize {
            return None;
        }
    }
}

/// What came of an invocation.
#[derive(Default)]
struct Answer {
    status: u16,
    head: String,
    objects: Vec<u8>,
    body: Vec<u8>,
}

impl Sink for Answer {
    fn reply(
        &mut self,
        head: &Head,
        objects: &[u8],
        result: Result<Vec<u8>, FunctionError>,
    ) -> io::Result<()> {
        self.head = encode_head(head);
        match result {
            Ok(response) => {
                self.status = 200;
                self.objects = objects.to_vec();
                self.body = response;
            }
            Err(error) => {
                self.status = 500;
                self.body = error.message().as_bytes().to_vec();
            }
        }
        Ok(())
    }
}

impl Answer {
    fn send(self, answer_to: ResponseOutparam) {
        let headers = [
            ("content-type", "application/octet-stream"),
            ("lumos-head", &self.head),
        ];
        respond(
            answer_to,
            self.status,
            &headers,
            &[&self.objects, &self.body],
        );
    }
}

fn text(answer_to: ResponseOutparam, status: u16, line: &str) {
    let body = format!("{line}\n");
    respond(
        answer_to,
        status,
        &[("content-type", "text/plain")],
        &[body.as_bytes()],
    );
}

/// Sends an answer. A client that has gone away meanwhile loses it: there is nobody left to tell.
fn respond(answer_to: ResponseOutparam, status: u16, headers: &[(&str, &str)], body: &[&[u8]]) {
    let length = body
        .iter()
        .map(|part| part.len())
        .sum::<usize>()
        .to_string();
    let fields = Fields::new();
    for (name, value) in headers
        .iter()
        .copied()
        .chain([("content-length", length.as_str())])
    {
        // Names and values are this module's own, and are what HTTP allows.
        let _ = fields.append(name, value.as_bytes());
    }
    let response = OutgoingResponse::new(fields);
    let _ = response.set_status_code(status);
    let Ok(outgoing) = response.body() else {
        return;
    };
    ResponseOutparam::set(answer_to, Ok(response));
    let Ok(stream) = outgoing.write() else {
        return;
    };
    let sent = body.iter().all(|part| write_all(&stream, part).is_ok());
    drop(stream);
    if sent {
        let _ = OutgoingBody::finish(outgoing, None);
    }
}

/// Writes as much at once as the engine takes, and waits where it takes nothing.
fn write_all(stream: &OutputStream, mut bytes: &[u8]) -> Result<(), StreamError> {
    let ready = stream.subscribe();
    while !bytes.is_empty() {
        let most = stream.check_write()?;
        if most == 0 {
            ready.block();
            continue;
        }
        let count = bytes.len().min(usize::try_from(most).unwrap_or(usize::MAX));
        stream.write(&bytes[..count])?;
        bytes = &bytes[count..];
    }
    stream.flush()?;
    Ok(())
}
