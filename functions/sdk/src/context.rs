//! The clocks of an invocation's phases.

use std::time::Instant;

/// On the wire: this phase was not entered, which is "not measured" and not 0.
pub(crate) const NOT_ENTERED: u64 = u64::MAX;

/// The phases of a function in the order of the wire.
#[derive(Clone, Copy)]
enum Phase {
    Deserialize,
    Fetch,
    Compute,
    Store,
    Serialize,
}

pub(crate) const PHASES: usize = 5;

/// One invocation, as the function sees it: it names the phase each part of the work belongs to.
///
/// A phase that is entered more than once adds up; one that is never entered is reported as not measured. Phases do
/// not nest: the time of a closure belongs to one phase.
pub struct Context {
    sequence: u32,
    nanoseconds: [u64; PHASES],
}

impl Context {
    pub(crate) fn new(sequence: u32) -> Self {
        Self {
            sequence,
            nanoseconds: [NOT_ENTERED; PHASES],
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

    /// Nanoseconds in each phase, in the order of the wire.
    pub(crate) fn nanoseconds(&self) -> &[u64; PHASES] {
        &self.nanoseconds
    }

    fn time<T>(&mut self, phase: Phase, work: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let result = work();
        let spent = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(NOT_ENTERED - 1);
        self.add(phase, spent);
        result
    }

    fn add(&mut self, phase: Phase, spent: u64) {
        let total = &mut self.nanoseconds[phase as usize];
        let before = if *total == NOT_ENTERED { 0 } else { *total };
        // A sum at the top of the range must not turn into "not entered".
        *total = before.saturating_add(spent).min(NOT_ENTERED - 1);
    }

    #[cfg(test)]
    pub(crate) fn with_compute(sequence: u32, nanoseconds: u64) -> Self {
        let mut context = Self::new(sequence);
        context.add(Phase::Compute, nanoseconds);
        context
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_never_entered_is_not_measured() {
        let mut context = Context::new(1);
        context.compute(|| ());
        let [deserialize, fetch, compute, store, serialize] = *context.nanoseconds();
        assert_eq!([deserialize, fetch, store, serialize], [NOT_ENTERED; 4]);
        assert_ne!(compute, NOT_ENTERED);
    }

    #[test]
    fn each_phase_has_its_own_place() {
        let entered = |enter: fn(&mut Context)| {
            let mut context = Context::new(1);
            enter(&mut context);
            context.nanoseconds().map(|total| total != NOT_ENTERED)
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
        let mut context = Context::new(1);
        context.add(Phase::Store, 40);
        context.add(Phase::Store, 2);
        assert_eq!(context.nanoseconds()[3], 42);
    }

    #[test]
    fn a_sum_beyond_the_range_stays_a_measurement() {
        let mut context = Context::new(1);
        context.add(Phase::Fetch, NOT_ENTERED - 5);
        context.add(Phase::Fetch, 100);
        assert_eq!(context.nanoseconds()[1], NOT_ENTERED - 1);
    }

    #[test]
    fn a_phase_gives_back_what_its_work_gave() {
        assert_eq!(Context::new(1).deserialize(|| "42".parse()), Ok(42u8));
    }
}
