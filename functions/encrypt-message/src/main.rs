//! AES-256-GCM encryption. The payload is the key (32 bytes), the nonce (12 bytes) and the message; the response is the
//! ciphertext, as long as the message, and the tag (16 bytes).

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use lumos_function::{serve, Context, FunctionError};

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let (key, nonce, message) = context.deserialize(|| parts(payload))?;
    context.compute(|| encrypt(key, nonce, message))
}

/// A payload's key, nonce and message.
type Parts<'a> = (&'a [u8; KEY_BYTES], &'a [u8; NONCE_BYTES], &'a [u8]);

fn parts(payload: &[u8]) -> Result<Parts<'_>, FunctionError> {
    let split = |bytes| -> Option<Parts<'_>> {
        let (key, rest) = <[u8]>::split_first_chunk(bytes)?;
        let (nonce, message) = rest.split_first_chunk()?;
        Some((key, nonce, message))
    };
    split(payload).ok_or_else(|| {
        let found = payload.len();
        let least = KEY_BYTES + NONCE_BYTES;
        FunctionError::new(format!(
            "a payload of {found} bytes ends before its key and nonce do, after {least}"
        ))
    })
}

fn encrypt(
    key: &[u8; KEY_BYTES],
    nonce: &[u8; NONCE_BYTES],
    message: &[u8],
) -> Result<Vec<u8>, FunctionError> {
    Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(key))
        .encrypt(Nonce::from_slice(nonce), message)
        .map_err(|_| FunctionError::new("the message is too long for AES-GCM"))
}

#[cfg(test)]
mod tests;
