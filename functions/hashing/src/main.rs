//! SHA-256 of the payload, as 64 hexadecimal digits in lower case.

use lumos_function::{serve, Context, FunctionError};
use sha2::{Digest, Sha256};

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let digest = context.compute(|| Sha256::digest(payload));
    Ok(context.serialize(|| format!("{digest:x}").into_bytes()))
}
