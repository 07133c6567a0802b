//! The primes up to n by the sieve of Eratosthenes. The payload is n in decimal digits, from 2 to 100000000; the response
//! is how many primes there are, their sum and the largest, in decimal digits, with a space between.

use lumos_function::{serve, Context, FunctionError};

/// Above it the sieve, a byte a number, would not fit a small device.
const LARGEST: u32 = 100_000_000;

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let n = context.deserialize(|| limit(payload))?;
    let found = context.compute(|| primes(n));
    Ok(context.serialize(|| {
        let Primes {
            count,
            sum,
            largest,
        } = found;
        format!("{count} {sum} {largest}").into_bytes()
    }))
}

fn limit(payload: &[u8]) -> Result<usize, FunctionError> {
    let refused = |why: &dyn std::fmt::Display| {
        FunctionError::new(format!("the payload is not the limit of the primes: {why}"))
    };
    // Not `usize`: what is too large must not hang on the target.
    let n: u32 = std::str::from_utf8(payload)?
        .parse()
        .map_err(|error| refused(&error))?;
    match n {
        0..=1 => Err(refused(&"there is no prime below 2")),
        2..=LARGEST => Ok(n as usize),
        _ => Err(refused(&format_args!("it is above {LARGEST}"))),
    }
}

/// What there is to say about the primes up to a limit.
#[derive(Debug, Default, PartialEq)]
struct Primes {
    count: u64,
    sum: u64,
    largest: usize,
}

fn primes(n: usize) -> Primes {
    let composite = sieve(n);
    let mut found = Primes::default();
    for (number, _) in (2..=n).zip(&composite[2..]).filter(|(_, struck)| !**struck) {
        found.count += 1;
        found.sum += number as u64;
        found.largest = number;
    }
    found
}

/// Which numbers from 2 to `n` are composite; what it says of 0 and 1 has no meaning.
fn sieve(n: usize) -> Vec<bool> {
    let mut composite = vec![false; n + 1];
    for prime in (2..).take_while(|number| number * number <= n) {
        if composite[prime] {
            continue;
        }
        for multiple in (prime * prime..=n).step_by(prime) {
            composite[multiple] = true;
        }
    }
    composite
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(count: u64, sum: u64, largest: usize) -> Primes {
        Primes {
            count,
            sum,
            largest,
        }
    }

    #[test]
    fn finds_the_published_primes() {
        // Counts: OEIS A006880; sums: A046731; largest: A003618.
        assert_eq!(primes(10), of(4, 17, 7));
        assert_eq!(primes(100), of(25, 1060, 97));
        assert_eq!(primes(10_000), of(1229, 5_736_396, 9973));
        assert_eq!(primes(100_000), of(9592, 454_396_537, 99_991));
        assert_eq!(primes(1_000_000), of(78_498, 37_550_402_023, 999_983));
    }

    #[test]
    fn takes_the_limit_itself_and_the_square_of_a_prime_for_what_they_are() {
        assert_eq!(primes(2), of(1, 2, 2));
        assert_eq!(primes(3), of(2, 5, 3));
        assert_eq!(primes(4), of(2, 5, 3));
        assert_eq!(primes(25), of(9, 100, 23));
        assert_eq!(primes(97), of(25, 1060, 97));
    }

    #[test]
    fn takes_the_smallest_and_the_largest_limit() {
        assert_eq!(limit(b"2"), Ok(2));
        assert_eq!(limit(b"100000000"), Ok(100_000_000));
    }

    #[test]
    fn refuses_what_is_no_limit() {
        let message = |payload: &[u8]| limit(payload).unwrap_err().message().to_owned();
        let refused = "the payload is not the limit of the primes: ";
        for (payload, why) in [
            ("", "cannot parse integer from empty string"),
            ("1", "there is no prime below 2"),
            ("-7", "invalid digit found in string"),
            ("100 ", "invalid digit found in string"),
            ("100000001", "it is above 100000000"),
            ("4294967296", "number too large to fit in target type"),
        ] {
            assert_eq!(message(payload.as_bytes()), format!("{refused}{why}"));
        }
        assert_eq!(
            message(b"\xff"),
            "invalid utf-8 sequence of 1 bytes from index 0"
        );
    }
}
