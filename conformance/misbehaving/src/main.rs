//! A function for the bad days: the payload is a command that tells it what to do wrong.

use std::io::Write;
use std::process::{abort, exit};
use std::thread::sleep;
use std::time::Duration;

use lumos_function::{serve, Context, FunctionError};

const MEBIBYTE: usize = 1 << 20;
const PAGE: usize = 4096;

fn main() {
    let mut hangs = false;
    serve(move |_: &mut Context, payload: &[u8]| {
        if hangs {
            hang();
        }
        hangs = payload == b"hang-after-answer";
        obey(std::str::from_utf8(payload)?)
    })
}

fn obey(command: &str) -> Result<Vec<u8>, FunctionError> {
    let (verb, operand) = command.split_once(':').unwrap_or((command, ""));
    match verb {
        "echo" => Ok(operand.into()),
        "error" => Err(FunctionError::new(operand)),
        "crash" => abort(),
        "panic" => panic!("{operand}"),
        "overflow" => Ok(descend(0).to_string().into_bytes()),
        "exit" => exit(operand.parse()?),
        "hang" => hang(),
        "hang-after-answer" => Ok(command.into()),
        "garbage" => garbage(),
        "wrong" => Ok("not what was asked for".into()),
        "flood" => Ok(vec![0; operand.parse::<usize>()? * MEBIBYTE]),
        "allocate" => Ok(allocate(operand.parse()?).to_string().into_bytes()),
        "slow" => {
            sleep(Duration::from_millis(operand.parse()?));
            Ok(command.into())
        }
        "stderr" => {
            eprintln!("{operand}");
            Ok(operand.into())
        }
        _ => Err(FunctionError::new(format!("unknown command: {verb}"))),
    }
}

/// Never answers, and uses the processor all the while.
fn hang() -> ! {
    loop {
        std::hint::spin_loop();
    }
}

/// Calls itself until the stack has no more room. What it returns depends on every call, so that none can be left out.
#[allow(unconditional_recursion)]
fn descend(depth: u64) -> u64 {
    let frame = std::hint::black_box([depth; 64]);
    std::hint::black_box(descend(frame[0] + 1)) + frame[63]
}

/// Says something that is no frame where a frame belongs.
fn garbage() -> Result<Vec<u8>, FunctionError> {
    let mut output = std::io::stdout();
    output.write_all(b"this is no frame\n")?;
    output.flush()?;
    Ok(Vec::new())
}

/// Takes so many mebibytes and writes to every page of them; returns how many bytes those were.
fn allocate(mebibytes: usize) -> usize {
    let mut memory = vec![0u8; mebibytes * MEBIBYTE];
    for page in memory.chunks_mut(PAGE) {
        page[0] = 1;
    }
    std::hint::black_box(&memory).len()
}
