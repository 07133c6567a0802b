//! Reads HTTP/1.1 requests from a connection, into one buffer for all of them.

use std::io::{self, Read, Write};
use std::ops::Range;

use httparse::{parse_chunk_size, Header, Status, EMPTY_HEADER};

use crate::frame::MAX_LENGTH;

/// The largest head of a request, in bytes: room for a storage's address.
const LARGEST_HEAD: usize = 64 * 1024;
/// The most headers a request may have.
const MOST_HEADERS: usize = 64;
/// Bytes of the buffer before a request asks for more.
const SMALLEST_BUFFER: usize = 64 * 1024;

/// What a client is told of a request that is none: the status and a line.
pub(crate) type Refusal = (u16, &'static str);

/// Why there is no request to answer.
pub(crate) enum Broken {
    /// The client is told, and the connection ended.
    Refused(Refusal),
    /// The connection ended, between two requests or within one, or failed.
    Gone,
}

impl From<io::Error> for Broken {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

/// A whole request.
pub(crate) struct Request {
    pub(crate) body: Body,
    /// The value of `lumos-configure`.
    pub(crate) configuration: Option<Vec<u8>>,
    pub(crate) keep_alive: bool,
    /// What is wrong with it although it was read whole.
    pub(crate) refusal: Option<Refusal>,
}

/// Where a request's body is.
pub(crate) enum Body {
    /// In the reader's buffer, until the next request is asked for.
    Buffered(Range<usize>),
    /// Put together from chunks.
    Whole(Vec<u8>),
}

/// How long a body is.
enum Length {
    Known(usize),
    Chunked,
}

struct Head {
    bytes: usize,
    length: Length,
    configuration: Option<Vec<u8>>,
    keep_alive: bool,
    expects_continue: bool,
    refusal: Option<Refusal>,
}

/// The requests of a connection.
pub(crate) struct Requests<S> {
    stream: S,
    buffer: Vec<u8>,
    /// The unread bytes are `buffer[start..end]`.
    start: usize,
    end: usize,
}

impl<S: Read + Write> Requests<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream,
            buffer: vec![0; SMALLEST_BUFFER],
            start: 0,
            end: 0,
        }
    }

    /// The bytes of a body.
    pub(crate) fn bytes<'a>(&'a self, body: &'a Body) -> &'a [u8] {
        match body {
            Body::Buffered(range) => &self.buffer[range.clone()],
            Body::Whole(bytes) => bytes,
        }
    }

    pub(crate) fn stream(&mut self) -> &mut S {
        &mut self.stream
    }

    /// The next request, whole.
    pub(crate) fn next(&mut self) -> Result<Request, Broken> {
        self.make_room(SMALLEST_BUFFER);
        let head = loop {
            match parse_head(&self.buffer[self.start..self.end])? {
                Some(head) => break head,
                None if self.end - self.start >= LARGEST_HEAD => {
                    return Err(Broken::Refused((
                        431,
                        "the head of the request is too large",
                    )));
                }
                None => {
                    self.require(self.end - self.start + 1)?;
                }
            }
        };
        if head.expects_continue {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        self.start += head.bytes;
        let body = match head.length {
            Length::Known(length) => {
                self.require(length)?;
                let body = self.start..self.start + length;
                self.start = body.end;
                Body::Buffered(body)
            }
            Length::Chunked => Body::Whole(self.chunks()?),
        };
        Ok(Request {
            body,
            configuration: head.configuration,
            keep_alive: head.keep_alive,
            refusal: head.refusal,
        })
    }

    /// Reads a chunked body and the trailers behind it (RFC 9112, 7.1), which say nothing here.
    fn chunks(&mut self) -> Result<Vec<u8>, Broken> {
        let malformed = || Broken::Refused((400, "a chunk of the body is malformed"));
        let mut body = Vec::new();
        loop {
            let unread = &self.buffer[self.start..self.end];
            let (line, size) = match parse_chunk_size(unread).map_err(|_| malformed())? {
                Status::Complete(found) => found,
                Status::Partial => {
                    self.require(self.end - self.start + 1)?;
                    continue;
                }
            };
            if size > u64::from(MAX_LENGTH) - body.len() as u64 {
                return Err(too_large());
            }
            self.start += line;
            if size == 0 {
                while self.line()? > 0 {}
                return Ok(body);
            }
            let size = size as usize;
            self.require(size + 2)?;
            body.extend_from_slice(&self.buffer[self.start..self.start + size]);
            self.start += size;
            if self.line()? > 0 {
                return Err(malformed());
            }
        }
    }

    /// Passes over a line; its length without its end.
    fn line(&mut self) -> Result<usize, Broken> {
        loop {
            let unread = &self.buffer[self.start..self.end];
            if let Some(length) = unread.windows(2).position(|two| two == b"\r\n") {
                self.start += length + 2;
                return Ok(length);
            }
            if unread.len() > LARGEST_HEAD {
                return Err(Broken::Refused((431, "a line of the request is too long")));
            }
            self.require(self.end - self.start + 1)?;
        }
    }

    /// Reads until at least `wanted` bytes are unread.
    fn require(&mut self, wanted: usize) -> Result<(), Broken> {
        self.make_room(wanted);
        while self.end - self.start < wanted {
            self.read_more()?;
        }
        Ok(())
    }

    /// Makes room for `wanted` unread bytes, which then may begin at the front of the buffer.
    fn make_room(&mut self, wanted: usize) {
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
        }
        if self.buffer.len() - self.start >= wanted {
            return;
        }
        let unread = self.start..self.end;
        let length = unread.len();
        if self.buffer.len() >= wanted {
            self.buffer.copy_within(unread, 0);
        } else {
            // A zeroed allocation comes untouched from the system; growing the old one would write zeros to all of it.
            let mut larger = vec![0; wanted.next_power_of_two()];
            larger[..length].copy_from_slice(&self.buffer[unread]);
            self.buffer = larger;
        }
        self.start = 0;
        self.end = length;
    }

    fn read_more(&mut self) -> Result<(), Broken> {
        match self.stream.read(&mut self.buffer[self.end..]) {
            Ok(0) => Err(Broken::Gone),
            Ok(count) => {
                self.end += count;
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn too_large() -> Broken {
    Broken::Refused((413, "the body is above the limit of 1 GiB"))
}

/// The head at the beginning of `bytes`, or `None` while it is not whole.
fn parse_head(bytes: &[u8]) -> Result<Option<Head>, Broken> {
    let mut headers = [EMPTY_HEADER; MOST_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let length = match request.parse(bytes) {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) => return Ok(None),
        Err(_) => return Err(Broken::Refused((400, "this is no HTTP/1.1 request"))),
    };
    let find = |name: &str| {
        request
            .headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name))
    };
    let says = |name: &str, word: &[u8]| {
        find(name).is_some_and(|header| header.value.eq_ignore_ascii_case(word))
    };
    let refusal = match (request.method, request.path) {
        (Some("POST"), Some("/")) => None,
        (Some("POST"), _) => Some((404, "a function is at /")),
        _ => Some((405, "a function takes POST")),
    };
    let keep_alive = !says("connection", b"close")
        && (request.version == Some(1) || says("connection", b"keep-alive"));
    Ok(Some(Head {
        bytes: length,
        length: body_length(find("transfer-encoding"), find("content-length"))?,
        configuration: find("lumos-configure").map(|header| header.value.to_vec()),
        keep_alive,
        expects_continue: says("expect", b"100-continue"),
        refusal,
    }))
}

fn body_length(coding: Option<&Header>, length: Option<&Header>) -> Result<Length, Broken> {
    match (coding, length) {
        (Some(coding), None) if coding.value.eq_ignore_ascii_case(b"chunked") => {
            Ok(Length::Chunked)
        }
        // RFC 9112, 6.3: both at once may be an attempt to smuggle a request.
        (Some(_), _) => Err(Broken::Refused((
            400,
            "this transfer-encoding is not taken",
        ))),
        (None, None) => Ok(Length::Known(0)),
        (None, Some(length)) => {
            let digits = std::str::from_utf8(length.value).unwrap_or_default();
            let digits_only =
                !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            match digits.parse::<u64>() {
                Ok(number) if digits_only && number <= u64::from(MAX_LENGTH) => {
                    Ok(Length::Known(number as usize))
                }
                _ if digits_only => Err(too_large()),
                _ => Err(Broken::Refused((400, "content-length is no number"))),
            }
        }
    }
}
