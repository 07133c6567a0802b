//! AES-256-GCM decryption. The payload is the key (32 bytes), the nonce (12 bytes), the ciphertext and the tag
//! (16 bytes); the response is the message. A payload that its tag does not fit is refused.

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use lumos_function::{serve, Context, FunctionError};

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let (key, nonce, sealed) = context.deserialize(|| parts(payload))?;
    context.compute(|| decrypt(key, nonce, sealed))
}

/// A payload's key, nonce, and ciphertext with tag.
type Parts<'a> = (&'a [u8; KEY_BYTES], &'a [u8; NONCE_BYTES], &'a [u8]);

fn parts(payload: &[u8]) -> Result<Parts<'_>, FunctionError> {
    let split = |bytes| -> Option<Parts<'_>> {
        let (key, rest) = <[u8]>::split_first_chunk(bytes)?;
        let (nonce, sealed) = rest.split_first_chunk()?;
        (sealed.len() >= TAG_BYTES).then_some((key, nonce, sealed))
    };
    split(payload).ok_or_else(|| {
        let found = payload.len();
        let least = KEY_BYTES + NONCE_BYTES + TAG_BYTES;
        FunctionError::new(format!(
            "a payload of {found} bytes is too short for key, nonce and tag, which have {least}"
        ))
    })
}

fn decrypt(
    key: &[u8; KEY_BYTES],
    nonce: &[u8; NONCE_BYTES],
    sealed: &[u8],
) -> Result<Vec<u8>, FunctionError> {
    Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(key))
        .decrypt(Nonce::from_slice(nonce), sealed)
        .map_err(|_| {
            FunctionError::new(
                "the tag does not fit: the message, the key or the nonce was changed",
            )
        })
}

#[cfg(test)]
mod tests;
