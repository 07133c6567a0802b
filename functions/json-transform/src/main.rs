//! Turns a JSON array of orders into a JSON report: orders that have items, the dearest first, each with what it comes
//! to, and what the orders of each country come to.

use lumos_function::{serve, Context, FunctionError};
use lumos_orders::{report, Order};

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let orders: Vec<Order> = context.deserialize(|| serde_json::from_slice(payload))?;
    let report = context.compute(|| report(orders))?;
    Ok(context.serialize(|| serde_json::to_vec(&report))?)
}
