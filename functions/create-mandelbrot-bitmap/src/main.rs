//! A bitmap of the Mandelbrot set, as in the task of the Computer Language Benchmarks Game: the square from -1.5-i to
//! 0.5+i, 50 iterations. The payload is the bitmap's width and height in pixels in decimal digits, from 1 to 16384; the
//! response is the bitmap in the format PBM (P4), black where the set is.

mod mandelbrot;

use lumos_function::{serve, Context, FunctionError};

/// Above it the bitmap, a bit a pixel, would not fit a small device.
const LARGEST: u32 = 16_384;

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let side = context.deserialize(|| side(payload))?;
    let rows = context.compute(|| mandelbrot::rows(side));
    Ok(context.serialize(|| portable_bitmap(side, &rows)))
}

fn side(payload: &[u8]) -> Result<u32, FunctionError> {
    let refused = |why: &dyn std::fmt::Display| {
        FunctionError::new(format!("the payload is not the side of a bitmap: {why}"))
    };
    let side: u32 = std::str::from_utf8(payload)?
        .parse()
        .map_err(|error| refused(&error))?;
    match side {
        0 => Err(refused(&"it is 0")),
        1..=LARGEST => Ok(side),
        _ => Err(refused(&format_args!("it is above {LARGEST}"))),
    }
}

fn portable_bitmap(side: u32, rows: &[u8]) -> Vec<u8> {
    let header = format!("P4\n{side} {side}\n");
    [header.as_bytes(), rows].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_header_before_the_rows() {
        assert_eq!(portable_bitmap(12, &[1, 2]), b"P4\n12 12\n\x01\x02");
    }

    #[test]
    fn takes_the_smallest_and_the_largest_side() {
        assert_eq!(side(b"1"), Ok(1));
        assert_eq!(side(b"16384"), Ok(LARGEST));
    }

    #[test]
    fn refuses_what_is_no_side() {
        let message = |payload: &[u8]| side(payload).unwrap_err().message().to_owned();
        let refused = "the payload is not the side of a bitmap: ";
        for (payload, why) in [
            ("", "cannot parse integer from empty string"),
            ("0", "it is 0"),
            ("-16", "invalid digit found in string"),
            ("16x16", "invalid digit found in string"),
            ("16385", "it is above 16384"),
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
