//! Turns a MessagePack array of orders into a MessagePack report: orders that have items, the dearest first, each with
//! what it comes to, and what the orders of each country come to. It is `json-transform` in a binary format; records
//! are maps by the names of their fields in both.

use lumos_function::{serve, Context, FunctionError};
use lumos_orders::{report, Order, Report};
use rmp_serde::decode::Error;
use rmp_serde::Deserializer;
use serde::de::IgnoredAny;
use serde::Deserialize;

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let orders = context.deserialize(|| read(payload))?;
    let report = context.compute(|| report(orders))?;
    context.serialize(|| write(&report))
}

/// The orders of the whole payload.
fn read(payload: &[u8]) -> Result<Vec<Order>, FunctionError> {
    let mut reader = Deserializer::from_read_ref(payload);
    let orders = Vec::deserialize(&mut reader)?;
    // Unlike serde_json, rmp-serde does not mind what follows; the end is where there is not even a marker to read.
    match IgnoredAny::deserialize(&mut reader) {
        Err(Error::InvalidMarkerRead(_)) => Ok(orders),
        _ => Err(FunctionError::new("bytes follow the array of orders")),
    }
}

fn write(report: &Report) -> Result<Vec<u8>, FunctionError> {
    Ok(rmp_serde::to_vec_named(report)?)
}

#[cfg(test)]
mod tests;
