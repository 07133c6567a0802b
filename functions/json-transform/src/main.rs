//! Turns a JSON array of orders into a report: orders that have items, the dearest first, each with what it comes to, and
//! what the orders of each country come to.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use lumos_function::{serve, Context, FunctionError};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Order {
    id: u64,
    customer: String,
    country: String,
    items: Vec<Item>,
    note: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    #[serde(rename = "sku")]
    _sku: String,
    quantity: u64,
    unit_price_cents: u64,
}

#[derive(Serialize)]
struct Report {
    orders: Vec<Line>,
    totals: Vec<Total>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    id: u64,
    customer: String,
    country: String,
    line_count: usize,
    total_cents: u64,
    note: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Total {
    country: String,
    orders: u64,
    total_cents: u64,
}

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let orders: Vec<Order> = context.deserialize(|| serde_json::from_slice(payload))?;
    let report = context.compute(|| report(orders));
    Ok(context.serialize(|| serde_json::to_vec(&report))?)
}

fn report(orders: Vec<Order>) -> Report {
    let mut lines: Vec<Line> = orders
        .into_iter()
        .filter(|order| !order.items.is_empty())
        .map(line)
        .collect();
    lines.sort_by_key(|line| (Reverse(line.total_cents), line.id));
    let totals = totals(&lines);
    Report {
        orders: lines,
        totals,
    }
}

fn line(order: Order) -> Line {
    Line {
        id: order.id,
        customer: order.customer,
        country: order.country.to_uppercase(),
        line_count: order.items.len(),
        total_cents: order
            .items
            .iter()
            .map(|item| item.quantity * item.unit_price_cents)
            .sum(),
        note: order.note,
    }
}

fn totals(lines: &[Line]) -> Vec<Total> {
    let mut by_country: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for line in lines {
        let (orders, total_cents) = by_country.entry(&line.country).or_default();
        *orders += 1;
        *total_cents += line.total_cents;
    }
    by_country
        .into_iter()
        .map(|(country, (orders, total_cents))| Total {
            country: country.to_owned(),
            orders,
            total_cents,
        })
        .collect()
}
