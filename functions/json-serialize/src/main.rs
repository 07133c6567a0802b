//! Serializes records as a JSON array. They come in a binary form that costs little to read, so that what is measured
//! is the writing of JSON.

mod records;

use lumos_function::{serve, Context, FunctionError};

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let records = context.deserialize(|| records::read(payload))?;
    Ok(context.serialize(|| serde_json::to_vec(&records))?)
}

#[cfg(test)]
mod tests {
    use super::records::read;

    // The same payload and answer as in the tests of the oracle.
    #[test]
    fn records_become_json_with_the_keys_in_order() {
        let payload = b"\x02\0\0\0\
            \xff\xff\xff\xff\xff\xff\x1f\0\x18\xfc\xff\xff\xff\xff\xff\xff\x04\0Zo\xc3\xab\x02\0a\"\x03\0\n\x01\\\
            \x01\0\0\0\0\0\0\0\xfa\0\0\0\0\0\0\0\0\0\x06\0\xe5\x8c\x97\xe4\xba\xac\0\0";
        let records = read(payload).expect("records");
        assert_eq!(
            serde_json::to_string(&records).expect("JSON"),
            r#"[{"id":9007199254740991,"cents":-1000,"name":"Zoë","city":"a\"","text":"\n\u0001\\"},"#
                .to_owned()
                + r#"{"id":1,"cents":250,"name":"","city":"北京","text":""}]"#
        );
    }
}
