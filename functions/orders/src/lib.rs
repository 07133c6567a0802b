//! The orders of a shop and the report on them: orders that have items, the dearest first, each with what it comes to,
//! and what the orders of each country come to. `json-transform` and `messagepack-transform` share it, so that they
//! differ in nothing but the format of what they read and write.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use lumos_function::FunctionError;
use serde::{Deserialize, Serialize};

/// An order as it is read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
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

/// What is written of the orders.
#[derive(Serialize)]
pub struct Report {
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

/// The report on `orders`: orders of the same total in the order of their ids, countries in that of the alphabet.
///
/// # Errors
/// An order, or the orders of a country, come to more cents than 64 bits hold.
pub fn report(orders: Vec<Order>) -> Result<Report, FunctionError> {
    let mut lines = orders
        .into_iter()
        .filter(|order| !order.items.is_empty())
        .map(line)
        .collect::<Result<Vec<Line>, FunctionError>>()?;
    lines.sort_by_key(|line| (Reverse(line.total_cents), line.id));
    let totals = totals(&lines)?;
    Ok(Report {
        orders: lines,
        totals,
    })
}

fn line(order: Order) -> Result<Line, FunctionError> {
    let total = order.items.iter().try_fold(0u64, |sum, item| {
        sum.checked_add(item.quantity.checked_mul(item.unit_price_cents)?)
    });
    Ok(Line {
        total_cents: total.ok_or_else(|| too_much(&format!("order {}", order.id)))?,
        id: order.id,
        customer: order.customer,
        country: order.country.to_uppercase(),
        line_count: order.items.len(),
        note: order.note,
    })
}

fn totals(lines: &[Line]) -> Result<Vec<Total>, FunctionError> {
    let mut by_country: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for line in lines {
        let (orders, total_cents) = by_country.entry(&line.country).or_default();
        *orders += 1;
        *total_cents = total_cents
            .checked_add(line.total_cents)
            .ok_or_else(|| too_much(&format!("country {}", line.country)))?;
    }
    Ok(by_country
        .into_iter()
        .map(|(country, (orders, total_cents))| Total {
            country: country.to_owned(),
            orders,
            total_cents,
        })
        .collect())
}

fn too_much(what: &str) -> FunctionError {
    FunctionError::new(format!("{what} comes to more cents than 64 bits hold"))
}

#[cfg(test)]
mod tests;
