//! Answers the requests of one connection.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::request::{Broken, Refusal, Requests};
use crate::error::FunctionError;
use crate::frame::Head;
use crate::instance::{encode_head, Instance};
use crate::serve::Handle;
use crate::writer::{write_parts, Sink, LARGEST_JOINED};

/// Answers requests until the client or an error ends the connection.
pub(crate) fn serve<F: Handle>(
    stream: &TcpStream,
    instance: &Mutex<Instance<F>>,
) -> io::Result<()> {
    let mut requests = Requests::new(stream);
    let mut answer = Answer::default();
    loop {
        let request = match requests.next() {
            Ok(request) => request,
            Err(Broken::Gone) => return Ok(()),
            Err(Broken::Refused(refusal)) => {
                refuse(requests.stream(), refusal, false)?;
                return last_word(stream);
            }
        };
        if let Some(refusal) = request.refusal {
            refuse(requests.stream(), refusal, request.keep_alive)?;
        } else {
            answer.keep_alive = request.keep_alive;
            let payload = requests.bytes(&request.body);
            // A function that panicked has ended the process: nothing here is ever poisoned.
            let mut instance = instance.lock().unwrap_or_else(PoisonError::into_inner);
            let asked = instance.invoke(request.configuration.as_deref(), payload, &mut answer)?;
            drop(instance);
            match asked {
                Ok(()) => answer.write(requests.stream())?,
                Err(why) => write_text(requests.stream(), 400, &why, request.keep_alive)?,
            }
        }
        if !request.keep_alive {
            return Ok(());
        }
    }
}

/// How much of what a refused client still sends is passed over, and for how long.
const PASSED_OVER: u64 = 16 * 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(2);

/// Ends a connection so that the client reads what it was told: closing it with input unread would reset it, and the answer
/// be lost (RFC 9112, 9.6).
fn last_word(stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    io::copy(&mut stream.take(PASSED_OVER), &mut io::sink())?;
    Ok(())
}

/// What came of an invocation, until it is written: the instance is free for others before that.
#[derive(Default)]
struct Answer {
    keep_alive: bool,
    head: Vec<u8>,
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
        self.objects.clear();
        let status = match result {
            Ok(response) => {
                self.objects.extend_from_slice(objects);
                self.body = response;
                "200 OK"
            }
            Err(error) => {
                self.body = error.message().as_bytes().to_vec();
                "500 Internal Server Error"
            }
        };
        self.head.clear();
        write!(
            self.head,
            "HTTP/1.1 {status}\r\ncontent-type: application/octet-stream\r\ncontent-length: {}\r\nlumos-head: {}\r\n{}\r\n",
            self.objects.len() + self.body.len(),
            encode_head(head),
            closing(self.keep_alive),
        )
    }
}

impl Answer {
    /// With a single write where it is small; a large body is not copied once more.
    fn write(&mut self, stream: &mut impl Write) -> io::Result<()> {
        if self.head.len() + self.objects.len() + self.body.len() <= LARGEST_JOINED {
            self.head.extend_from_slice(&self.objects);
            self.head.extend_from_slice(&self.body);
            stream.write_all(&self.head)?;
        } else {
            write_parts(stream, [&self.head, &self.objects, &self.body])?;
        }
        stream.flush()
    }
}

fn closing(keep_alive: bool) -> &'static str {
    if keep_alive {
        ""
    } else {
        "connection: close\r\n"
    }
}

fn refuse(stream: &mut impl Write, (status, why): Refusal, keep_alive: bool) -> io::Result<()> {
    write_text(stream, status, why, keep_alive)
}

fn write_text(
    stream: &mut impl Write,
    status: u16,
    text: &str,
    keep_alive: bool,
) -> io::Result<()> {
    let reason = match status {
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Content Too Large",
        _ => "Request Header Fields Too Large",
    };
    let answer = format!(
        "HTTP/1.1 {status} {reason}\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n{}\r\n{text}\n",
        text.len() + 1,
        closing(keep_alive),
    );
    stream.write_all(answer.as_bytes())?;
    stream.flush()
}
