//! Test cases 13 to 15 of McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)", which NIST took up: those of
//! AES-256 without additional data.

use super::{decrypt, parts};
use lumos_function::FunctionError;

const KEY: &str = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
const NONCE: &str = "cafebabefacedbaddecaf888";
const MESSAGE: &str = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
                       1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";
const SEALED: &str = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
                      8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad\
                      b094dac5d93471bdec1a502270e3cc6c";

fn bytes(hexadecimal: &str) -> Vec<u8> {
    (0..hexadecimal.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hexadecimal[at..at + 2], 16).expect("hexadecimal digits"))
        .collect()
}

fn payload(key: &str, nonce: &str, sealed: &str) -> Vec<u8> {
    [bytes(key), bytes(nonce), bytes(sealed)].concat()
}

/// What the function answers to a payload.
fn answer(payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let (key, nonce, sealed) = parts(payload)?;
    decrypt(key, nonce, sealed)
}

#[test]
fn case_13_has_no_message() {
    let payload = payload(
        &"00".repeat(32),
        &"00".repeat(12),
        "530f8afbc74536b9a963b4f1c4cb738b",
    );
    assert_eq!(answer(&payload), Ok(Vec::new()));
}

#[test]
fn case_14_has_one_block() {
    let payload = payload(
        &"00".repeat(32),
        &"00".repeat(12),
        "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
    );
    assert_eq!(answer(&payload), Ok(vec![0; 16]));
}

#[test]
fn case_15_has_four_blocks() {
    assert_eq!(answer(&payload(KEY, NONCE, SEALED)), Ok(bytes(MESSAGE)));
}

#[test]
fn one_changed_bit_anywhere_is_refused() {
    let whole = payload(KEY, NONCE, SEALED);
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1 << (at % 8);
        let error = answer(&changed).expect_err("a tag that does not fit");
        assert_eq!(
            error.message(),
            "the tag does not fit: the message, the key or the nonce was changed"
        );
    }
}

#[test]
fn a_payload_without_a_whole_tag_is_refused() {
    for length in [0, 32, 44, 59] {
        let error = answer(&vec![0; length]).expect_err("no tag");
        assert_eq!(
            error.message(),
            format!(
                "a payload of {length} bytes is too short for key, nonce and tag, which have 60"
            )
        );
    }
}
