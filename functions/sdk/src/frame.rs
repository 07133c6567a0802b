//! The bytes of `docs/protocol.md`.

/// Bytes of a frame before its body: its kind and its length.
pub(crate) const HEADER: usize = 5;

/// The phases of a function, in the order of the wire.
pub(crate) const PHASES: usize = 5;

/// Bytes of an answer or error before the response: the sequence, the phases and the storage's counts.
const HEAD: usize = 4 + 8 * PHASES + 4 + 8 + 8;

/// Bytes of an answer or error frame before the response.
pub(crate) const REPLY_HEADER: usize = HEADER + HEAD;

/// The longest body a frame may have, in bytes.
pub(crate) const MAX_LENGTH: u32 = 1 << 30;

/// The longest response or message that fits into a frame, in bytes.
pub(crate) const MAX_RESPONSE: usize = MAX_LENGTH as usize - HEAD;

/// On the wire: this was not measured, which is not 0.
pub(crate) const NOT_MEASURED: u64 = u64::MAX;

pub(crate) const INVOKE: u8 = 0x02;
pub(crate) const CONFIGURE: u8 = 0x05;
pub(crate) const RESULT: u8 = 0x08;
#[cfg(feature = "storage")]
pub(crate) const GET: u8 = 0x06;
#[cfg(feature = "storage")]
pub(crate) const PUT: u8 = 0x07;

/// The frame a function writes before it reads anything: `LUMOS` and the protocol's version.
pub(crate) const READY: [u8; 11] = *b"\x01\x06\0\0\0LUMOS\x02";

/// What a reply is.
#[derive(Clone, Copy)]
pub(crate) enum Reply {
    Answer = 0x03,
    Error = 0x04,
}

/// What went between a function and its storage in one invocation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Requests of which the answer was waited for.
    pub(crate) round_trips: u32,
    /// Bytes of the objects fetched.
    pub(crate) fetched: u64,
    /// Bytes of the objects stored.
    pub(crate) stored: u64,
}

/// What an answer or error says before its response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub(crate) sequence: u32,
    /// Nanoseconds in each phase.
    pub(crate) nanoseconds: [u64; PHASES],
    /// Absent without a storage.
    pub(crate) counts: Option<Counts>,
}

/// What stands before the response in a reply's frame. `response` is at most `MAX_RESPONSE` bytes.
pub(crate) fn reply_header(reply: Reply, head: &Head, response: usize) -> [u8; REPLY_HEADER] {
    debug_assert!(response <= MAX_RESPONSE);
    let counts = head.counts.unwrap_or(Counts {
        round_trips: u32::MAX,
        fetched: NOT_MEASURED,
        stored: NOT_MEASURED,
    });
    let mut header = [0; REPLY_HEADER];
    header[0] = reply as u8;
    header[1..5].copy_from_slice(&((HEAD + response) as u32).to_le_bytes());
    header[5..9].copy_from_slice(&head.sequence.to_le_bytes());
    for (field, nanoseconds) in header[9..49].chunks_exact_mut(8).zip(head.nanoseconds) {
        field.copy_from_slice(&nanoseconds.to_le_bytes());
    }
    header[49..53].copy_from_slice(&counts.round_trips.to_le_bytes());
    header[53..61].copy_from_slice(&counts.fetched.to_le_bytes());
    header[61..69].copy_from_slice(&counts.stored.to_le_bytes());
    header
}

/// What HTTP's header `lumos-head` says of an invocation: the head of a reply without its frame.
#[cfg_attr(all(target_os = "wasi", target_env = "p1"), allow(dead_code))]
pub(crate) fn head_bytes(head: &Head) -> [u8; HEAD] {
    let mut bytes = [0; HEAD];
    bytes.copy_from_slice(&reply_header(Reply::Answer, head, 0)[HEADER..]);
    bytes
}

/// The kind and the length of the body in a frame's first bytes.
pub(crate) fn parse_header(header: &[u8; HEADER]) -> (u8, u32) {
    let [kind, length @ ..] = *header;
    (kind, u32::from_le_bytes(length))
}
