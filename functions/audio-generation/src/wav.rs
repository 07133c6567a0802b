//! Samples as a WAV file.

use std::io::Cursor;

use hound::{SampleFormat, WavSpec, WavWriter};

/// How many samples a second has.
pub const SAMPLES_PER_SECOND: u32 = 44_100;

const SPEC: WavSpec = WavSpec {
    channels: 1,
    sample_rate: SAMPLES_PER_SECOND,
    bits_per_sample: 16,
    sample_format: SampleFormat::Int,
};

const HEADER_BYTES: usize = 44;

/// The file of `samples`, complete in memory.
pub fn encode(samples: &[i16]) -> Result<Vec<u8>, hound::Error> {
    let mut file = Vec::with_capacity(HEADER_BYTES + size_of_val(samples));
    let mut writer = WavWriter::new(Cursor::new(&mut file), SPEC)?;
    for sample in samples {
        writer.write_sample(*sample)?;
    }
    writer.finalize()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_header_of_the_specification_and_the_samples() {
        let expected = [
            b"RIFF".as_slice(),
            &44u32.to_le_bytes(), // bytes that follow
            b"WAVE",
            b"fmt ",
            &16u32.to_le_bytes(), // bytes of this part
            &1u16.to_le_bytes(),  // PCM
            &1u16.to_le_bytes(),  // channel
            &44_100u32.to_le_bytes(),
            &88_200u32.to_le_bytes(), // bytes a second
            &2u16.to_le_bytes(),      // bytes a sample
            &16u16.to_le_bytes(),     // bits a sample
            b"data",
            &8u32.to_le_bytes(),
            &[0x00, 0x00, 0x01, 0x00, 0xff, 0xff, 0x00, 0x80],
        ]
        .concat();
        assert_eq!(encode(&[0, 1, -1, i16::MIN]).unwrap(), expected);
    }

    #[test]
    fn gives_back_to_a_reader_what_was_written() {
        let samples: Vec<i16> = (i16::MIN..=i16::MAX).step_by(7).collect();
        let file = encode(&samples).unwrap();
        assert_eq!(file.len(), HEADER_BYTES + 2 * samples.len());
        let mut reader = hound::WavReader::new(file.as_slice()).unwrap();
        assert_eq!(reader.spec(), SPEC);
        let read: Result<Vec<i16>, _> = reader.samples().collect();
        assert_eq!(read.unwrap(), samples);
    }
}
