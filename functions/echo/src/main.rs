//! Answers its payload: what is left is the cost of crossing the boundary twice.

use lumos_function::{serve, Context, FunctionError};

fn main() {
    serve(handle)
}

/// Enters no phase: nothing is parsed, computed or serialized, so no phase has a time.
fn handle(_context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    Ok(echo(payload))
}

/// The one copy that cannot be spared: the payload lies in a buffer that the next invocation overwrites.
fn echo(payload: &[u8]) -> Vec<u8> {
    payload.to_vec()
}

#[cfg(test)]
mod tests {
    use super::echo;

    #[test]
    fn bytes_of_every_value_come_back_in_their_order() {
        let payload: Vec<u8> = (0..=255).rev().collect();
        assert_eq!(echo(&payload), payload);
    }

    #[test]
    fn nothing_comes_back_for_nothing() {
        assert_eq!(echo(b""), b"");
    }

    #[test]
    fn bytes_that_are_no_text_come_back_as_they_are() {
        assert_eq!(echo(b"\xff\0\xc3\n"), b"\xff\0\xc3\n");
    }
}
