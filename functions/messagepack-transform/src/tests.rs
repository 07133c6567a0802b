use super::{read, report, write};

/// One order with one item, of `quantity` at a price of 499: the same bytes as in the tests of the oracle.
const ORDER: &[u8] = b"\x85\xa2id\xce\x00\x89\x54\x40\xa8customer\xa4Zo\xc3\xab\xa7country\xa2nl\
    \xa5items\x91\x83\xa3sku\xa3TEA\xa8quantity\x02\xaeunitPriceCents\xcd\x01\xf3\xa4note\xa0";

/// The report on it.
const REPORT: &[u8] = b"\x82\xa6orders\x91\x86\xa2id\xce\x00\x89\x54\x40\xa8customer\xa4Zo\xc3\xab\
    \xa7country\xa2NL\xa9lineCount\x01\xaatotalCents\xcd\x03\xe6\xa4note\xa0\
    \xa6totals\x91\x83\xa7country\xa2NL\xa6orders\x01\xaatotalCents\xcd\x03\xe6";

fn answer(payload: &[u8]) -> Result<Vec<u8>, String> {
    let answer = read(payload).and_then(report).and_then(|it| write(&it));
    answer.map_err(|error| error.message().to_owned())
}

fn one_order() -> Vec<u8> {
    [b"\x91", ORDER].concat()
}

#[test]
fn an_order_becomes_a_report_in_the_shortest_encoding() {
    assert_eq!(answer(&one_order()), Ok(REPORT.to_vec()));
}

#[test]
fn no_orders_are_an_empty_report() {
    assert_eq!(
        answer(b"\x90"),
        Ok(b"\x82\xa6orders\x90\xa6totals\x90".to_vec())
    );
}

#[test]
fn every_payload_that_ends_early_is_refused() {
    let payload = one_order();
    for length in 0..payload.len() {
        assert!(answer(&payload[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn bytes_after_the_orders_are_refused() {
    let refusal = Err("bytes follow the array of orders".to_owned());
    assert_eq!(answer(b"\x90\x90"), refusal);
    assert_eq!(answer(&[one_order(), b"\xa5ab".to_vec()].concat()), refusal);
}

#[test]
fn an_array_that_claims_more_than_there_is_is_refused() {
    assert!(answer(b"\xdd\xff\xff\xff\xff").is_err());
}

#[test]
fn messagepack_of_another_shape_is_refused() {
    assert_eq!(
        answer(b"\x91\x81\xa2id\x01"),
        Err("missing field `customer`".into())
    );
    assert!(answer(b"\xc0").is_err());
    assert!(answer(b"\x91\x81\xa2id\xff").is_err());
}

#[test]
fn a_string_that_is_no_utf_8_is_refused() {
    let mut payload = one_order();
    let place = payload.iter().position(|&byte| byte == 0xc3).expect("ë");
    payload[place] = b'!';
    assert!(answer(&payload).is_err());
}
