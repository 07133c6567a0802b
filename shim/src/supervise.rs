//! The life of a shim, from its arguments to the end of its command.

use crate::child;
use crate::control::{self, Word, CONTROL};
use crate::system::{self, Arguments, Failure};

/// Exit code of a shim that failed itself.
pub(crate) const FAILED: i32 = 125;
/// Exit code of a shim whose command could not be started.
const NOT_STARTED: i32 = 126;

/// Returns the shim's exit code.
pub(crate) fn supervise(arguments: &Arguments) -> Result<i32, Failure> {
    system::keep_from_command(CONTROL)?;
    let parent = system::parent();
    system::check(system::die_with_parent(), "prctl")?;
    if system::parent() != parent {
        return Ok(0);
    }
    let command = enter_groups(arguments)?;
    let nowhere = system::open(c"/dev/null", libc::O_RDWR)?;
    control::say_ready();
    // A parent that died before `die_with_parent` has closed its end: this word is then its end.
    if let Word::End = control::hear()? {
        return Ok(0);
    }
    match child::start(arguments.tail(command)) {
        Err(error_number) => {
            control::say_not_started(error_number);
            Ok(NOT_STARTED)
        }
        Ok(process) => {
            control::say_started(process);
            system::replace_standard_streams(nowhere);
            control::say_ended(&system::wait(process)?);
            Ok(0)
        }
    }
}

/// Takes the arguments up to `--`; returns the index of COMMAND.
fn enter_groups(arguments: &Arguments) -> Result<usize, Failure> {
    let usage = || Failure::new("usage: lumos-shim [--procs FILE]... -- COMMAND ARG...");
    let mut index = 1;
    loop {
        match arguments.get(index).map(std::ffi::CStr::to_bytes) {
            Some(b"--procs") => system::enter_group(arguments.get(index + 1).ok_or_else(usage)?)?,
            Some(b"--") if arguments.get(index + 1).is_some() => return Ok(index + 1),
            _ => return Err(usage()),
        }
        index += 2;
    }
}
