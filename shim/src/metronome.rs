//! A clock that makes the kernel look at what runs on a CPU: `lumos-shim --metronome CPU MICROSECONDS`.
//!
//! The kernel holds a control group to its quota of CPU time when it looks, and by itself it looks at each of its ticks, up
//! to 4 or 10 ms apart: work shorter than that is never held up. A process that preempts whatever runs on the CPU makes it
//! look at once. This one does nothing else: it wakes, and sleeps until the next time.
#![allow(unsafe_code)]

use std::ffi::CStr;

use crate::system::{self, Arguments, Failure};

const NANOSECONDS_PER_SECOND: i64 = 1_000_000_000;

/// Never returns unless it cannot begin. Says `ticking` and a line feed on standard output once it does.
pub(crate) fn run(arguments: &Arguments) -> Result<i32, Failure> {
    let cpu = number(arguments.get(2)).and_then(|cpu| usize::try_from(cpu).ok());
    let period = number(arguments.get(3)).filter(|period| (50..=1_000_000).contains(period));
    let (Some(cpu), Some(period)) = (cpu, period) else {
        return Err(Failure::new(
            "usage: lumos-shim --metronome CPU MICROSECONDS (50 to 1000000)",
        ));
    };
    let parent = system::parent();
    system::check(system::die_with_parent(), "prctl")?;
    if system::parent() != parent {
        return Ok(0);
    }
    preempt_on(cpu)?;
    // SAFETY: the bytes of a static are written to standard output.
    let said = unsafe { libc::write(1, b"ticking\n".as_ptr().cast(), 8) };
    if said != 8 {
        return Err(Failure::of_system("standard output"));
    }
    tick(period * 1000)
}

/// Moves this process to `cpu` alone and above every ordinary process there.
fn preempt_on(cpu: usize) -> Result<(), Failure> {
    // SAFETY: an all-zero set is an empty one; `cpu` is checked against its size before it is set; both calls read live
    // locals of the right types and sizes.
    unsafe {
        let mut set = std::mem::zeroed::<libc::cpu_set_t>();
        if cpu >= 8 * std::mem::size_of::<libc::cpu_set_t>() {
            return Err(Failure::new(format!("there is no CPU {cpu}")));
        }
        libc::CPU_SET(cpu, &mut set);
        let size = std::mem::size_of::<libc::cpu_set_t>();
        system::check(
            libc::sched_setaffinity(0, size, &raw const set),
            "sched_setaffinity",
        )?;
        let lowest = libc::sched_param { sched_priority: 1 };
        system::check(
            libc::sched_setscheduler(0, libc::SCHED_FIFO, &raw const lowest),
            "sched_setscheduler (real-time priority)",
        )
        .map(drop)
    }
}

fn tick(period: i64) -> Result<i32, Failure> {
    let mut next = now()?;
    loop {
        next.tv_nsec += period;
        while next.tv_nsec >= NANOSECONDS_PER_SECOND {
            next.tv_nsec -= NANOSECONDS_PER_SECOND;
            next.tv_sec += 1;
        }
        // SAFETY: reads a live local; with an absolute time nothing is written back.
        let result = unsafe {
            libc::clock_nanosleep(
                libc::CLOCK_MONOTONIC,
                libc::TIMER_ABSTIME,
                &raw const next,
                std::ptr::null_mut(),
            )
        };
        if result != 0 && result != libc::EINTR {
            return Err(Failure::new(format!("clock_nanosleep: error {result}")));
        }
        let late = now()?;
        // After a machine that stood still there is nothing to catch up with.
        if late.tv_sec > next.tv_sec + 1 {
            next = late;
        }
    }
}

fn now() -> Result<libc::timespec, Failure> {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: writes a live local.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    system::check(result, "clock_gettime")?;
    Ok(time)
}

fn number(argument: Option<&CStr>) -> Option<i64> {
    argument?.to_str().ok()?.parse().ok()
}
