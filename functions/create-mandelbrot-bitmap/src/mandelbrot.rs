//! Which points are in the Mandelbrot set, as far as 50 iterations tell.

const ITERATIONS: u32 = 50;
const LIMIT: f64 = 2.0;
const PIXELS_PER_BYTE: u32 = 8;

/// The rows of the bitmap from the top, eight pixels a byte with the leftmost in the highest bit; the last byte of a row
/// is filled up with zeros.
pub fn rows(side: u32) -> Vec<u8> {
    let bytes_per_row = side.div_ceil(PIXELS_PER_BYTE);
    let mut rows = Vec::with_capacity(bytes_per_row as usize * side as usize);
    for y in 0..side {
        let imaginary = 2.0 * f64::from(y) / f64::from(side) - 1.0;
        for first in (0..side).step_by(PIXELS_PER_BYTE as usize) {
            rows.push(eight_pixels(first, side, imaginary));
        }
    }
    rows
}

fn eight_pixels(first: u32, side: u32, imaginary: f64) -> u8 {
    let mut byte = 0;
    for x in first..side.min(first + PIXELS_PER_BYTE) {
        let real = 2.0 * f64::from(x) / f64::from(side) - 1.5;
        if stays(real, imaginary) {
            byte |= 0x80 >> (x - first);
        }
    }
    byte
}

/// Whether z -> z^2 + c, from 0, stays within the limit.
fn stays(real: f64, imaginary: f64) -> bool {
    let (mut re, mut im, mut re_squared, mut im_squared) = (0.0, 0.0, 0.0, 0.0);
    for _ in 0..ITERATIONS {
        im = 2.0 * re * im + imaginary;
        re = re_squared - im_squared + real;
        re_squared = re * re;
        im_squared = im * im;
        if re_squared + im_squared > LIMIT * LIMIT {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_the_published_picture_of_ten_pixels() {
        // The Benchmarks Game's program at n = 10.
        let published = [
            0x0000, 0x0100, 0x0780, 0x07c0, 0x3fc0, 0xff80, 0x3fc0, 0x07c0, 0x0780, 0x0100u16,
        ];
        let expected: Vec<u8> = published.into_iter().flat_map(u16::to_be_bytes).collect();
        assert_eq!(rows(10), expected);
    }

    #[test]
    fn draws_the_same_above_and_below_the_real_axis() {
        let (side, bytes_per_row) = (64, 8);
        let rows = rows(side);
        let rows: Vec<&[u8]> = rows.chunks(bytes_per_row).collect();
        assert_eq!(rows.len(), 64);
        for y in 1..rows.len() {
            assert_eq!(rows[y], rows[rows.len() - y], "row {y}");
        }
    }

    #[test]
    fn fills_rows_up_to_whole_bytes() {
        assert_eq!(rows(1), [0]);
        assert_eq!(rows(9).len(), 9 * 2);
        assert!(rows(9).chunks(2).all(|row| row[1] & 0x7f == 0));
    }

    #[test]
    fn knows_points_inside_and_outside() {
        for (real, imaginary) in [
            (0.0, 0.0),
            (-1.0, 0.0),
            (0.0, 1.0),
            (-2.0, 0.0),
            (0.25, 0.0),
        ] {
            assert!(stays(real, imaginary), "{real} {imaginary}");
        }
        for (real, imaginary) in [(0.5, 0.5), (1.0, 0.0), (-2.001, 0.0), (0.0, 1.1)] {
            assert!(!stays(real, imaginary), "{real} {imaginary}");
        }
    }
}
