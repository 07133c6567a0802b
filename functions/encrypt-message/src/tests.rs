//! Test cases 13 to 15 of McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)", which NIST took up: those of
//! AES-256 without additional data.

use super::{encrypt, parts};

fn bytes(hexadecimal: &str) -> Vec<u8> {
    (0..hexadecimal.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hexadecimal[at..at + 2], 16).expect("hexadecimal digits"))
        .collect()
}

/// What the function answers to a key, a nonce and a message.
fn answer(key: &str, nonce: &str, message: &str) -> Vec<u8> {
    let payload = [bytes(key), bytes(nonce), bytes(message)].concat();
    let (key, nonce, message) = parts(&payload).expect("a whole payload");
    encrypt(key, nonce, message).expect("a short message")
}

#[test]
fn case_13_has_no_message() {
    assert_eq!(
        answer(&"00".repeat(32), &"00".repeat(12), ""),
        bytes("530f8afbc74536b9a963b4f1c4cb738b")
    );
}

#[test]
fn case_14_has_one_block() {
    assert_eq!(
        answer(&"00".repeat(32), &"00".repeat(12), &"00".repeat(16)),
        bytes("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919")
    );
}

#[test]
fn case_15_has_four_blocks() {
    let answer = answer(
        "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
        "cafebabefacedbaddecaf888",
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
         1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
    );
    assert_eq!(
        answer,
        bytes(
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
             8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad\
             b094dac5d93471bdec1a502270e3cc6c"
        )
    );
}

#[test]
fn a_message_that_ends_within_a_block_is_as_long_encrypted_and_has_a_tag() {
    assert_eq!(
        answer(&"01".repeat(32), &"02".repeat(12), &"03".repeat(21)).len(),
        21 + 16
    );
}

#[test]
fn a_payload_without_a_whole_key_and_nonce_is_refused() {
    for length in [0, 31, 32, 43] {
        let error = parts(&vec![0; length]).expect_err("no nonce");
        assert_eq!(
            error.message(),
            format!("a payload of {length} bytes ends before its key and nonce do, after 44")
        );
    }
    assert!(parts(&[0; 44]).is_ok());
}
