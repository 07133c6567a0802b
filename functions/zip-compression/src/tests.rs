//! The archive against the header of PKWARE's APPNOTE.TXT, and read back.

use std::io::{Cursor, Read};

use zip::{CompressionMethod, ZipArchive};

use super::archive;

#[test]
fn the_entry_begins_with_a_local_file_header() {
    let archive = archive(b"123456789").expect("an archive");
    assert_eq!(archive[..4], *b"PK\x03\x04");
    assert_eq!(archive[8..10], [8, 0], "Deflate");
    assert_eq!(archive[10..14], [0, 0, 0x21, 0], "midnight, 1980-01-01");
    // The check value of CRC-32 in the catalogue of parametrised CRC algorithms.
    assert_eq!(archive[14..18], 0xCBF4_3926u32.to_le_bytes());
    assert_eq!(archive[22..26], 9u32.to_le_bytes(), "size");
    assert_eq!(archive[30..41], *b"payload.txt");
}

#[test]
fn the_archive_holds_the_payload_and_nothing_else() {
    let text = "the fox and the hen, the hen and the fox\n".repeat(2000);
    for payload in [text.as_bytes(), &[0xff, 0x00, 0xfe], b"", b"x"] {
        let archive = archive(payload).expect("an archive");
        let mut archive = ZipArchive::new(Cursor::new(archive)).expect("a readable archive");
        assert_eq!(archive.len(), 1);
        let mut entry = archive.by_name("payload.txt").expect("the entry");
        assert_eq!(entry.compression(), CompressionMethod::Deflated);
        let mut read = Vec::new();
        entry.read_to_end(&mut read).expect("an undamaged entry");
        assert_eq!(read, payload);
    }
}

#[test]
fn the_archive_of_a_text_is_smaller_than_the_text() {
    let text = "the fox and the hen, the hen and the fox\n".repeat(100);
    assert!(archive(text.as_bytes()).expect("an archive").len() < text.len() / 10);
}

#[test]
fn the_same_payload_gives_the_same_bytes() {
    assert_eq!(archive(b"hello").unwrap(), archive(b"hello").unwrap());
}
