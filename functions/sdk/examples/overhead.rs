//! The SDK's own cost of an invocation: 64 bytes through the loop, from memory to memory, with nothing to do. Prints
//! nanoseconds an invocation, a line for each of several rounds.

use std::io::{self, Read, Write};
use std::time::Instant;

use lumos_function::run;

const INVOCATIONS: usize = 200_000;
const ROUNDS: usize = 20;
const PAYLOAD: usize = 64;

/// Gives one whole frame a read, as a pipe does whose other end waits for the answer.
struct Frames {
    frame: Vec<u8>,
    left: usize,
}

impl Read for Frames {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Ok(0);
        }
        self.left -= 1;
        buffer[..self.frame.len()].copy_from_slice(&self.frame);
        Ok(self.frame.len())
    }
}

/// Counts what is written, so that nothing can be left out.
struct Counting(u64);

impl Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn main() {
    let mut frame = vec![0x02];
    frame.extend((PAYLOAD as u32).to_le_bytes());
    frame.extend([7; PAYLOAD]);
    for _ in 0..ROUNDS {
        let input = Frames {
            frame: frame.clone(),
            left: INVOCATIONS,
        };
        let mut output = Counting(0);
        let begun = Instant::now();
        run(input, &mut output, |context, payload| {
            Ok(context.compute(|| payload.to_vec()))
        })
        .expect("a whole stream");
        let spent = begun.elapsed();
        assert!(output.0 > (INVOCATIONS * PAYLOAD) as u64);
        println!("{:.1}", spent.as_nanos() as f64 / INVOCATIONS as f64);
    }
}
