//! Greets the name in the payload: `Hello, <name>!`.

use lumos_function::{serve, Context, FunctionError};

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let name = context.deserialize(|| std::str::from_utf8(payload))?;
    let greeting = context.compute(|| greet(name));
    Ok(context.serialize(|| greeting.into_bytes()))
}

fn greet(name: &str) -> String {
    let name = if name.is_empty() { "world" } else { name };
    format!("Hello, {name}!")
}
