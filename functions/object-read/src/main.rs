//! Gets the object whose key is the payload: what is left is the cost of getting it.

use lumos_function::{serve, Context, FunctionError};

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let key = context.deserialize(|| std::str::from_utf8(payload))?;
    let object = context.get(key)?;
    let checksum = context.compute(|| crc32fast::hash(&object));
    Ok(context.serialize(|| format!("{} {checksum:08x}", object.len()).into_bytes()))
}
