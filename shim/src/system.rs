//! The system calls of the shim, each with an error a person can read.
#![allow(unsafe_code)]

use std::ffi::CStr;
use std::fmt::{self, Display, Formatter};
use std::io;

use libc::{c_char, c_int, pid_t};

/// Why the shim cannot go on.
pub(crate) struct Failure {
    what: String,
    cause: Option<io::Error>,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            cause: None,
        }
    }

    /// What failed, and the error the last system call left.
    pub(crate) fn of_system(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            cause: Some(io::Error::last_os_error()),
        }
    }
}

impl Display for Failure {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Some(cause) => write!(formatter, "{}: {cause}", self.what),
            None => formatter.write_str(&self.what),
        }
    }
}

/// The result of a system call that says -1 for an error.
pub(crate) fn check(result: c_int, what: &str) -> Result<c_int, Failure> {
    if result == -1 {
        Err(Failure::of_system(what))
    } else {
        Ok(result)
    }
}

/// The arguments of the process as the kernel gave them.
pub(crate) struct Arguments {
    count: usize,
    first: *const *const c_char,
}

impl Arguments {
    /// # Safety
    /// `first` points to `count` C strings and a null pointer after them, for the life of the process.
    pub(crate) unsafe fn new(count: c_int, first: *const *const c_char) -> Self {
        Self {
            count: usize::try_from(count).unwrap_or(0),
            first,
        }
    }

    pub(crate) fn get(&self, index: usize) -> Option<&CStr> {
        (index < self.count).then(|| {
            // SAFETY: `new`'s caller vouches for `count` strings.
            unsafe { CStr::from_ptr(*self.first.add(index)) }
        })
    }

    /// The arguments from `index` on, as `execve` takes them. `index` is at most the number of arguments.
    pub(crate) fn tail(&self, index: usize) -> *const *const c_char {
        assert!(index <= self.count);
        // SAFETY: within the vector, whose last element is the null pointer at `count`.
        unsafe { self.first.add(index) }
    }
}

/// An open descriptor, not inherited by the command.
#[derive(Clone, Copy)]
pub(crate) struct Descriptor(pub(crate) c_int);

pub(crate) fn open(path: &CStr, flags: c_int) -> Result<Descriptor, Failure> {
    // SAFETY: `path` is a C string; the call keeps nothing of it.
    let descriptor = unsafe { libc::open(path.as_ptr(), flags | libc::O_CLOEXEC) };
    check(descriptor, &path.to_string_lossy()).map(Descriptor)
}

pub(crate) fn close(descriptor: Descriptor) {
    // SAFETY: closes what `open` gave; nothing uses it afterwards.
    unsafe { libc::close(descriptor.0) };
}

/// Moves this process into the control group whose `cgroup.procs` is `file`.
pub(crate) fn enter_group(file: &CStr) -> Result<(), Failure> {
    let descriptor = open(file, libc::O_WRONLY)?;
    // "0" stands for the process that writes it.
    // SAFETY: one byte of a static is written.
    let written = unsafe { libc::write(descriptor.0, b"0".as_ptr().cast(), 1) };
    let result = if written == 1 {
        Ok(())
    } else {
        Err(Failure::of_system(file.to_string_lossy()))
    };
    close(descriptor);
    result
}

pub(crate) fn process() -> pid_t {
    // SAFETY: takes nothing and cannot fail.
    unsafe { libc::getpid() }
}

pub(crate) fn parent() -> pid_t {
    // SAFETY: takes nothing and cannot fail.
    unsafe { libc::getppid() }
}

/// Has this process killed when its parent ends, even by a signal that nothing can catch.
pub(crate) fn die_with_parent() -> c_int {
    // SAFETY: this option takes a signal number and touches no memory.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) }
}

/// Keeps `first` and every later descriptor from the command: the control socket, and whatever the processes before this
/// one left open.
pub(crate) fn keep_from_command(first: Descriptor) -> Result<(), Failure> {
    // SAFETY: both calls set flags of descriptors and touch no memory. Kernels before 5.11 do not know the second; then
    // only the descriptor that is ours to keep is kept.
    unsafe {
        let own = libc::fcntl(first.0, libc::F_SETFD, libc::FD_CLOEXEC);
        libc::syscall(
            libc::SYS_close_range,
            first.0,
            u32::MAX,
            libc::CLOSE_RANGE_CLOEXEC,
        );
        check(own, "descriptor 3").map(drop)
    }
}

/// Lets go of the command's standard streams, so that only the command holds them.
pub(crate) fn replace_standard_streams(by: Descriptor) {
    for stream in 0..3 {
        // SAFETY: both are descriptors of this process; touches no memory.
        unsafe { libc::dup2(by.0, stream) };
    }
}

/// How a process ended and what it used.
pub(crate) struct Ended {
    /// Its exit code; `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    /// The signal that ended it.
    pub(crate) signal: Option<i32>,
    pub(crate) user_microseconds: u64,
    pub(crate) system_microseconds: u64,
    /// The highest resident set of it and of the processes it waited for.
    pub(crate) resident_bytes: u64,
}

/// Waits for `process` to end.
pub(crate) fn wait(process: pid_t) -> Result<Ended, Failure> {
    let mut status = 0;
    // SAFETY: an all-zero `rusage` is a valid one.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    loop {
        // SAFETY: both pointers are to live locals of the right types.
        let ended = unsafe { libc::wait4(process, &mut status, 0, &mut usage) };
        if ended == process {
            break;
        }
        let error = Failure::of_system("wait4");
        if error.cause.as_ref().map(io::Error::kind) != Some(io::ErrorKind::Interrupted) {
            return Err(error);
        }
    }
    Ok(Ended {
        code: libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status)),
        signal: libc::WIFSIGNALED(status).then(|| libc::WTERMSIG(status)),
        user_microseconds: microseconds(usage.ru_utime),
        system_microseconds: microseconds(usage.ru_stime),
        resident_bytes: unsigned(usage.ru_maxrss) * 1024,
    })
}

fn microseconds(time: libc::timeval) -> u64 {
    unsigned(time.tv_sec) * 1_000_000 + unsigned(time.tv_usec)
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}
