//! Multiplies two square matrices. The payload is their order n as a 32-bit integer, then both matrices, row by row, as
//! 64-bit floating-point numbers; the response is the product in the same form, without n. Everything is little-endian.

use lumos_function::{serve, Context, FunctionError};

const ORDER_BYTES: usize = 4;
const ENTRY_BYTES: usize = 8;

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let (n, a, b) = context.deserialize(|| factors(payload))?;
    let product = context.compute(|| multiply(n, &a, &b));
    Ok(context.serialize(|| {
        product
            .iter()
            .flat_map(|entry| entry.to_le_bytes())
            .collect()
    }))
}

fn factors(payload: &[u8]) -> Result<(usize, Vec<f64>, Vec<f64>), FunctionError> {
    let Some((order, rest)) = payload.split_first_chunk::<ORDER_BYTES>() else {
        return Err(FunctionError::new(
            "the payload ends before the order of the matrices",
        ));
    };
    let n = u32::from_le_bytes(*order) as usize;
    let matrix = n
        .checked_mul(n)
        .and_then(|entries| entries.checked_mul(ENTRY_BYTES));
    if matrix.and_then(|bytes| bytes.checked_mul(2)) != Some(rest.len()) {
        let found = rest.len();
        return Err(FunctionError::new(format!(
            "two matrices of order {n} do not have {found} bytes"
        )));
    }
    let (a, b) = rest.split_at(rest.len() / 2);
    Ok((n, entries(a), entries(b)))
}

fn entries(bytes: &[u8]) -> Vec<f64> {
    let entry = |chunk: &[u8]| f64::from_le_bytes(std::array::from_fn(|i| chunk[i]));
    bytes.chunks_exact(ENTRY_BYTES).map(entry).collect()
}

fn multiply(n: usize, a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut product = vec![0.0; n * n];
    for i in 0..n {
        for k in 0..n {
            let factor = a[i * n + k];
            for j in 0..n {
                product[i * n + j] += factor * b[k * n + j];
            }
        }
    }
    product
}
