//! The sun and the four giant planets under their gravity, as in the n-body task of the Computer Language Benchmarks Game:
//! a symplectic integrator with steps of a hundredth of a year. The payload is the number of steps in decimal digits, from 0 to
//! 4294967295; the response is the energy of the system before and after them with nine decimals, a line each.

mod bodies;
mod simulation;

use lumos_function::{serve, Context, FunctionError};

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let steps = context.deserialize(|| steps(payload))?;
    let (before, after) = context.compute(|| simulation::energies(steps));
    Ok(context.serialize(|| format!("{before:.9}\n{after:.9}\n").into_bytes()))
}

fn steps(payload: &[u8]) -> Result<u32, FunctionError> {
    let text = std::str::from_utf8(payload)?;
    text.parse().map_err(|error| {
        FunctionError::new(format!("the payload is not a number of steps: {error}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_smallest_and_the_largest_number_of_steps() {
        assert_eq!(steps(b"0"), Ok(0));
        assert_eq!(steps(b"4294967295"), Ok(u32::MAX));
    }

    #[test]
    fn refuses_what_is_no_number_of_steps() {
        let message = |payload: &[u8]| steps(payload).unwrap_err().message().to_owned();
        let refused = "the payload is not a number of steps: ";
        for (payload, why) in [
            ("", "cannot parse integer from empty string"),
            ("-1", "invalid digit found in string"),
            ("0.5", "invalid digit found in string"),
            ("4294967296", "number too large to fit in target type"),
        ] {
            assert_eq!(message(payload.as_bytes()), format!("{refused}{why}"));
        }
        assert_eq!(
            message(b"\xff"),
            "invalid utf-8 sequence of 1 bytes from index 0"
        );
    }
}
