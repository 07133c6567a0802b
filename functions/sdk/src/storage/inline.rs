//! Objects in the payload, and in the response.

use std::ops::Range;

use crate::error::FunctionError;
use crate::session::{Failure, Store};

/// Bytes of an object's length, and of the number of objects.
const LENGTH: usize = 4;

/// Where a key and its object are.
type Entry = (Range<usize>, Range<usize>);

/// Where the objects of an invocation are. Kept from one invocation to the next for its memory only.
#[derive(Default)]
pub(super) struct Inline {
    /// The objects of the payload.
    found: Vec<Entry>,
    /// The objects of `bundle`.
    put: Vec<Entry>,
    /// What the response begins with.
    bundle: Vec<u8>,
}

impl Inline {
    /// Finds the objects that `payload` begins with; returns where the function's own payload is.
    pub(super) fn open(&mut self, payload: &[u8]) -> Result<Range<usize>, FunctionError> {
        self.put.clear();
        self.bundle.clear();
        self.bundle.extend_from_slice(&0u32.to_le_bytes());
        let rest = index(payload, &mut self.found).ok_or_else(|| {
            FunctionError::new("storage: the payload does not begin with whole objects")
        })?;
        Ok(rest..payload.len())
    }

    /// What the response begins with: the objects that were put.
    pub(super) fn objects_put(&self) -> &[u8] {
        &self.bundle
    }
}

/// Fills `found` with where each key and object is; returns where the last object ends.
fn index(payload: &[u8], found: &mut Vec<Entry>) -> Option<usize> {
    found.clear();
    let mut at = 0;
    let count = take(payload, &mut at, LENGTH)?;
    for _ in 0..number(&payload[count]) {
        let length = take(payload, &mut at, 2)?;
        let key = take(payload, &mut at, number(&payload[length]))?;
        let length = take(payload, &mut at, LENGTH)?;
        let object = take(payload, &mut at, number(&payload[length]))?;
        found.push((key, object));
    }
    Some(at)
}

/// The next `length` bytes of `payload` from `at`, which moves behind them.
fn take(payload: &[u8], at: &mut usize, length: usize) -> Option<Range<usize>> {
    let range = *at..at.checked_add(length)?;
    if range.end > payload.len() {
        return None;
    }
    *at = range.end;
    Some(range)
}

/// A little-endian number of at most 4 bytes.
fn number(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .rev()
        .fold(0, |sum, &byte| sum << 8 | usize::from(byte))
}

/// The objects of one invocation.
pub(super) struct InlineObjects<'a> {
    inline: &'a mut Inline,
    payload: &'a [u8],
}

impl<'a> InlineObjects<'a> {
    /// The objects of `payload`, for which `inline` was opened.
    pub(super) fn new(inline: &'a mut Inline, payload: &'a [u8]) -> Self {
        Self { inline, payload }
    }

    /// Puts `object` in the place of the one under the same key at `index`, and moves those behind it.
    fn replace(&mut self, index: usize, object: &[u8]) {
        let Inline { put, bundle, .. } = &mut *self.inline;
        let old = put[index].1.clone();
        let length = (object.len() as u32).to_le_bytes();
        bundle.splice(
            old.start - LENGTH..old.end,
            length.iter().chain(object).copied(),
        );
        put[index].1 = old.start..old.start + object.len();
        let moved = |at: usize| at - old.end + old.start + object.len();
        for (key, object) in &mut put[index + 1..] {
            *key = moved(key.start)..moved(key.end);
            *object = moved(object.start)..moved(object.end);
        }
    }

    fn append(&mut self, key: &str, object: &[u8]) {
        let Inline { put, bundle, .. } = &mut *self.inline;
        bundle.extend_from_slice(&(key.len() as u16).to_le_bytes());
        let name = extend(bundle, key.as_bytes());
        bundle.extend_from_slice(&(object.len() as u32).to_le_bytes());
        let object = extend(bundle, object);
        put.push((name, object));
        bundle[..LENGTH].copy_from_slice(&(put.len() as u32).to_le_bytes());
    }
}

impl Store for InlineObjects<'_> {
    fn get(&mut self, key: &str, limit: u64) -> Result<Vec<u8>, Failure> {
        let Inline { found, put, bundle } = &*self.inline;
        let object = match position(put, bundle, key) {
            Some(index) => &bundle[put[index].1.clone()],
            None => {
                let index = position(found, self.payload, key).ok_or(Failure::Missing)?;
                &self.payload[found[index].1.clone()]
            }
        };
        if object.len() as u64 > limit {
            return Err(Failure::TooLarge);
        }
        Ok(object.to_vec())
    }

    fn put(&mut self, key: &str, object: &[u8]) -> Result<(), Failure> {
        match position(&self.inline.put, &self.inline.bundle, key) {
            Some(index) => self.replace(index, object),
            None => self.append(key, object),
        }
        Ok(())
    }
}

/// Which of `entries`, whose bytes are in `bytes`, is the one under `key`.
fn position(entries: &[Entry], bytes: &[u8], key: &str) -> Option<usize> {
    entries
        .iter()
        .position(|(name, _)| &bytes[name.clone()] == key.as_bytes())
}

/// Appends `bytes` to `bundle`; returns where they are.
fn extend(bundle: &mut Vec<u8>, bytes: &[u8]) -> Range<usize> {
    let start = bundle.len();
    bundle.extend_from_slice(bytes);
    start..bundle.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(objects: &[(&str, &[u8])]) -> Vec<u8> {
        let mut bytes = (objects.len() as u32).to_le_bytes().to_vec();
        for (key, object) in objects {
            bytes.extend((key.len() as u16).to_le_bytes());
            bytes.extend(key.as_bytes());
            bytes.extend((object.len() as u32).to_le_bytes());
            bytes.extend(*object);
        }
        bytes
    }

    #[test]
    fn the_functions_payload_is_what_follows_the_objects() {
        let mut payload = bundle(&[("a", b"1"), ("b", b"")]);
        payload.extend(b"rest");
        let mut inline = Inline::default();
        assert_eq!(&payload[inline.open(&payload).unwrap()], b"rest");
        let mut objects = InlineObjects::new(&mut inline, &payload);
        assert_eq!(objects.get("a", 1).unwrap(), b"1");
        assert_eq!(objects.get("b", 0).unwrap(), b"");
        assert_eq!(objects.get("c", 1), Err(Failure::Missing));
        assert_eq!(objects.get("a", 0), Err(Failure::TooLarge));
        assert_eq!(inline.objects_put(), bundle(&[]));
    }

    #[test]
    fn a_payload_that_ends_anywhere_within_its_objects_is_refused() {
        let payload = bundle(&[("key", b"object"), ("other", b"x")]);
        for end in 0..payload.len() {
            let error = Inline::default().open(&payload[..end]).unwrap_err();
            assert_eq!(
                error.message(),
                "storage: the payload does not begin with whole objects"
            );
        }
        assert!(Inline::default().open(&payload).is_ok());
    }

    #[test]
    fn counts_and_lengths_of_4_gib_are_refused_and_no_memory_is_asked_for() {
        let mut many = u32::MAX.to_le_bytes().to_vec();
        many.extend(&bundle(&[("a", b"1")])[4..]);
        assert!(Inline::default().open(&many).is_err());
        let long = b"\x01\0\0\0\x01\0a\xff\xff\xff\xffshort";
        assert!(Inline::default().open(long).is_err());
    }

    #[test]
    fn what_was_put_is_there_in_the_order_in_which_it_was_put_first() {
        let payload = bundle(&[("a", b"old")]);
        let mut inline = Inline::default();
        inline.open(&payload).unwrap();
        let mut objects = InlineObjects::new(&mut inline, &payload);
        objects.put("b", b"1").unwrap();
        objects.put("a", b"22").unwrap();
        objects.put("c", b"333").unwrap();
        objects.put("b", b"longer").unwrap();
        objects.put("a", b"").unwrap();
        assert_eq!(objects.get("a", 9).unwrap(), b"");
        assert_eq!(objects.get("b", 9).unwrap(), b"longer");
        assert_eq!(objects.get("c", 9).unwrap(), b"333");
        let expected = bundle(&[("b", b"longer"), ("a", b""), ("c", b"333")]);
        assert_eq!(inline.objects_put(), expected);
    }

    #[test]
    fn the_next_invocation_begins_with_nothing_put() {
        let payload = bundle(&[]);
        let mut inline = Inline::default();
        inline.open(&payload).unwrap();
        InlineObjects::new(&mut inline, &payload)
            .put("a", b"1")
            .unwrap();
        inline.open(&payload).unwrap();
        assert_eq!(inline.objects_put(), bundle(&[]));
        let mut objects = InlineObjects::new(&mut inline, &payload);
        assert_eq!(objects.get("a", 1), Err(Failure::Missing));
    }
}
