//! The standard streams without the buffers of the standard library.
//!
//! `std::io::stdout` scans for line ends and splits a frame into several writes at them; `std::io::stdin` reads
//! through 8 KiB. Frames bring their own buffers.

use std::fs::File;
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd;

/// Standard input, unbuffered.
pub(crate) fn input() -> ManuallyDrop<File> {
    open(0)
}

/// Standard output, unbuffered.
pub(crate) fn output() -> ManuallyDrop<File> {
    open(1)
}

#[allow(unsafe_code)]
fn open(descriptor: i32) -> ManuallyDrop<File> {
    // SAFETY: the standard streams are open from the start of the process to its end: `ManuallyDrop` never closes
    // them, and nothing else in this crate reads or writes them.
    ManuallyDrop::new(unsafe { File::from_raw_fd(descriptor) })
}
