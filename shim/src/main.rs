#![no_main]
//! The supervisor of one sandbox, as containerd-shim is of a container:
//!
//! ```text
//! lumos-shim [--procs FILE]... -- COMMAND ARG...
//! ```
//!
//! Descriptor 3 is a stream socket to whoever asked for it; 0, 1 and 2 are the command's standard streams. It moves
//! itself into the control groups of the `--procs` files, says `R`, and waits: for `G`, upon which it starts COMMAND (a
//! path) and tells its process and, later, how it ended; or for the end of the socket, upon which it goes. Neither it nor
//! the command outlives the process that started it.
//!
//! The environment that the shim is given is the command's whole environment: the shim reads none of it and adds nothing,
//! so whoever starts it gives it what the command is to have, and not their own.
//!
//! `lumos-shim --metronome CPU MICROSECONDS` is another program altogether, which needs what this one has: see `metronome`.
//!
//! Exit codes: 0 done, 125 the shim itself failed (a line on standard error says why), 126 COMMAND could not be started.

#[cfg(target_os = "linux")]
mod child;
#[cfg(target_os = "linux")]
mod control;
#[cfg(target_os = "linux")]
mod metronome;
#[cfg(target_os = "linux")]
mod supervise;
#[cfg(target_os = "linux")]
mod system;

// The arguments are taken as the kernel gave them: COMMAND's vector is the tail of the shim's own, so there is nothing
// to prepare between the word to go and the start, and nothing of Rust's start-up comes before `main`.
#[cfg(target_os = "linux")]
#[no_mangle]
#[allow(unsafe_code)]
extern "C" fn main(count: i32, arguments: *const *const libc::c_char) -> i32 {
    // SAFETY: `count` and `arguments` are the process's own, which live and stay as they are until it ends.
    let arguments = unsafe { system::Arguments::new(count, arguments) };
    let done = match arguments.get(1).map(std::ffi::CStr::to_bytes) {
        Some(b"--metronome") => metronome::run(&arguments),
        _ => supervise::supervise(&arguments),
    };
    match done {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("lumos-shim: {failure}");
            supervise::FAILED
        }
    }
}

#[cfg(not(target_os = "linux"))]
compile_error!("lumos-shim needs Linux: parent-death signals and control groups");
