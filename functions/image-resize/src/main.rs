//! Scales a PNG image: a factor in thousandths (4 bytes, little-endian), then the image.

use std::io::Cursor;

use image::imageops::{resize, FilterType};
use image::{ImageFormat, ImageReader, RgbImage};
use lumos_function::{serve, Context, FunctionError};

/// The most pixels of a scaled image: it must fit into memory on a small device.
const MOST_PIXELS: u64 = 64 << 20;

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let (thousandths, picture) = context.deserialize(|| decode(payload))?;
    let scaled = context.compute(|| scale(&picture, thousandths))?;
    context.serialize(|| encode(&scaled))
}

fn decode(payload: &[u8]) -> Result<(u32, RgbImage), FunctionError> {
    let (factor, png) = payload
        .split_first_chunk::<4>()
        .ok_or_else(|| FunctionError::new("the payload has no factor"))?;
    let reader = ImageReader::with_format(Cursor::new(png), ImageFormat::Png);
    Ok((u32::from_le_bytes(*factor), reader.decode()?.into_rgb8()))
}

fn scale(picture: &RgbImage, thousandths: u32) -> Result<RgbImage, FunctionError> {
    let (width, height) = picture.dimensions();
    let side = |length: u32| (u64::from(length) * u64::from(thousandths) + 500) / 1000;
    let (wide, high) = (side(width), side(height));
    let pixels = wide.saturating_mul(high);
    if pixels == 0 || pixels > MOST_PIXELS {
        return Err(FunctionError::new(format!(
            "an image of {wide} x {high} pixels cannot be made"
        )));
    }
    // Both fit: their product does.
    Ok(resize(
        picture,
        wide as u32,
        high as u32,
        FilterType::Triangle,
    ))
}

fn encode(picture: &RgbImage) -> Result<Vec<u8>, FunctionError> {
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png)?;
    Ok(png.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    fn payload(thousandths: u32, picture: &RgbImage) -> Vec<u8> {
        [
            &thousandths.to_le_bytes()[..],
            &encode(picture).expect("a picture"),
        ]
        .concat()
    }

    #[test]
    fn a_step_between_two_pixels_becomes_a_ramp() {
        let mut picture = RgbImage::new(2, 1);
        picture.put_pixel(1, 0, Rgb([200, 100, 40]));
        let (factor, decoded) = decode(&payload(2000, &picture)).expect("a picture");
        let scaled = scale(&decoded, factor).expect("a size");
        assert_eq!(scaled.dimensions(), (4, 2));
        let row: Vec<u8> = (0..4).map(|x| scaled.get_pixel(x, 0).0[0]).collect();
        assert_eq!(row, [0, 50, 150, 200]);
    }

    #[test]
    fn one_to_one_changes_nothing() {
        let picture = RgbImage::from_fn(5, 3, |x, y| Rgb([x as u8, y as u8, 7]));
        assert_eq!(scale(&picture, 1000).expect("a size"), picture);
    }

    #[test]
    fn what_is_no_image_or_no_size_is_refused() {
        assert_eq!(
            decode(b"abc").expect_err("short").message(),
            "the payload has no factor"
        );
        assert!(decode(b"\xdc\x05\0\0not a PNG").is_err());
        let picture = RgbImage::new(100, 100);
        assert_eq!(
            scale(&picture, 0).expect_err("nothing").message(),
            "an image of 0 x 0 pixels cannot be made"
        );
        assert!(scale(&picture, u32::MAX).is_err());
    }
}
