//! The words on descriptor 3. All integers are little-endian.
//!
//! | word | direction | bytes |
//! | --- | --- | --- |
//! | `R` ready | from the shim | 1 |
//! | `G` go | to the shim | 1 |
//! | `S` started | from the shim | 1, then the command's process id as u32 |
//! | `E` not started | from the shim | 1, then the error number as u32 |
//! | `X` ended | from the shim | 1, exit code i32 (-1: none), signal i32 (0: none), then as u64 each: microseconds in user mode, in system mode, highest resident set in bytes, 0 |
#![allow(unsafe_code)]

use crate::system::{Descriptor, Ended, Failure};

pub(crate) const CONTROL: Descriptor = Descriptor(3);

/// What the other side wants.
pub(crate) enum Word {
    Go,
    /// It closed the socket: nothing is asked for.
    End,
}

pub(crate) fn say_ready() {
    say(b"R");
}

pub(crate) fn say_started(process: libc::pid_t) {
    say_with_number(b'S', process.unsigned_abs());
}

pub(crate) fn say_not_started(error_number: i32) {
    say_with_number(b'E', error_number.unsigned_abs());
}

pub(crate) fn say_ended(ended: &Ended) {
    let mut word = [0; 41];
    word[0] = b'X';
    word[1..5].copy_from_slice(&ended.code.unwrap_or(-1).to_le_bytes());
    word[5..9].copy_from_slice(&ended.signal.unwrap_or(0).to_le_bytes());
    word[9..17].copy_from_slice(&ended.user_microseconds.to_le_bytes());
    word[17..25].copy_from_slice(&ended.system_microseconds.to_le_bytes());
    word[25..33].copy_from_slice(&ended.resident_bytes.to_le_bytes());
    say(&word);
}

/// Waits for the other side's word.
pub(crate) fn hear() -> Result<Word, Failure> {
    let mut byte = 0u8;
    loop {
        // SAFETY: one byte is read into a live local.
        let count = unsafe { libc::read(CONTROL.0, std::ptr::addr_of_mut!(byte).cast(), 1) };
        match (count, byte) {
            (0, _) => return Ok(Word::End),
            (1, b'G') => return Ok(Word::Go),
            (1, other) => {
                return Err(Failure::new(format!(
                    "unknown word on descriptor 3: 0x{other:02x}"
                )))
            }
            _ => {
                let error = std::io::Error::last_os_error();
                match error.kind() {
                    std::io::ErrorKind::Interrupted => {}
                    // The other side went with words of ours unread.
                    std::io::ErrorKind::ConnectionReset => return Ok(Word::End),
                    _ => return Err(Failure::new(format!("descriptor 3: {error}"))),
                }
            }
        }
    }
}

fn say_with_number(word: u8, number: u32) {
    let mut bytes = [word, 0, 0, 0, 0];
    bytes[1..].copy_from_slice(&number.to_le_bytes());
    say(&bytes);
}

/// A word nobody can hear any more is not an error: the other side has gone, and the parent-death signal does the rest.
fn say(mut word: &[u8]) {
    while !word.is_empty() {
        // SAFETY: the bytes of a live slice are sent.
        let sent = unsafe {
            libc::send(
                CONTROL.0,
                word.as_ptr().cast(),
                word.len(),
                libc::MSG_NOSIGNAL,
            )
        };
        match usize::try_from(sent) {
            Ok(count) => word = &word[count..],
            Err(_) if std::io::Error::last_os_error().kind() == std::io::ErrorKind::Interrupted => {
            }
            Err(_) => return,
        }
    }
}
