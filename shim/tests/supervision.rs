//! The built shim, driven through a socket pair as descriptor 3.
#![allow(unsafe_code)]

use std::fs;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const SHIM: &str = env!("CARGO_BIN_EXE_lumos-shim");

/// A process that has the other end of `control` as descriptor 3, and what a careless parent leaves it: an open
/// descriptor `STRAY`, a blocked and an ignored signal; and an environment of one variable.
struct Driven {
    process: Child,
    control: UnixStream,
}

/// A descriptor of the parent's that nobody meant to hand down. High, so that it is none that a test running beside
/// this one, or the control socket itself, happens to have.
const STRAY: i32 = 511;

impl Driven {
    fn shim(arguments: &[&str]) -> Self {
        let mut command = Command::new(SHIM);
        command.args(arguments);
        Self::start(command)
    }

    fn start(mut command: Command) -> Self {
        let (control, theirs) = UnixStream::pair().unwrap();
        let descriptor = theirs.as_raw_fd();
        let give = move || {
            // SAFETY: all are async-signal-safe and take numbers only, or pointers to live locals. A descriptor that is
            // 3 already keeps its flag on dup2, so the flag is cleared by hand.
            let result = unsafe {
                let mut blocked = std::mem::zeroed();
                libc::sigemptyset(&mut blocked);
                libc::sigaddset(&mut blocked, libc::SIGUSR1);
                libc::sigprocmask(libc::SIG_BLOCK, &blocked, std::ptr::null_mut());
                libc::signal(libc::SIGPIPE, libc::SIG_IGN);
                libc::dup2(descriptor, 3) | libc::fcntl(3, libc::F_SETFD, 0) | libc::dup2(0, STRAY)
            };
            if result == -1 {
                return Err(std::io::Error::last_os_error());
            }
            Ok(())
        };
        // SAFETY: `give` allocates nothing and locks nothing.
        unsafe { command.pre_exec(give) };
        let process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .env_clear()
            .env("LUMOS_TEST", "for the command")
            .spawn()
            .unwrap();
        Self { process, control }
    }

    fn hear(&mut self, length: usize) -> Vec<u8> {
        let mut word = vec![0; length];
        self.control.read_exact(&mut word).unwrap();
        word
    }

    fn go(&mut self) {
        assert_eq!(self.hear(1), b"R");
        self.control.write_all(b"G").unwrap();
    }

    /// Says go; the process id of the command that was started.
    fn started(&mut self) -> u32 {
        self.go();
        let word = self.hear(5);
        assert_eq!(word[0], b'S');
        u32::from_le_bytes(word[1..].try_into().unwrap())
    }

    fn ended(&mut self) -> Ended {
        let word = self.hear(41);
        assert_eq!(word[0], b'X');
        let int = |at: usize| i32::from_le_bytes(word[at..at + 4].try_into().unwrap());
        let long = |at: usize| u64::from_le_bytes(word[at..at + 8].try_into().unwrap());
        assert_eq!(long(33), 0);
        Ended {
            code: int(1),
            signal: int(5),
            cpu_microseconds: long(9) + long(17),
            resident_bytes: long(25),
        }
    }

    fn exit_code(&mut self) -> Option<i32> {
        self.process.wait().unwrap().code()
    }

    fn output(&mut self) -> String {
        let mut text = String::new();
        let stream = self.process.stdout.as_mut().expect("a pipe");
        stream.read_to_string(&mut text).unwrap();
        text
    }

    fn complaint(&mut self) -> String {
        let mut text = String::new();
        let stream = self.process.stderr.as_mut().expect("a pipe");
        stream.read_to_string(&mut text).unwrap();
        text
    }
}

impl Drop for Driven {
    fn drop(&mut self) {
        // Only for tests that failed; the process may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[derive(Debug)]
struct Ended {
    code: i32,
    signal: i32,
    cpu_microseconds: u64,
    resident_bytes: u64,
}

/// A folder of one test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, "").unwrap();
        path.to_str().expect("a UTF-8 path").to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A process that is not a child of the test's, to be waited for.
struct Watched(OwnedFd);

impl Watched {
    fn new(process: u32) -> Self {
        // SAFETY: takes numbers only and gives a descriptor that nothing else has.
        unsafe {
            let descriptor = libc::syscall(libc::SYS_pidfd_open, process, 0);
            assert!(descriptor >= 0, "{}", std::io::Error::last_os_error());
            Self(OwnedFd::from_raw_fd(descriptor as i32))
        }
    }

    /// Returns when the process has ended.
    fn wait(&self) {
        let mut poll = libc::pollfd {
            fd: self.0.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        };
        // SAFETY: one live `pollfd` is given.
        assert_eq!(unsafe { libc::poll(&mut poll, 1, -1) }, 1);
    }
}

#[test]
fn an_exit_code_is_told_with_what_the_command_used() {
    let mut shim = Driven::shim(&[
        "--",
        "/bin/sh",
        "-c",
        "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; exit 7",
    ]);
    shim.started();
    let ended = shim.ended();
    assert_eq!((ended.code, ended.signal), (7, 0));
    assert!(ended.cpu_microseconds > 1000, "{ended:?}");
    assert!(ended.resident_bytes > 100_000, "{ended:?}");
    assert_eq!(shim.exit_code(), Some(0));
}

#[test]
fn a_signal_is_told_instead_of_an_exit_code() {
    let mut shim = Driven::shim(&["--", "/bin/sh", "-c", "kill -SEGV $$"]);
    shim.started();
    let ended = shim.ended();
    assert_eq!((ended.code, ended.signal), (-1, libc::SIGSEGV));
    assert_eq!(shim.exit_code(), Some(0));
}

#[test]
fn the_process_id_told_is_the_commands_own() {
    let mut shim = Driven::shim(&["--", "/bin/sh", "-c", "echo $$"]);
    let process = shim.started();
    assert_eq!(shim.output(), format!("{process}\n"));
}

#[test]
fn a_command_that_is_not_there_is_told_with_its_error() {
    let mut shim = Driven::shim(&["--", "/nonexistent/command"]);
    shim.go();
    let word = shim.hear(5);
    assert_eq!(word[0], b'E');
    assert_eq!(word[1..], libc::ENOENT.to_le_bytes());
    assert_eq!(shim.exit_code(), Some(126));
}

#[test]
fn a_file_that_may_not_be_executed_is_told_with_its_error() {
    let folder = Folder::new("not-executable");
    let mut shim = Driven::shim(&["--", &folder.file("data")]);
    shim.go();
    assert_eq!(
        shim.hear(5),
        [&b"E"[..], &libc::EACCES.to_le_bytes()].concat()
    );
}

#[test]
fn the_end_of_the_socket_before_go_starts_nothing() {
    let folder = Folder::new("end-before-go");
    let trace = folder.0.join("trace");
    let script = format!("echo started > '{}'", trace.display());
    let mut shim = Driven::shim(&["--", "/bin/sh", "-c", &script]);
    assert_eq!(shim.hear(1), b"R");
    shim.control.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(shim.exit_code(), Some(0));
    assert!(!trace.exists());
}

#[test]
fn an_unknown_word_starts_nothing() {
    let mut shim = Driven::shim(&["--", "/bin/echo", "started"]);
    assert_eq!(shim.hear(1), b"R");
    shim.control.write_all(b"?").unwrap();
    assert_eq!(shim.exit_code(), Some(125));
    assert_eq!(shim.output(), "");
    assert_eq!(
        shim.complaint(),
        "lumos-shim: unknown word on descriptor 3: 0x3f\n"
    );
}

#[test]
fn the_environment_given_to_the_shim_is_the_commands_whole_environment() {
    let mut shim = Driven::shim(&["--", "/usr/bin/env"]);
    shim.started();
    assert_eq!(shim.output(), "LUMOS_TEST=for the command\n");
    let mut command = Command::new("/usr/bin/env");
    command.args(["-i", SHIM, "--", "/usr/bin/env"]);
    let mut shim = Driven::start(command);
    shim.started();
    assert_eq!(shim.output(), "");
}

#[test]
fn the_command_has_no_descriptor_but_its_streams() {
    let script = "for d in 3 4 5 6 7 8 9 511; do [ -e /proc/$$/fd/$d ] && echo $d; done";
    let mut shim = Driven::shim(&["--", "/bin/sh", "-c", script]);
    shim.started();
    assert_eq!(shim.output(), "");
}

#[test]
fn the_command_takes_no_ignored_or_blocked_signal_from_the_shim() {
    let mut shim = Driven::shim(&[
        "--",
        "/bin/sh",
        "-c",
        "while read -r line; do echo \"$line\"; done < /proc/self/status",
    ]);
    shim.started();
    let status = shim.output();
    assert!(status.contains("SigBlk:\t0000000000000000"), "{status}");
    let (_, rest) = status
        .split_once("SigIgn:\t")
        .expect("a line of ignored signals");
    let ignored = u64::from_str_radix(&rest[..16], 16).unwrap();
    assert_eq!(ignored & 1 << (libc::SIGPIPE - 1), 0, "{status}");
}

#[test]
fn the_commands_streams_end_with_the_command_though_the_shim_was_given_them() {
    let mut shim = Driven::shim(&["--", "/bin/sh", "-c", "read -r line; echo \"got $line\""]);
    shim.started();
    let input = shim.process.stdin.as_mut().expect("a pipe");
    input.write_all(b"word\n").unwrap();
    assert_eq!(shim.output(), "got word\n");
    assert_eq!(shim.ended().code, 0);
}

#[test]
fn it_moves_itself_into_every_group_before_it_is_ready() {
    let folder = Folder::new("groups");
    let (first, second) = (folder.file("first"), folder.file("second"));
    let mut shim = Driven::shim(&["--procs", &first, "--procs", &second, "--", "/bin/true"]);
    assert_eq!(shim.hear(1), b"R");
    assert_eq!(fs::read_to_string(first).unwrap(), "0");
    assert_eq!(fs::read_to_string(second).unwrap(), "0");
}

#[test]
fn a_group_that_is_not_there_is_said_and_nothing_is_started() {
    let mut shim = Driven::shim(&["--procs", "/nonexistent/cgroup.procs", "--", "/bin/true"]);
    assert_eq!(shim.exit_code(), Some(125));
    let complaint = shim.complaint();
    assert!(
        complaint.starts_with("lumos-shim: /nonexistent/cgroup.procs: No such file"),
        "{complaint}"
    );
    assert_eq!(shim.control.read(&mut [0]).unwrap(), 0);
}

#[test]
fn wrong_usage_is_said() {
    for arguments in [
        &[][..],
        &["--"],
        &["--procs"],
        &["/bin/true"],
        &["--prcs", "x", "--", "/bin/true"],
    ] {
        let mut shim = Driven::shim(arguments);
        assert_eq!(shim.exit_code(), Some(125), "{arguments:?}");
        assert!(
            shim.complaint().starts_with("lumos-shim: usage: "),
            "{arguments:?}"
        );
    }
}

#[test]
fn the_command_does_not_outlive_a_killed_shim() {
    let mut shim = Driven::shim(&["--", "/bin/sleep", "1000"]);
    let command = Watched::new(shim.started());
    shim.process.kill().unwrap();
    command.wait();
    assert_eq!(shim.process.wait().unwrap().signal(), Some(libc::SIGKILL));
}

#[test]
fn neither_shim_nor_command_outlives_the_process_that_asked_for_them() {
    let mut parent = Command::new("/bin/sh");
    parent.args(["-c", "\"$0\" -- /bin/sleep 1000 & wait", SHIM]);
    let mut parent = Driven::start(parent);
    let command = Watched::new(parent.started());
    parent.process.kill().unwrap();
    command.wait();
    // The shim held the other end of the socket until it died with the shell.
    assert_eq!(parent.control.read(&mut [0]).unwrap(), 0);
}

#[test]
fn a_shim_whose_socket_is_closed_still_waits_for_its_command() {
    let mut shim = Driven::shim(&["--", "/bin/sh", "-c", "read -r line; echo \"$line\""]);
    shim.started();
    shim.control.shutdown(std::net::Shutdown::Both).unwrap();
    let input = shim.process.stdin.as_mut().expect("a pipe");
    input.write_all(b"still here\n").unwrap();
    assert_eq!(shim.output(), "still here\n");
    assert_eq!(shim.exit_code(), Some(0));
}

#[test]
fn a_metronome_says_that_it_ticks_and_goes_with_whoever_started_it() {
    let mut parent = Command::new("/bin/sh");
    parent.args(["-c", "\"$0\" -- \"$0\" --metronome 0 1000 & wait", SHIM]);
    let mut parent = Driven::start(parent);
    let metronome = Watched::new(parent.started());
    let mut said = [0; 8];
    let stream = parent.process.stdout.as_mut().expect("a pipe");
    // Where no process may have real-time priority, it says so and has ended.
    if stream.read_exact(&mut said).is_ok() {
        assert_eq!(&said, b"ticking\n");
    } else {
        assert!(parent.complaint().contains("real-time priority"));
    }
    parent.process.kill().unwrap();
    metronome.wait();
}

#[test]
fn a_metronome_without_a_cpu_or_a_period_that_it_could_keep_is_refused() {
    for arguments in [
        &["--metronome"][..],
        &["--metronome", "0"],
        &["--metronome", "none", "1000"],
        &["--metronome", "0", "10"],
        &["--metronome", "-1", "1000"],
    ] {
        let mut shim = Driven::shim(arguments);
        assert!(shim.complaint().contains("usage: lumos-shim --metronome"));
        assert_eq!(shim.exit_code(), Some(125), "{arguments:?}");
    }
}

#[test]
fn a_metronome_for_a_cpu_that_there_is_not_is_refused() {
    let mut shim = Driven::shim(&["--metronome", "100000", "1000"]);
    assert!(shim.complaint().contains("there is no CPU 100000"));
    assert_eq!(shim.exit_code(), Some(125));
}
