//! The two ways in which an invocation does not end in an answer.

use std::fmt::{self, Display, Formatter};
use std::io;

/// Why a function refuses an invocation. It is answered as an error frame with this message; the instance lives on.
///
/// Every `std::error::Error` becomes one by `?`. For that it is not a `std::error::Error` itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionError {
    message: String,
}

impl FunctionError {
    /// An error that says `message` to whoever invoked the function.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }

    /// What is said to whoever invoked the function.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl<E: std::error::Error> From<E> for FunctionError {
    fn from(error: E) -> Self {
        Self::new(error.to_string())
    }
}

/// Why the stream of frames cannot go on. The instance ends with exit code 2.
#[derive(Debug)]
pub enum StreamError {
    /// The input ended within a frame.
    EndWithinFrame {
        /// How many bytes the frame still wanted at least.
        missing: usize,
    },
    /// A frame that a function does not take.
    UnknownKind(u8),
    /// A frame of this kind where another belongs.
    OutOfOrder(u8),
    /// A configure frame that does not say where the objects are, and why.
    Configuration(&'static str),
    /// A result frame that is none of the protocol's, and why.
    Result(&'static str),
    /// A frame's length, in bytes, above the limit.
    TooLong(u32),
    /// Reading or writing failed.
    Io(io::Error),
}

impl Display for StreamError {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::EndWithinFrame { missing } => {
                write!(
                    formatter,
                    "input ended within a frame, {missing} bytes early"
                )
            }
            Self::UnknownKind(kind) => write!(formatter, "unknown kind of frame: 0x{kind:02x}"),
            Self::OutOfOrder(kind) => {
                write!(formatter, "a frame of kind 0x{kind:02x} out of order")
            }
            Self::Configuration(why) => {
                write!(formatter, "the configuration of the storage: {why}")
            }
            Self::Result(why) => write!(formatter, "a result of the host: {why}"),
            Self::TooLong(length) => {
                write!(
                    formatter,
                    "a frame of {length} bytes is above the limit of 1 GiB"
                )
            }
            Self::Io(error) => write!(formatter, "standard streams: {error}"),
        }
    }
}

impl std::error::Error for StreamError {}

impl From<io::Error> for StreamError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
