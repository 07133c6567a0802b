//! Starts the command as `posix_spawn` does: the child shares the shim's memory and the shim sleeps until it has become
//! the command, so that no page table is copied. `posix_spawn` itself cannot set a parent-death signal.
#![allow(unsafe_code)]

use libc::{c_char, c_int, c_void, pid_t};

use crate::system;

/// Bytes of the child's stack until it becomes the command: it makes a handful of system calls.
const STACK: usize = 32 * 1024;

#[repr(align(16))]
struct Stack {
    _room: [u8; STACK],
}

extern "C" {
    /// The shim's own environment, which nothing in the shim changes (POSIX.1-2017, `environ`).
    static environ: *const *const c_char;
}

/// What the child reads, and where it leaves the number of its error.
struct Start {
    arguments: *const *const c_char,
    shim: pid_t,
    error_number: c_int,
}

/// Starts the command whose path is the first of `arguments`, a null-terminated vector, with the shim's own environment.
/// Returns its process id, or the number of the error that kept it from starting.
pub(crate) fn start(arguments: *const *const c_char) -> Result<pid_t, c_int> {
    let mut stack = std::mem::MaybeUninit::<Stack>::uninit();
    let mut start = Start {
        arguments,
        shim: system::process(),
        error_number: 0,
    };
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
    // SAFETY: with CLONE_VFORK this call returns when the child has become the command or has ended, so `stack` and
    // `start` outlive the child's use of them, and nothing else touches them meanwhile. The stack grows down from its end.
    let process = unsafe {
        let top = stack.as_mut_ptr().add(1).cast::<c_void>();
        libc::clone(
            become_command,
            top,
            flags,
            std::ptr::addr_of_mut!(start).cast(),
        )
    };
    // SAFETY: `start` is a live local; the child wrote through a pointer the compiler has seen escape.
    let error_number = unsafe { std::ptr::addr_of!(start.error_number).read_volatile() };
    if process == -1 {
        return Err(std::io::Error::last_os_error().raw_os_error().unwrap_or(0));
    }
    if error_number != 0 {
        // SAFETY: reaps the child that has just ended; no status is wanted.
        unsafe { libc::waitpid(process, std::ptr::null_mut(), 0) };
        return Err(error_number);
    }
    Ok(process)
}

/// Runs in the child: allocates nothing and locks nothing.
extern "C" fn become_command(start: *mut c_void) -> c_int {
    let start = start.cast::<Start>();
    // SAFETY: `start` is the parent's, which sleeps; the vectors are null-terminated; `_exit` ends without the parent's
    // exit handlers. The masks and dispositions changed are the child's own: CLONE_VM shares memory, not signals.
    unsafe {
        system::die_with_parent();
        if system::parent() != (*start).shim {
            // The shim died before the line above could take effect.
            libc::_exit(0);
        }
        let mut none = std::mem::zeroed::<libc::sigset_t>();
        libc::sigemptyset(&mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &none, std::ptr::null_mut());
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
        libc::execve(*(*start).arguments, (*start).arguments, environ);
        (*start).error_number = *libc::__errno_location();
        libc::_exit(127)
    }
}
