//! Gets a table of sales, one `name,quantity,cents` a line, sums it up by name, and stores the sums as JSON.

use std::collections::BTreeMap;

use lumos_function::{serve, Context, FunctionError};
use serde::Serialize;

/// One line of the table.
struct Sale<'a> {
    name: &'a str,
    quantity: u64,
    cents: u64,
}

/// What the sales of one name come to.
#[derive(Serialize, Default, Debug, PartialEq)]
struct Sum {
    sales: u64,
    quantity: u64,
    cents: u64,
}

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let key = context.deserialize(|| std::str::from_utf8(payload))?;
    let object = context.get(key)?;
    let sales = context.deserialize(|| parse(&object))?;
    let sums = context.compute(|| sum(&sales))?;
    let report = context.serialize(|| serde_json::to_vec(&sums))?;
    context.put("output", &report)?;
    Ok(context.serialize(|| report.len().to_string().into_bytes()))
}

fn parse(table: &[u8]) -> Result<Vec<Sale<'_>>, FunctionError> {
    let text = std::str::from_utf8(table)?;
    text.lines()
        .enumerate()
        .map(|(index, line)| {
            parse_line(line).ok_or_else(|| {
                FunctionError::new(format!("line {} is not name,quantity,cents", index + 1))
            })
        })
        .collect()
}

fn parse_line(line: &str) -> Option<Sale<'_>> {
    let (name, figures) = line.split_once(',')?;
    let (quantity, cents) = figures.split_once(',')?;
    Some(Sale {
        name,
        quantity: quantity.parse().ok()?,
        cents: cents.parse().ok()?,
    })
}

fn sum<'a>(sales: &[Sale<'a>]) -> Result<BTreeMap<&'a str, Sum>, FunctionError> {
    let mut sums: BTreeMap<&str, Sum> = BTreeMap::new();
    for sale in sales {
        let total = sums.entry(sale.name).or_default();
        let cents = sale.quantity.checked_mul(sale.cents);
        total.sales += 1;
        total.quantity = added(total.quantity, Some(sale.quantity))?;
        total.cents = added(total.cents, cents)?;
    }
    Ok(sums)
}

fn added(total: u64, more: Option<u64>) -> Result<u64, FunctionError> {
    more.and_then(|more| total.checked_add(more))
        .ok_or_else(|| FunctionError::new("the sums are too large"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(table: &[u8]) -> String {
        let result = parse(table).and_then(|sales| sum(&sales).map(drop));
        result.expect_err("a bad table").message().to_owned()
    }

    #[test]
    fn sums_up_by_name_in_the_order_of_the_names() {
        let sales = parse(b"tea,2,250\ncup,1,1299\ntea,3,200\n").unwrap();
        let json = serde_json::to_string(&sum(&sales).unwrap()).unwrap();
        assert_eq!(
            json,
            r#"{"cup":{"sales":1,"quantity":1,"cents":1299},"tea":{"sales":2,"quantity":5,"cents":1100}}"#
        );
    }

    #[test]
    fn refuses_what_is_no_table() {
        assert_eq!(
            refusal(b"tea,2,250\ncup,1\n"),
            "line 2 is not name,quantity,cents"
        );
        assert_eq!(
            refusal(b"tea,-2,250\n"),
            "line 1 is not name,quantity,cents"
        );
        assert_eq!(
            refusal(b"tea,2,9999999999999999999\n"),
            "the sums are too large"
        );
        assert!(refusal(b"\xff").contains("utf-8"));
    }
}
