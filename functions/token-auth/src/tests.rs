//! Tokens of RFC 7515 and of jwt.io, tokens somebody tampered with, and requests that are none.

use serde_json::Value;

use super::{authenticate, token, Answer, Claims, Request};
use lumos_function::FunctionError;

/// The key and the token of RFC 7515, appendix A.1.
const RFC_KEY: [u8; 64] = [
    3, 35, 53, 75, 43, 15, 165, 188, 131, 126, 6, 101, 119, 123, 166, 143, 90, 179, 40, 230, 240,
    84, 201, 40, 169, 15, 132, 178, 210, 80, 46, 191, 211, 251, 90, 146, 210, 6, 71, 239, 150, 138,
    180, 195, 119, 98, 61, 34, 61, 46, 33, 114, 5, 46, 79, 8, 192, 205, 154, 245, 103, 208, 128,
    163,
];
const RFC_TOKEN: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9\
    .eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ\
    .dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// The example that jwt.io opens with.
const JWT_IO: &str = r#"{"secret":"your-256-bit-secret",
    "claims":{"sub":"1234567890","name":"John Doe","iat":1516239022}}"#;
const JWT_IO_TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9\
    .eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ\
    .SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";

fn answer(payload: &str) -> Result<Answer, FunctionError> {
    authenticate(&serde_json::from_str::<Request<'_>>(payload)?)
}

fn refusal(payload: &str) -> String {
    match answer(payload) {
        Ok(answer) => panic!("accepted as {}", answer.token),
        Err(error) => error.message().to_owned(),
    }
}

#[test]
fn claims_are_signed_and_verified_as_by_jwt_io() {
    let answer = answer(JWT_IO).expect("a good request");
    assert_eq!(answer.token, JWT_IO_TOKEN);
    assert_eq!(answer.subject, "1234567890");
}

#[test]
fn the_token_of_the_rfc_is_verified() {
    let key = token::key(&RFC_KEY).expect("a key");
    let claims: Value = token::verify(&key, RFC_TOKEN).expect("a good token");
    assert_eq!(claims["iss"], "joe");
    assert_eq!(claims["exp"], 1_300_819_380);
    assert_eq!(claims["http://example.com/is_root"], true);
}

#[test]
fn a_token_with_any_character_changed_is_refused() {
    let key = token::key(b"your-256-bit-secret").expect("a key");
    assert!(token::verify::<Claims>(&key, JWT_IO_TOKEN).is_ok());
    for (at, character) in JWT_IO_TOKEN.char_indices() {
        let other = if character == 'A' { "B" } else { "A" };
        let mut tampered = JWT_IO_TOKEN.to_owned();
        tampered.replace_range(at..=at, other);
        assert!(
            token::verify::<Claims>(&key, &tampered).is_err(),
            "{tampered}"
        );
    }
}

#[test]
fn claims_of_somebody_else_under_the_same_signature_are_refused() {
    let key = token::key(b"your-256-bit-secret").expect("a key");
    // {"sub":"admin"}
    let tampered = JWT_IO_TOKEN.replace(
        ".eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.",
        ".eyJzdWIiOiJhZG1pbiJ9.",
    );
    let error = token::verify::<Claims>(&key, &tampered).expect_err("a forged token");
    assert_eq!(
        error.message(),
        "the token's signature is not that of its claims"
    );
}

#[test]
fn a_token_of_another_secret_or_without_a_signature_is_refused() {
    let other = token::key(b"another secret").expect("a key");
    assert!(token::verify::<Claims>(&other, JWT_IO_TOKEN).is_err());
    let key = token::key(b"your-256-bit-secret").expect("a key");
    // {"alg":"none"}
    let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.";
    assert!(token::verify::<Claims>(&key, unsigned).is_err());
    assert!(token::verify::<Claims>(&key, "no token").is_err());
}

#[test]
fn a_request_that_is_none_is_refused() {
    assert!(refusal("").contains("EOF"));
    assert!(refusal("{}").contains("missing field `secret`"));
    assert!(refusal(r#"{"secret":"s"}"#).contains("missing field `claims`"));
    assert!(refusal(r#"{"secret":"s","claims":{"iss":"x"}}"#).contains("missing field `sub`"));
    assert!(refusal(r#"{"secret":"s","claims":7}"#).contains("invalid type"));
    assert_eq!(
        refusal(r#"{"secret":"","claims":{"sub":"x"}}"#),
        "the secret is empty"
    );
}
