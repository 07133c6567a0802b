//! A function that has something to do before it can serve: a table, which it answers from. It says so on standard error.

use lumos_function::{serve, Context, FunctionError};

/// One entry for each value of two bytes.
const ENTRIES: u32 = 1 << 16;

fn main() {
    eprintln!("initialising");
    let table: Vec<u32> = (0..ENTRIES).map(steps).collect();
    serve(move |_: &mut Context, payload: &[u8]| answer(&table, payload))
}

/// How often `start` is halved, or tripled and added 1 to, until it is 1 (Collatz); 0 for 0.
fn steps(start: u32) -> u32 {
    let mut count = 0;
    let mut value = u64::from(start);
    while value > 1 {
        value = if value % 2 == 0 {
            value / 2
        } else {
            3 * value + 1
        };
        count += 1;
    }
    count
}

/// The steps of every pair of bytes, summed.
fn answer(table: &[u32], payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let sum: u64 = payload
        .chunks_exact(2)
        .map(|pair| u64::from(table[usize::from(u16::from_le_bytes([pair[0], pair[1]]))]))
        .sum();
    Ok(sum.to_string().into_bytes())
}
