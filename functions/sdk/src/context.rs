//! One invocation as the function sees it: the clocks of its phases, and its objects.

use std::time::Instant;

use crate::error::FunctionError;
use crate::frame::{Head, NOT_MEASURED, PHASES};
use crate::session::Session;

/// The phases of a function in the order of the wire.
#[derive(Clone, Copy)]
enum Phase {
    Deserialize,
    Fetch,
    Compute,
    Store,
    Serialize,
}

/// One invocation, as the function sees it: it names the phase each part of the work belongs to, and gets and puts
/// the function's objects.
///
/// A phase that is entered more than once adds up; one that is never entered is reported as not measured. Phases do
/// not nest: the time of a closure belongs to one phase.
pub struct Context<'a> {
    sequence: u32,
    nanoseconds: [u64; PHASES],
    session: Option<Session<'a>>,
}

impl<'a> Context<'a> {
    /// An invocation whose objects are reached by `session`, if there are any.
    pub(crate) fn new(sequence: u32, session: Option<Session<'a>>) -> Self {
        Self {
            sequence,
            nanoseconds: [NOT_MEASURED; PHASES],
            session,
        }
    }

    /// Which invocation of this instance this is; the first is 1.
    pub fn sequence(&self) -> u32 {
        self.sequence
    }

    /// Runs `work` as part of turning the payload's bytes into values.
    pub fn deserialize<T>(&mut self, work: impl FnOnce() -> T) -> T {
        self.time(Phase::Deserialize, work)
    }

    /// Runs `work` as part of getting data from storage.
    pub fn fetch<T>(&mut self, work: impl FnOnce() -> T) -> T {
        self.time(Phase::Fetch, work)
    }

    /// Runs `work` as part of what the function is for.
    pub fn compute<T>(&mut self, work: impl FnOnce() -> T) -> T {
        self.time(Phase::Compute, work)
    }

    /// Runs `work` as part of putting data into storage.
    pub fn store<T>(&mut self, work: impl FnOnce() -> T) -> T {
        self.time(Phase::Store, work)
    }

    /// Runs `work` as part of turning the result into the response's bytes.
    pub fn serialize<T>(&mut self, work: impl FnOnce() -> T) -> T {
        self.time(Phase::Serialize, work)
    }

    /// The object under `key`, from wherever the experiment keeps the function's objects. Its time belongs to the
    /// phase *fetch*.
    ///
    /// A key is 1 to 200 of the characters `a-z`, `0-9`, `.`, `_` and `-`, and begins with a letter or digit.
    ///
    /// # Errors
    /// The message is that of `docs/protocol.md`, the same wherever the objects are: there is no such object, it is
    /// larger than the limit, the key is not allowed, or the storage refuses, fails or cannot be reached; or the
    /// function has no storage.
    pub fn get(&mut self, key: &str) -> Result<Vec<u8>, FunctionError> {
        let begun = Instant::now();
        let session = self.session.as_mut().ok_or_else(not_configured)?;
        let result = session.get(key);
        self.add(Phase::Fetch, nanoseconds_since(begun));
        result
    }

    /// Stores `object` under `key`, wherever the experiment keeps the function's objects, in the place of one that is
    /// there. Its time belongs to the phase *store*.
    ///
    /// # Errors
    /// Those of [`Context::get`].
    pub fn put(&mut self, key: &str, object: &[u8]) -> Result<(), FunctionError> {
        let begun = Instant::now();
        let session = self.session.as_mut().ok_or_else(not_configured)?;
        let result = session.put(key, object);
        self.add(Phase::Store, nanoseconds_since(begun));
        result
    }

    /// What the reply says of this invocation.
    pub(crate) fn head(&self) -> Head {
        Head {
            sequence: self.sequence,
            nanoseconds: self.nanoseconds,
            counts: self.session.as_ref().map(Session::counts),
        }
    }

    fn time<T>(&mut self, phase: Phase, work: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let result = work();
        self.add(phase, nanoseconds_since(begun));
        result
    }

    fn add(&mut self, phase: Phase, spent: u64) {
        let total = &mut self.nanoseconds[phase as usize];
        let before = if *total == NOT_MEASURED { 0 } else { *total };
        // A sum at the top of the range must not turn into "not measured".
        *total = before.saturating_add(spent).min(NOT_MEASURED - 1);
    }
}

fn nanoseconds_since(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_nanos()).unwrap_or(NOT_MEASURED - 1)
}

fn not_configured() -> FunctionError {
    FunctionError::new("storage: the function was not configured with a storage")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> Context<'static> {
        Context::new(1, None)
    }

    #[test]
    fn a_phase_never_entered_is_not_measured() {
        let mut context = context();
        context.compute(|| ());
        let [deserialize, fetch, compute, store, serialize] = context.head().nanoseconds;
        assert_eq!([deserialize, fetch, store, serialize], [NOT_MEASURED; 4]);
        assert_ne!(compute, NOT_MEASURED);
    }

    #[test]
    fn each_phase_has_its_own_place() {
        let entered = |enter: fn(&mut Context)| {
            let mut context = context();
            enter(&mut context);
            context.nanoseconds.map(|total| total != NOT_MEASURED)
        };
        assert_eq!(
            entered(|c| c.deserialize(|| ())),
            [true, false, false, false, false]
        );
        assert_eq!(
            entered(|c| c.fetch(|| ())),
            [false, true, false, false, false]
        );
        assert_eq!(
            entered(|c| c.compute(|| ())),
            [false, false, true, false, false]
        );
        assert_eq!(
            entered(|c| c.store(|| ())),
            [false, false, false, true, false]
        );
        assert_eq!(
            entered(|c| c.serialize(|| ())),
            [false, false, false, false, true]
        );
    }

    #[test]
    fn a_phase_entered_twice_adds_up() {
        let mut context = context();
        context.add(Phase::Store, 40);
        context.add(Phase::Store, 2);
        assert_eq!(context.nanoseconds[3], 42);
    }

    #[test]
    fn a_sum_beyond_the_range_stays_a_measurement() {
        let mut context = context();
        context.add(Phase::Fetch, NOT_MEASURED - 5);
        context.add(Phase::Fetch, 100);
        assert_eq!(context.nanoseconds[1], NOT_MEASURED - 1);
    }

    #[test]
    fn a_phase_gives_back_what_its_work_gave() {
        assert_eq!(context().deserialize(|| "42".parse()), Ok(42u8));
    }

    #[test]
    fn objects_of_a_function_without_a_storage_are_refused_and_nothing_is_counted() {
        let mut context = context();
        let message = "storage: the function was not configured with a storage";
        assert_eq!(context.get("input").unwrap_err().message(), message);
        assert_eq!(context.put("output", b"x").unwrap_err().message(), message);
        assert_eq!(context.head().nanoseconds, [NOT_MEASURED; PHASES]);
        assert_eq!(context.head().counts, None);
    }
}
