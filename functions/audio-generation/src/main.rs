//! A WAV file of a sine tone: 16 bits a sample, one channel, 44100 samples a second. The payload says which, such as
//! `frequency=440.25 samples=44100`: the frequency in hertz, from 20 to 20000, and how many samples, from 1 to 100000000.

mod request;
mod wav;
mod wave;

use lumos_function::{serve, Context, FunctionError};

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let tone = context.deserialize(|| request::parse(payload))?;
    let samples = context.compute(|| wave::samples(&tone));
    Ok(context.serialize(|| wav::encode(&samples))?)
}
