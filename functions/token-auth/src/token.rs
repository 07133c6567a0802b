//! JSON Web Tokens with one algorithm, HS256.

use hmac::{Hmac, Mac};
use jwt::header::HeaderType;
use jwt::{AlgorithmType, Error, FromBase64, Header, SignWithKey, Token, VerifyWithKey};
use lumos_function::FunctionError;
use serde_json::value::RawValue;
use sha2::Sha256;

/// What signs and verifies.
pub(crate) type Key = Hmac<Sha256>;

/// Refuses an empty secret, with which anybody could sign.
pub(crate) fn key(secret: &[u8]) -> Result<Key, FunctionError> {
    if secret.is_empty() {
        return Err(FunctionError::new("the secret is empty"));
    }
    Ok(Key::new_from_slice(secret)?)
}

/// The token of the claims in its compact form.
pub(crate) fn sign(key: &Key, claims: &RawValue) -> Result<String, FunctionError> {
    let header = Header {
        algorithm: AlgorithmType::Hs256,
        type_: Some(HeaderType::JsonWebToken),
        ..Header::default()
    };
    Ok(Token::new(header, claims).sign_with_key(key)?.into())
}

/// The claims of a token that `key` has signed.
pub(crate) fn verify<C: FromBase64>(key: &Key, token: &str) -> Result<C, FunctionError> {
    token.verify_with_key(key).map_err(|error| match error {
        Error::InvalidSignature | Error::RustCryptoMac(_) => {
            FunctionError::new("the token's signature is not that of its claims")
        }
        other => other.into(),
    })
}
