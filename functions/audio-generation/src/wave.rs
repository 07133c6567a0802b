//! The samples of a sine wave.

use std::f64::consts::TAU;

use crate::request::Tone;
use crate::wav::SAMPLES_PER_SECOND;

/// Four fifths of the largest sample.
const AMPLITUDE: f64 = 26_214.0;

/// The samples of `tone`, which begins at 0 and rises.
///
/// The sine is the crate libm's, which is the same code on every target: the sine of a system's own library may differ
/// in its last bit, and with it a sample.
pub fn samples(tone: &Tone) -> Vec<i16> {
    let periods_per_sample = tone.frequency / f64::from(SAMPLES_PER_SECOND);
    (0..tone.samples)
        .map(|index| {
            let periods = f64::from(index) * periods_per_sample;
            let phase = periods - libm::floor(periods);
            libm::round(AMPLITUDE * libm::sin(TAU * phase)) as i16
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(frequency: f64, samples: u32) -> Vec<i16> {
        super::samples(&Tone { frequency, samples })
    }

    #[test]
    fn goes_up_and_down_at_a_quarter_of_the_rate() {
        assert_eq!(of(11_025.0, 6), [0, 26_214, 0, -26_214, 0, 26_214]);
    }

    #[test]
    fn gives_the_samples_that_fifty_digits_give() {
        // round(26214 sin(2 pi 440 i / 44100)) by the sine's series in decimal arithmetic of 50 digits.
        assert_eq!(of(440.0, 8), [0, 1642, 3278, 4901, 6505, 8083, 9629, 11138]);
    }

    #[test]
    fn keeps_its_phase_over_a_million_samples() {
        // 440 Hz is back at 0 after each of 2205 samples.
        let wave = of(440.0, 1_000_000);
        for period in wave.chunks_exact(2205) {
            assert_eq!(period, &wave[..2205]);
        }
    }

    #[test]
    fn is_the_sine_of_the_standard_library_within_one() {
        for (index, sample) in of(1234.56, 100_000).into_iter().enumerate() {
            let exact = AMPLITUDE * (TAU * 1234.56 * index as f64 / 44_100.0).sin();
            assert!((f64::from(sample) - exact).abs() <= 1.0, "sample {index}");
        }
    }
}
