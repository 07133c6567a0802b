//! The tone that the payload asks for.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use lumos_function::FunctionError;

const HERTZ: RangeInclusive<f64> = 20.0..=20_000.0;
/// The samples and the file of the largest number together have 400 MB.
const SAMPLES: RangeInclusive<u32> = 1..=100_000_000;

/// A tone, and for how long it sounds.
#[derive(Debug, PartialEq)]
pub struct Tone {
    /// Its frequency in hertz.
    pub frequency: f64,
    /// How many samples it has.
    pub samples: u32,
}

/// The tone of a payload `frequency=HERTZ samples=COUNT`.
pub fn parse(payload: &[u8]) -> Result<Tone, FunctionError> {
    let text = std::str::from_utf8(payload)?;
    let (frequency, samples) = text
        .strip_prefix("frequency=")
        .and_then(|rest| rest.split_once(" samples="))
        .ok_or_else(|| {
            FunctionError::new("the payload is not of the form `frequency=HERTZ samples=COUNT`")
        })?;
    Ok(Tone {
        frequency: within("frequency", frequency, &HERTZ)?,
        samples: within("samples", samples, &SAMPLES)?,
    })
}

fn within<T>(name: &str, text: &str, range: &RangeInclusive<T>) -> Result<T, FunctionError>
where
    T: FromStr<Err: Display> + PartialOrd + Display,
{
    let refused = |why: &dyn Display| FunctionError::new(format!("{name}: {why}"));
    let value = text.parse().map_err(|error: T::Err| refused(&error))?;
    if range.contains(&value) {
        return Ok(value);
    }
    let (low, high) = (range.start(), range.end());
    Err(refused(&format_args!(
        "{value} is not within {low} and {high}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_tone() {
        let tone = Tone {
            frequency: 440.25,
            samples: 490,
        };
        assert_eq!(parse(b"frequency=440.25 samples=490"), Ok(tone));
    }

    #[test]
    fn takes_the_ends_of_the_ranges() {
        let found = |payload: &[u8]| parse(payload).map(|tone| (tone.frequency, tone.samples));
        assert_eq!(found(b"frequency=20 samples=1"), Ok((20.0, 1)));
        assert_eq!(
            found(b"frequency=20000 samples=100000000"),
            Ok((20_000.0, 100_000_000))
        );
    }

    #[test]
    fn refuses_what_is_no_tone() {
        let message = |payload: &[u8]| parse(payload).unwrap_err().message().to_owned();
        let form = "the payload is not of the form `frequency=HERTZ samples=COUNT`";
        for (payload, expected) in [
            ("", form),
            ("440 490", form),
            ("samples=490 frequency=440", form),
            (
                "frequency= samples=1",
                "frequency: cannot parse float from empty string",
            ),
            ("frequency=a samples=1", "frequency: invalid float literal"),
            (
                "frequency=19.9 samples=1",
                "frequency: 19.9 is not within 20 and 20000",
            ),
            (
                "frequency=inf samples=1",
                "frequency: inf is not within 20 and 20000",
            ),
            (
                "frequency=nan samples=1",
                "frequency: NaN is not within 20 and 20000",
            ),
            (
                "frequency=440 samples=-1",
                "samples: invalid digit found in string",
            ),
            (
                "frequency=440 samples=0",
                "samples: 0 is not within 1 and 100000000",
            ),
            (
                "frequency=440 samples=1\n",
                "samples: invalid digit found in string",
            ),
            (
                "frequency=440 samples=4294967296",
                "samples: number too large to fit in target type",
            ),
        ] {
            assert_eq!(message(payload.as_bytes()), expected, "{payload}");
        }
        assert_eq!(
            message(b"frequency=\xff"),
            "invalid utf-8 sequence of 1 bytes from index 10"
        );
    }
}
