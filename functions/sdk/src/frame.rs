//! The bytes of `docs/protocol.md`.

use crate::context::{Context, PHASES};

/// Bytes of a frame before its body: its kind and its length.
pub(crate) const HEADER: usize = 5;

/// Bytes of an answer or error before the response: the sequence and the phases.
const HEAD: usize = 4 + 8 * PHASES;

/// Bytes of an answer or error frame before the response.
pub(crate) const REPLY_HEADER: usize = HEADER + HEAD;

/// The longest body a frame may have, in bytes.
pub(crate) const MAX_LENGTH: u32 = 1 << 30;

/// The longest response or message that fits into a frame, in bytes.
pub(crate) const MAX_RESPONSE: usize = MAX_LENGTH as usize - HEAD;

pub(crate) const INVOKE: u8 = 0x02;

/// The frame a function writes before it reads anything: `LUMOS` and the protocol's version.
pub(crate) const READY: [u8; 11] = *b"\x01\x06\0\0\0LUMOS\x01";

/// What a reply is.
#[derive(Clone, Copy)]
pub(crate) enum Reply {
    Answer = 0x03,
    Error = 0x04,
}

/// What stands before the response in a reply's frame. `response` is at most `MAX_RESPONSE` bytes.
pub(crate) fn reply_header(reply: Reply, context: &Context, response: usize) -> [u8; REPLY_HEADER] {
    debug_assert!(response <= MAX_RESPONSE);
    let mut header = [0; REPLY_HEADER];
    header[0] = reply as u8;
    header[1..5].copy_from_slice(&((HEAD + response) as u32).to_le_bytes());
    header[5..9].copy_from_slice(&context.sequence().to_le_bytes());
    for (field, nanoseconds) in header[9..].chunks_exact_mut(8).zip(context.nanoseconds()) {
        field.copy_from_slice(&nanoseconds.to_le_bytes());
    }
    header
}
