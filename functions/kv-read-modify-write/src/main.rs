//! Gets an object, which is a counter and a text, counts up, turns the text into capitals, and puts it back.

use lumos_function::{serve, Context, FunctionError};

/// Bytes of the counter, an integer in little-endian order, before the text.
const COUNTER: usize = 8;

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let key = context.deserialize(|| std::str::from_utf8(payload))?;
    let mut object = context.get(key)?;
    let count = context.compute(|| modify(&mut object))?;
    context.put(key, &object)?;
    Ok(context.serialize(|| count.to_string().into_bytes()))
}

/// Counts up and turns ASCII letters into capitals, in place; gives back the new count.
fn modify(object: &mut [u8]) -> Result<u64, FunctionError> {
    let length = object.len();
    let (counter, text) = object.split_first_chunk_mut::<COUNTER>().ok_or_else(|| {
        FunctionError::new(format!(
            "an object of {length} bytes is too short for a counter of {COUNTER}"
        ))
    })?;
    let count = u64::from_le_bytes(*counter)
        .checked_add(1)
        .ok_or_else(|| FunctionError::new("the counter is at its end"))?;
    *counter = count.to_le_bytes();
    text.make_ascii_uppercase();
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_up_and_capitalizes_what_is_ascii() {
        let mut object = [&41u64.to_le_bytes()[..], "a Z1\u{e9}".as_bytes()].concat();
        assert_eq!(modify(&mut object), Ok(42));
        assert_eq!(
            object,
            [&42u64.to_le_bytes()[..], "A Z1\u{e9}".as_bytes()].concat()
        );
    }

    #[test]
    fn refuses_an_object_without_a_counter_and_one_that_cannot_count_on() {
        let short = modify(&mut [0; 7]).expect_err("too short");
        assert_eq!(
            short.message(),
            "an object of 7 bytes is too short for a counter of 8"
        );
        let end = modify(&mut [0xff; 8]).expect_err("at its end");
        assert_eq!(end.message(), "the counter is at its end");
    }
}
