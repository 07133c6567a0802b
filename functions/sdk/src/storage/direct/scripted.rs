//! A service on the loopback that says what it is told to.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::{spawn, JoinHandle};

/// What the service does next on a connection.
pub(super) enum Step {
    /// Waits until the request has come this far, and answers.
    Answer(Vec<u8>, Vec<u8>),
    /// Closes the connection.
    Close,
}

pub(super) fn answer(request_ends: impl AsRef<[u8]>, answer: impl AsRef<[u8]>) -> Step {
    Step::Answer(request_ends.as_ref().to_vec(), answer.as_ref().to_vec())
}

/// A service that takes as many connections as it has scripts, one after another.
pub(super) struct Scripted {
    pub(super) address: SocketAddr,
    thread: JoinHandle<Vec<Vec<u8>>>,
}

impl Scripted {
    pub(super) fn new(connections: Vec<Vec<Step>>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let thread = spawn(move || {
            connections
                .into_iter()
                .map(|steps| play(listener.accept().unwrap().0, steps))
                .collect()
        });
        Self { address, thread }
    }

    /// What came on each connection. Everything that connects must have let go before.
    pub(super) fn requests(self) -> Vec<String> {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        self.thread.join().unwrap().into_iter().map(text).collect()
    }
}

/// Plays a script, then waits until the other side is done; gives back all that came.
fn play(mut stream: TcpStream, steps: Vec<Step>) -> Vec<u8> {
    let mut received = Vec::new();
    for step in steps {
        let Step::Answer(ends, answer) = step else {
            return received;
        };
        let mut request = Vec::new();
        while !request.windows(ends.len()).any(|part| part == ends) {
            let mut buffer = [0; 4096];
            let count = stream.read(&mut buffer).unwrap();
            assert!(count > 0, "the client hung up within a request");
            request.extend_from_slice(&buffer[..count]);
        }
        received.extend(request);
        stream.write_all(&answer).unwrap();
    }
    // A client that drops answers unread resets the connection.
    let _ = stream.read_to_end(&mut received);
    received
}
