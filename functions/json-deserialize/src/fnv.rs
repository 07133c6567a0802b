//! The 32-bit FNV-1a of strings, after Fowler, Noll and Vo.

const OFFSET_BASIS: u32 = 0x811c_9dc5;
const PRIME: u32 = 0x0100_0193;

/// A byte that no UTF-8 has: it stands after each string, so that strings cannot run into each other unnoticed.
const END_OF_STRING: u8 = 0xff;

/// The FNV-1a of the strings' bytes, each string followed by the byte 0xFF.
pub(crate) fn checksum<'a>(strings: impl Iterator<Item = &'a String>) -> u32 {
    strings.fold(OFFSET_BASIS, |hash, string| {
        fnv1a(fnv1a(hash, string.as_bytes()), &[END_OF_STRING])
    })
}

fn fnv1a(hash: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(hash, |hash, &byte| {
        (hash ^ u32::from(byte)).wrapping_mul(PRIME)
    })
}

#[cfg(test)]
mod tests {
    use super::{checksum, fnv1a, OFFSET_BASIS};

    #[test]
    fn the_published_vectors_come_out() {
        assert_eq!(fnv1a(OFFSET_BASIS, b""), 0x811c_9dc5);
        assert_eq!(fnv1a(OFFSET_BASIS, b"a"), 0xe40c_292c);
        assert_eq!(fnv1a(OFFSET_BASIS, b"foobar"), 0xbf9c_f968);
    }

    #[test]
    fn where_one_string_ends_and_the_next_begins_counts() {
        let of = |strings: [&str; 2]| checksum(strings.map(str::to_owned).iter());
        assert_ne!(of(["ab", "c"]), of(["a", "bc"]));
    }
}
