//! The n-th Fibonacci number modulo 2^64, by n additions. The payload is n in decimal digits, from 0 to 4294967295; the
//! response is the number in decimal digits.

use lumos_function::{serve, Context, FunctionError};

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let n = context.deserialize(|| index(payload))?;
    let number = context.compute(|| fibonacci(n));
    Ok(context.serialize(|| number.to_string().into_bytes()))
}

fn index(payload: &[u8]) -> Result<u32, FunctionError> {
    let text = std::str::from_utf8(payload)?;
    text.parse().map_err(|error| {
        FunctionError::new(format!(
            "the payload is not the index of a Fibonacci number: {error}"
        ))
    })
}

/// F(n) modulo 2^64, with F(0) = 0 and F(1) = 1.
fn fibonacci(n: u32) -> u64 {
    let (mut current, mut next) = (0u64, 1u64);
    for _ in 0..n {
        (current, next) = (next, current.wrapping_add(next));
    }
    current
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_published_numbers() {
        // OEIS A000045; F(93) is the last below 2^64.
        let first: Vec<u64> = (0..=12).map(fibonacci).collect();
        assert_eq!(first, [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144]);
        assert_eq!(fibonacci(90), 2_880_067_194_370_816_120);
        assert_eq!(fibonacci(93), 12_200_160_415_121_876_738);
    }

    #[test]
    fn goes_on_modulo_two_to_the_64() {
        // F(94) = 19740274219868223167, F(100) = 354224848179261915075.
        assert_eq!(fibonacci(94), 1_293_530_146_158_671_551);
        assert_eq!(fibonacci(100), 3_736_710_778_780_434_371);
    }

    #[test]
    fn takes_the_largest_index() {
        assert_eq!(index(b"4294967295"), Ok(u32::MAX));
    }

    #[test]
    fn refuses_what_is_no_index() {
        let message = |payload: &[u8]| index(payload).unwrap_err().message().to_owned();
        let refused = "the payload is not the index of a Fibonacci number: ";
        for (payload, why) in [
            ("", "cannot parse integer from empty string"),
            ("-1", "invalid digit found in string"),
            ("1e4", "invalid digit found in string"),
            ("10\n", "invalid digit found in string"),
            ("4294967296", "number too large to fit in target type"),
        ] {
            assert_eq!(message(payload.as_bytes()), format!("{refused}{why}"));
        }
        assert_eq!(
            message(b"1\xff"),
            "invalid utf-8 sequence of 1 bytes from index 1"
        );
    }
}
