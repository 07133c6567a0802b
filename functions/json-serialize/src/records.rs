//! The binary form of the payload: a 32-bit count; for each record its id (unsigned) and its cents (signed) in 64 bits
//! each, then its name, its city and its text, each as a 16-bit length in bytes and UTF-8. Everything is little-endian.

use lumos_function::FunctionError;
use serde::Serialize;

/// One record; its strings lie in the payload.
#[derive(Serialize, Debug, PartialEq)]
pub(crate) struct Record<'a> {
    id: u64,
    cents: i64,
    name: &'a str,
    city: &'a str,
    text: &'a str,
}

/// Bytes of a record whose strings are empty.
const SMALLEST_RECORD: usize = 8 + 8 + 3 * 2;

/// The records of the whole payload.
pub(crate) fn read(payload: &[u8]) -> Result<Vec<Record<'_>>, FunctionError> {
    let mut rest = payload;
    let count = u32::from_le_bytes(take(&mut rest, "the number of records")?) as usize;
    if count > rest.len() / SMALLEST_RECORD {
        let bytes = rest.len();
        return Err(FunctionError::new(format!(
            "{count} records do not fit into {bytes} bytes"
        )));
    }
    let mut records = Vec::with_capacity(count);
    for _ in 0..count {
        records.push(record(&mut rest)?);
    }
    if !rest.is_empty() {
        let bytes = rest.len();
        return Err(FunctionError::new(format!(
            "{bytes} bytes follow the last record"
        )));
    }
    Ok(records)
}

fn record<'a>(rest: &mut &'a [u8]) -> Result<Record<'a>, FunctionError> {
    Ok(Record {
        id: u64::from_le_bytes(take(rest, "an id")?),
        cents: i64::from_le_bytes(take(rest, "an amount")?),
        name: string(rest)?,
        city: string(rest)?,
        text: string(rest)?,
    })
}

fn string<'a>(rest: &mut &'a [u8]) -> Result<&'a str, FunctionError> {
    let length = u16::from_le_bytes(take(rest, "the length of a string")?) as usize;
    let Some((bytes, after)) = rest.split_at_checked(length) else {
        return Err(ends_within("a string"));
    };
    *rest = after;
    Ok(std::str::from_utf8(bytes)?)
}

fn take<const N: usize>(rest: &mut &[u8], what: &str) -> Result<[u8; N], FunctionError> {
    let Some((bytes, after)) = rest.split_first_chunk::<N>() else {
        return Err(ends_within(what));
    };
    *rest = after;
    Ok(*bytes)
}

fn ends_within(what: &str) -> FunctionError {
    FunctionError::new(format!("the payload ends within {what}"))
}

#[cfg(test)]
mod tests {
    use super::{read, Record};

    /// One record: id 1, -1 cents, and the strings `a`, `é` and none.
    const ONE: &[u8] = b"\x01\0\0\0\
        \x01\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\x01\0a\x02\0\xc3\xa9\0\0";

    fn refusal(payload: &[u8]) -> String {
        read(payload).expect_err("a refusal").message().to_owned()
    }

    #[test]
    fn a_record_has_its_numbers_and_strings() {
        let expected = Record {
            id: 1,
            cents: -1,
            name: "a",
            city: "é",
            text: "",
        };
        assert_eq!(read(ONE).expect("records"), [expected]);
    }

    #[test]
    fn no_records_are_an_empty_list() {
        assert_eq!(read(&[0; 4]).expect("records"), []);
    }

    #[test]
    fn every_payload_that_ends_early_is_refused() {
        for length in 0..ONE.len() {
            assert!(read(&ONE[..length]).is_err(), "{length} bytes");
        }
        assert_eq!(
            refusal(b"\x01\0"),
            "the payload ends within the number of records"
        );
        assert_eq!(
            refusal(&ONE[..ONE.len() - 1]),
            "the payload ends within the length of a string"
        );
    }

    #[test]
    fn a_count_beyond_the_payload_is_refused_before_memory_is_taken() {
        assert_eq!(
            refusal(&[0xff; 44]),
            "4294967295 records do not fit into 40 bytes"
        );
    }

    #[test]
    fn bytes_after_the_last_record_are_refused() {
        assert_eq!(
            refusal(&[ONE, b"xy"].concat()),
            "2 bytes follow the last record"
        );
    }

    #[test]
    fn a_string_that_is_no_utf_8_is_refused() {
        let mut payload = ONE.to_vec();
        let last = payload.len() - 3;
        payload[last] = b'!';
        assert!(refusal(&payload).contains("invalid utf-8"));
    }
}
