//! Stores its payload: what is left is the cost of storing it.

use lumos_function::{serve, Context, FunctionError};

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    context.put("output", payload)?;
    let checksum = context.compute(|| crc32fast::hash(payload));
    Ok(context.serialize(|| format!("{} {checksum:08x}", payload.len()).into_bytes()))
}
