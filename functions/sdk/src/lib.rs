//! What a Lumos function stands on: the loop that takes an invocation and returns a response, the framing of
//! `docs/protocol.md`, and the clocks of the function's phases. A function's own file is its logic and nothing else:
//!
//! ```no_run
//! use lumos_function::{serve, Context, FunctionError};
//!
//! fn main() {
//!     serve(handle)
//! }
//!
//! fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
//!     let name = context.deserialize(|| std::str::from_utf8(payload))?;
//!     let shouted = context.compute(|| name.to_uppercase());
//!     Ok(context.serialize(|| shouted.into_bytes()))
//! }
//! ```
//!
//! The same source is a process, a container with its standard streams attached, and a WASI command. Standard output
//! belongs to the protocol; a function that has something to say to people says it on standard error.

mod context;
mod error;
mod frame;
#[cfg(not(target_os = "wasi"))]
mod http;
#[cfg(all(target_os = "wasi", target_env = "p2", feature = "wasi-http"))]
#[path = "http/component.rs"]
mod http;
#[cfg(all(target_os = "wasi", target_env = "p1", feature = "snapshot"))]
#[path = "snapshot.rs"]
mod http;
#[cfg(all(
    target_os = "wasi",
    not(all(target_env = "p2", feature = "wasi-http")),
    not(all(target_env = "p1", feature = "snapshot"))
))]
#[path = "without_http.rs"]
mod http;
mod input;
#[cfg(not(all(target_os = "wasi", not(all(target_env = "p2", feature = "wasi-http")))))]
mod instance;
mod reader;
mod serve;
mod session;
mod stdio;
#[cfg(feature = "storage")]
mod storage;
#[cfg(not(feature = "storage"))]
#[path = "without_storage.rs"]
mod storage;
mod writer;

pub use context::Context;
pub use error::{FunctionError, StreamError};
pub use serve::{run, serve};

#[cfg(test)]
mod tests;
