use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use base64::engine::general_purpose::STANDARD;
use base64::Engine;

use super::{accept, bind};
use crate::context::Context;
use crate::error::FunctionError;

/// Answers its payload in capitals; `fail` is an error, `sleep` takes a moment.
fn shout(context: &mut Context<'_>, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    match payload {
        b"fail" => Err(FunctionError::new("refused")),
        b"sleep" => {
            thread::sleep(Duration::from_millis(100));
            Ok(Vec::new())
        }
        _ => Ok(context.compute(|| payload.to_ascii_uppercase())),
    }
}

fn start() -> SocketAddr {
    let listener = bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || accept(&listener, shout));
    address
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    stream
}

struct Answer {
    status: u16,
    head: Option<Vec<u8>>,
    keep_alive: bool,
    body: Vec<u8>,
}

fn read_answer(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let mut one = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut one).unwrap();
        bytes.push(one[0]);
    }
    let text = String::from_utf8(bytes).unwrap();
    let header = |name: &str| {
        text.lines().find_map(|line| {
            line.strip_prefix(name)?
                .strip_prefix(": ")
                .map(str::to_owned)
        })
    };
    let mut body = vec![0; header("content-length").unwrap().parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    Answer {
        status: text[9..12].parse().unwrap(),
        head: header("lumos-head").map(|value| STANDARD.decode(value).unwrap()),
        keep_alive: header("connection").is_none(),
        body,
    }
}

fn post(stream: &mut TcpStream, headers: &str, body: &[u8]) -> Answer {
    let head = format!(
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n{headers}\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    read_answer(stream)
}

/// What a connection is told of `request`, after which it is closed.
fn refused(request: &str) -> u16 {
    let mut stream = connect(start());
    stream.write_all(request.as_bytes()).unwrap();
    let answer = read_answer(&mut stream);
    assert!(answer.head.is_none());
    assert!(!answer.keep_alive);
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    answer.status
}

#[test]
fn one_instance_counts_the_invocations_of_all_its_connections() {
    let address = start();
    let mut first = connect(address);
    let mut second = connect(address);
    for (sequence, stream) in [(1, &mut first), (2, &mut second)] {
        let answer = post(stream, "", b"hi");
        assert_eq!((answer.status, &answer.body[..]), (200, &b"HI"[..]));
        let head = answer.head.unwrap();
        assert_eq!(head.len(), 64);
        assert_eq!(head[..4], u32::to_le_bytes(sequence));
        // Compute was entered, deserialize was not.
        assert_eq!(head[4..12], [0xff; 8]);
        assert_ne!(head[20..28], [0xff; 8]);
    }
    assert!(post(&mut first, "", b"again").keep_alive);
}

#[test]
fn bodies_of_every_size_come_back_whole() {
    let mut stream = connect(start());
    for size in [0, 1, 16_000, 65_536, 1 << 20, 16 << 20] {
        let payload = (0..size)
            .map(|index| (index % 251) as u8)
            .collect::<Vec<_>>();
        assert_eq!(
            post(&mut stream, "", &payload).body,
            payload.to_ascii_uppercase()
        );
    }
}

#[test]
fn an_error_of_the_function_is_a_500_with_its_message_and_the_head() {
    let mut stream = connect(start());
    let answer = post(&mut stream, "", b"fail");
    assert_eq!((answer.status, &answer.body[..]), (500, &b"refused"[..]));
    assert_eq!(answer.head.unwrap()[..4], [1, 0, 0, 0]);
    assert_eq!(post(&mut stream, "", b"ok").status, 200);
}

#[test]
fn requests_sent_at_once_are_answered_one_after_the_other() {
    let mut stream = connect(start());
    let two = b"POST / HTTP/1.1\r\ncontent-length: 1\r\n\r\naPOST / HTTP/1.1\r\ncontent-length: 2\r\n\r\nbb";
    stream.write_all(two).unwrap();
    assert_eq!(read_answer(&mut stream).body, b"A");
    assert_eq!(read_answer(&mut stream).body, b"BB");
}

#[test]
fn a_request_that_comes_in_pieces_is_put_together() {
    let mut stream = connect(start());
    for piece in [
        &b"POST / HT"[..],
        b"TP/1.1\r\ncontent-len",
        b"gth: 4\r\n\r",
        b"\nab",
        b"cd",
    ] {
        stream.write_all(piece).unwrap();
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(read_answer(&mut stream).body, b"ABCD");
}

#[test]
fn a_chunked_body_is_put_together_and_what_follows_is_the_next_request() {
    let mut stream = connect(start());
    stream
        .write_all(b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nt: v\r\n\r\n")
        .unwrap();
    assert_eq!(read_answer(&mut stream).body, b"ABCDE");
    assert_eq!(post(&mut stream, "", b"next").body, b"NEXT");
}

#[test]
fn a_client_that_waits_for_leave_to_send_gets_it() {
    let mut stream = connect(start());
    let head = b"POST / HTTP/1.1\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n";
    stream.write_all(head).unwrap();
    let mut leave = [0; 25];
    stream.read_exact(&mut leave).unwrap();
    assert_eq!(&leave, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"hi").unwrap();
    assert_eq!(read_answer(&mut stream).body, b"HI");
}

#[test]
fn another_method_or_path_is_refused_and_the_connection_lives_on() {
    let mut stream = connect(start());
    for (request, status) in [("GET / HTTP/1.1", 405), ("POST /other HTTP/1.1", 404)] {
        write!(stream, "{request}\r\ncontent-length: 0\r\n\r\n").unwrap();
        let answer = read_answer(&mut stream);
        assert_eq!((answer.status, answer.head), (status, None));
    }
    assert_eq!(post(&mut stream, "", b"x").head.unwrap()[..4], [1, 0, 0, 0]);
}

#[test]
fn what_is_no_request_or_too_large_ends_the_connection() {
    assert_eq!(refused("no http at all\r\n\r\n"), 400);
    assert_eq!(refused("POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n"), 400);
    assert_eq!(
        refused("POST / HTTP/1.1\r\ncontent-length: +1\r\n\r\n"),
        400
    );
    assert_eq!(
        refused("POST / HTTP/1.1\r\ncontent-length: 1073741825\r\n\r\n"),
        413
    );
    assert_eq!(
        refused("POST / HTTP/1.1\r\ncontent-length: 99999999999999999999\r\n\r\n"),
        413
    );
    let smuggled = "POST / HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n";
    assert_eq!(refused(smuggled), 400);
    let chunked = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n";
    assert_eq!(refused(&format!("{chunked}zz\r\n")), 400);
    assert_eq!(refused(&format!("{chunked}1\r\nab\r\n")), 400);
    assert_eq!(refused(&format!("{chunked}ffffffff\r\n")), 413);
    assert_eq!(
        refused(&format!("POST / HTTP/1.1\r\nx: {}", "y".repeat(70_000))),
        431
    );
}

#[test]
fn a_configuration_that_is_none_is_refused() {
    let mut stream = connect(start());
    assert_eq!(
        post(&mut stream, "lumos-configure: %%%\r\n", b"x").status,
        400
    );
    assert_eq!(post(&mut stream, "", b"x").status, 200);
}

#[test]
fn a_connection_that_breaks_off_harms_no_other() {
    let address = start();
    for sent in [
        &b""[..],
        b"POST",
        b"POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\nab",
    ] {
        let mut broken = connect(address);
        broken.write_all(sent).unwrap();
        broken.shutdown(Shutdown::Both).unwrap();
    }
    let mut leaving = connect(address);
    leaving
        .write_all(b"POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\nsleep")
        .unwrap();
    drop(leaving);
    assert_eq!(post(&mut connect(address), "", b"hi").body, b"HI");
}

#[test]
fn a_client_that_has_said_its_last_word_still_gets_its_answer() {
    let mut stream = connect(start());
    stream
        .write_all(b"POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\nhi")
        .unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(read_answer(&mut stream).body, b"HI");
}

#[test]
fn connection_close_is_kept_to() {
    let mut stream = connect(start());
    let answer = post(&mut stream, "connection: close\r\n", b"hi");
    assert!(!answer.keep_alive);
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    let mut old = connect(start());
    old.write_all(b"POST / HTTP/1.0\r\ncontent-length: 2\r\n\r\nhi")
        .unwrap();
    assert!(!read_answer(&mut old).keep_alive);
}
