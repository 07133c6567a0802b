//! HTTP/1.1 on a socket of the function's own: `docs/protocol.md`, section HTTP.
//!
//! A thread for each connection, and one instance for all: invocations take turns. The parser is `httparse`; there is no
//! framework in between, because what it does for a request would be in every figure.

mod connection;
mod request;
#[cfg(test)]
mod tests;

use std::env;
use std::io::{self, Write};
use std::net::{TcpListener, ToSocketAddrs};
use std::process::exit;
use std::sync::{Arc, Mutex};
use std::thread;

use crate::frame::READY;
use crate::instance::Instance;
use crate::serve::{give_up, serve_streams, Handle};
use crate::stdio;

/// Names the address to serve at.
const ADDRESS: &str = "LUMOS_HTTP";

/// Serves invocations at the address in `LUMOS_HTTP`, or on the standard streams where there is none, and exits.
pub(crate) fn serve(handle: impl Handle + Send + 'static) {
    match env::var(ADDRESS) {
        Ok(address) => match serve_at(&address, handle) {
            Ok(()) => exit(0),
            Err(error) => give_up(&format!("{ADDRESS}={address}: {error}")),
        },
        Err(_) => serve_streams(handle),
    }
}

/// Serves until the standard input ends.
fn serve_at(address: &str, handle: impl Handle + Send + 'static) -> io::Result<()> {
    let listener = bind(address)?;
    stdio::output().write_all(&READY)?;
    thread::spawn(move || accept(&listener, handle));
    io::copy(&mut &*stdio::input(), &mut io::sink())?;
    Ok(())
}

fn bind(address: impl ToSocketAddrs) -> io::Result<TcpListener> {
    TcpListener::bind(address)
}

/// Takes connections for good. One that cannot be taken (no descriptors are left, say) is the client's loss alone.
fn accept(listener: &TcpListener, handle: impl Handle + Send + 'static) {
    let instance = Arc::new(Mutex::new(Instance::new(handle)));
    for stream in listener.incoming().flatten() {
        let instance = Arc::clone(&instance);
        // Errors end this connection, and nothing else.
        thread::spawn(move || {
            stream
                .set_nodelay(true)
                .and_then(|()| connection::serve(&stream, &instance))
        });
    }
}
