//! A module that Wizer runs up to where it would serve, and keeps as it then is: `docs/protocol.md`, section Snapshots.
//!
//! The function is the same program as everywhere. What its `main` does before it calls `serve` is its initialisation; it is
//! done once, while the snapshot is made, and each instance goes on from there.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Mutex;

use crate::serve::{give_up, serve_streams, Handle};

/// Whether the snapshot is being made.
static PREPARING: AtomicBool = AtomicBool::new(false);

/// What is left to do of the program: to serve.
static KEPT: Mutex<Option<Box<dyn FnOnce() + Send>>> = Mutex::new(None);

/// Serves invocations on the standard streams, and exits; while the snapshot is made it only keeps `handle` and returns.
pub(crate) fn serve(handle: impl Handle + Send + 'static) {
    if PREPARING.load(Ordering::Relaxed) {
        keep(Some(Box::new(move || serve_streams(handle))));
    } else {
        serve_streams(handle);
    }
}

fn keep(serve: Option<Box<dyn FnOnce() + Send>>) -> Option<Box<dyn FnOnce() + Send>> {
    match KEPT.lock() {
        Ok(mut kept) => std::mem::replace(&mut *kept, serve),
        Err(_) => None,
    }
}

extern "C" {
    /// What the C library does before `main` (wasm-ld makes it): an exported function finds none of it done.
    fn __wasm_call_ctors();
    /// The program's `main`, as Rust's WASI targets name it.
    fn __main_void() -> i32;
}

/// What Wizer calls. It runs the program as `_start` would, up to `serve`.
#[allow(unsafe_code)]
#[export_name = "wizer-initialize"]
extern "C" fn initialize() {
    PREPARING.store(true, Ordering::Relaxed);
    // SAFETY: both are there in every command of WASI, and this is the first call into an instance, as `_start` is.
    unsafe {
        __wasm_call_ctors();
        __main_void();
    }
    PREPARING.store(false, Ordering::Relaxed);
}

/// The `_start` of what is restored.
#[allow(unsafe_code)]
#[export_name = "lumos-resume"]
extern "C" fn resume() {
    match keep(None) {
        Some(serve) => serve(),
        None => give_up(&"the program came to its end before it served"),
    }
}
