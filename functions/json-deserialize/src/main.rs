//! Parses a JSON array of records into typed values and answers with one line: how many they are, what their cents sum
//! up to, and a checksum of their strings. What it computes is little against what it parses.

mod fnv;

use lumos_function::{serve, Context, FunctionError};
use serde::Deserialize;

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "id")]
    _id: u64,
    cents: i64,
    name: String,
    city: String,
    text: String,
}

/// What is said of the records.
struct Summary {
    records: usize,
    /// Wide enough for any number of records that fit into a frame.
    cents: i128,
    checksum: u32,
}

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let records = context.deserialize(|| parse(payload))?;
    let summary = context.compute(|| summarize(&records));
    Ok(context.serialize(|| say(&summary)))
}

fn parse(payload: &[u8]) -> Result<Vec<Record>, FunctionError> {
    Ok(serde_json::from_slice(payload)?)
}

fn summarize(records: &[Record]) -> Summary {
    let strings = records
        .iter()
        .flat_map(|record| [&record.name, &record.city, &record.text]);
    Summary {
        records: records.len(),
        cents: records.iter().map(|record| i128::from(record.cents)).sum(),
        checksum: fnv::checksum(strings),
    }
}

fn say(summary: &Summary) -> Vec<u8> {
    let Summary {
        records,
        cents,
        checksum,
    } = summary;
    format!("{records} records, {cents} cents, checksum {checksum:08x}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::{parse, say, summarize};

    fn answer(payload: &str) -> Result<String, String> {
        match parse(payload.as_bytes()) {
            Ok(records) => Ok(String::from_utf8(say(&summarize(&records))).expect("UTF-8")),
            Err(error) => Err(error.message().to_owned()),
        }
    }

    // The same payload and line as in the tests of the oracle.
    const TWO: &str = r#"[{"id":1,"cents":250,"name":"Zo\u00eb","city":"北京","text":"a\"\n"},
        {"text":"","city":"b","name":"c","cents":-1000,"id":9007199254740991}]"#;

    #[test]
    fn records_are_counted_summed_up_and_their_strings_hashed() {
        assert_eq!(
            answer(TWO).as_deref(),
            Ok("2 records, -750 cents, checksum 7a011dac")
        );
    }

    #[test]
    fn no_records_are_an_answer() {
        assert_eq!(
            answer("[]").as_deref(),
            Ok("0 records, 0 cents, checksum 811c9dc5")
        );
    }

    #[test]
    fn a_sum_beyond_64_bits_is_right() {
        let record = r#"{"id":0,"cents":9223372036854775807,"name":"","city":"","text":""}"#;
        let line = answer(&format!("[{record},{record}]")).expect("an answer");
        assert!(line.starts_with("2 records, 18446744073709551614 cents, "));
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_place() {
        assert_eq!(
            answer(r#"[{"id":1,]"#),
            Err("key must be a string at line 1 column 10".into())
        );
        assert!(answer("").is_err());
    }

    #[test]
    fn json_of_another_shape_is_refused() {
        let without_text = r#"[{"id":1,"cents":2,"name":"a","city":"b"}]"#;
        assert_eq!(
            answer(without_text),
            Err("missing field `text` at line 1 column 41".into())
        );
        let fraction = r#"[{"id":1,"cents":0.5,"name":"a","city":"b","text":""}]"#;
        assert!(answer(fraction).is_err());
    }

    #[test]
    fn a_string_that_is_no_utf_8_is_refused() {
        let payload = b"[{\"id\":1,\"cents\":2,\"name\":\"\xff\",\"city\":\"\",\"text\":\"\"}]";
        assert!(parse(payload).is_err());
    }
}
