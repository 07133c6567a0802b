//! A ZIP archive with one entry, `payload.txt`, which is the payload, compressed by Deflate at its usual level.

use std::io::{Cursor, Write};

use lumos_function::{serve, Context, FunctionError};
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

const ENTRY: &str = "payload.txt";

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    Ok(context.compute(|| archive(payload))?)
}

/// The same bytes for the same payload: the entry's date is always the first one that ZIP knows, 1980-01-01.
fn archive(payload: &[u8]) -> ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(ENTRY, options)?;
    writer.write_all(payload)?;
    Ok(writer.finish()?.into_inner())
}

#[cfg(test)]
mod tests;
